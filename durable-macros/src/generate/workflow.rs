//! What `#[workflow]` adds to a struct: its name, queue, options and id.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Member;

use super::{handle, shared};
use crate::model::{Piece, Template, Workflow};

pub(super) fn workflow(model: &Workflow) -> TokenStream {
    let conditions = &model.item.conditions;
    let handle_type = handle::handle_type(model);
    let conversions = handle::conversions(model);
    let annotation = annotation(model);
    quote! {
        #handle_type
        #(#conditions)*
        const _: () = {
            #conversions
            #annotation
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
    // One of the two asks for the methods, so that their absence is one error.
    let (id, with_methods) = match id {
        Some(template) => (Some(workflow_id(model, template)), None),
        None => (None, Some(with_methods(model))),
    };
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #private::WorkflowAnnotation for #ident {
            const NAME: &'static str = #name;
            const QUEUE: &'static str = #queue;
            #source
            #options
            #id
        }

        #with_methods
    }
}

fn with_methods(model: &Workflow) -> TokenStream {
    let (private, ident) = (&model.private, &model.item.ident);
    quote_spanned!(ident.span()=> const _: () = #private::with_methods::<#ident>();)
}

/// The id of an input. The field accesses have the template's span, so that what rustc says of a
/// field points there; the rest has the struct's, so that a lack of methods is told once.
fn workflow_id(model: &Workflow, template: &Template) -> TokenStream {
    let private = &model.private;
    let ident = &model.item.ident;
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
                fields.push(quote_spanned!(span=> input #(.#members)*));
            }
        }
    }
    let input = if fields.is_empty() { quote!(_) } else { quote!(input) };
    let id = quote!(#private::from_template(::core::format_args!(#format #(, #fields)*)));
    quote_spanned! {ident.span()=>
        fn workflow_id(
            #input: &<#ident as #private::WithMethods>::Input,
        ) -> ::core::option::Option<::std::string::String> {
            #id
        }
    }
}
