//! The expansion of `#[workflow]` on a struct: its name, queue, options and id.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, Member};

use super::{contract, handle, shared};
use crate::model::{Piece, Template, Workflow};
use crate::runtime_path::Private;

pub(super) fn workflow(model: &Workflow) -> TokenStream {
    let conditions = &model.item.conditions;
    let handle_type = handle::handle_type(model);
    let conversions = handle::conversions(model);
    let annotation = annotation(model);
    let contract = contract::workflow(model);
    let block = model.private.block(quote!(#conversions #annotation #contract));
    quote! {
        #handle_type
        #(#conditions)*
        #block
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
    let handle = handle::handle_name(ident);
    // What rustc says of missing methods then points at the struct.
    let here = private.at(ident.span());
    let methods = quote_spanned! {ident.span()=>
        type Methods = <#ident as #here::WithMethods>::Input;
    };
    quote! {
        impl #private::Sealed for #ident {}

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #private::WorkflowAnnotation for #ident {
            type HandleOf<T> = #handle<T>;
            #methods
            const FACTS: #private::WorkflowFacts =
                #private::workflow_facts(#name, #queue, #source);
            #options
            #id
        }
    }
}

/// The id that inputs make. The field accesses have the template's span, so that what rustc says of a
/// field points there; the rest has the struct's, so that a lack of methods is told once.
fn workflow_id(model: &Workflow, template: &Template) -> TokenStream {
    let private = &model.private;
    let ident = &model.item.ident;
    // As of the expansion, so that names are hygienic wherever the template comes from.
    let span = template.span.resolved_at(shared::span());
    let given = Given {
        input: shared::own_at("input", span),
        named: shared::own_at("named", ident.span()),
    };
    let mut format = String::new();
    let mut values = Vec::new();
    for piece in &template.pieces {
        match piece {
            Piece::Text(text) => format.push_str(&text.replace('{', "{{").replace('}', "}}")),
            Piece::Placeholder(members) => {
                format.push_str("{}");
                values.push(value(private, members, &given, span));
            }
        }
    }
    let Given { input, named } = &given;
    let parameter = if values.is_empty() { quote!(_) } else { quote!(#input) };
    let id = quote!(#private::from_template(::core::format_args!(#format #(, #values)*)));
    let here = private.at(ident.span());
    let is_named =
        |piece: &Piece| matches!(piece, Piece::Placeholder(members) if !members.is_empty());
    let names = template.pieces.iter().any(is_named).then(|| {
        quote_spanned! {ident.span()=>
            let #named = <#ident as #here::Named<{ <#ident as #here::WithMethods>::EXIST }>>::named(#input);
        }
    });
    quote_spanned! {ident.span()=>
        fn workflow_id(
            #parameter: &<#ident as #here::WithMethods>::Input,
        ) -> ::core::option::Option<::std::string::String> {
            #names
            #id
        }
    }
}

/// The variables that placeholders are read from.
struct Given {
    input: Ident,
    named: Ident,
}

/// The value of a placeholder.
fn value(private: &Private, members: &[String], given: &Given, span: Span) -> TokenStream {
    let Given { input, named } = given;
    let private = private.at(span);
    if members.is_empty() {
        return quote_spanned!(span=> #private::id_part(#private::only(#input)));
    }
    let members = members.iter().filter_map(|member| {
        let raw = || syn::parse_str(&format!("r#{member}"));
        let mut member = syn::parse_str::<Member>(member).or_else(|_| raw()).ok()?;
        match &mut member {
            Member::Named(name) => name.set_span(span),
            Member::Unnamed(index) => index.span = span,
        }
        Some(member)
    });
    quote_spanned!(span=> #private::id_part(&#named #(.#members)*))
}
