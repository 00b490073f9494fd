//! What `#[workflow]` adds to a struct: its name, queue, options and id.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Member;

use super::{handle, registration, shared};
use crate::model::{Piece, Template, Workflow};

pub(super) fn workflow(model: &Workflow) -> TokenStream {
    let registration = registration::workflow(&model.private, &model.item.ident);
    without_registration(model, &registration)
}

pub(super) fn without_registration(model: &Workflow, registration: &TokenStream) -> TokenStream {
    let conditions = &model.item.conditions;
    let handle_type = handle::handle_type(model);
    let handle = handle::conversions(model);
    let annotation = annotation(model);
    quote! {
        #handle_type
        #(#conditions)*
        const _: () = {
            #handle
            #annotation
            #registration
        };
    }
}

fn annotation(model: &Workflow) -> TokenStream {
    let Workflow { private, item, name, queue, id, settings } = model;
    let ident = &item.ident;
    let source = shared::source(private);
    let options = (!settings.is_empty()).then(|| {
        let options = shared::options(private, "WorkflowOptions", settings);
        quote! {
            fn options() -> #private::WorkflowOptions {
                #options
            }
        }
    });
    let id = id.as_ref().map(|template| workflow_id(model, template));
    quote! {
        #[automatically_derived]
        impl #private::WorkflowAnnotation for #ident {
            const NAME: &'static str = #name;
            const QUEUE: &'static str = #queue;
            #source
            #options
            #id
        }
    }
}

/// The id of an input. The field accesses have the template's span, so that what rustc says of a
/// field points there.
fn workflow_id(model: &Workflow, template: &Template) -> TokenStream {
    let private = &model.private;
    let span = template.span;
    let mut format = String::new();
    let mut fields = Vec::new();
    for piece in &template.pieces {
        match piece {
            Piece::Text(text) => format.push_str(&text.replace('{', "{{").replace('}', "}}")),
            Piece::Placeholder(members) => {
                format.push_str("{}");
                let members = members.iter().filter_map(|member| {
                    let mut member = syn::parse_str::<Member>(member).ok()?;
                    match &mut member {
                        Member::Named(name) => name.set_span(span),
                        Member::Unnamed(index) => index.span = span,
                    }
                    Some(member)
                });
                fields.push(quote_spanned!(span=> __input #(.#members)*));
            }
        }
    }
    quote! {
        fn workflow_id(
            __input: &<Self as #private::WorkflowDefinition>::Input,
        ) -> ::core::option::Option<::std::string::String> {
            #private::from_template(::core::format_args!(#format #(, #fields)*))
        }
    }
}
