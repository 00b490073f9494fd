//! The types, texts and errors of annotated items, for the contract. The runtime's macro drops them without
//! the feature `schema`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Ident};

use super::{description, shared};
use crate::model::{
    Activity, ApplicationError, ErrorKind, Input, Methods, Output, OutputKind, Piece, Template,
    Workflow,
};
use crate::runtime_path::Private;

pub(super) fn workflow(model: &Workflow) -> TokenStream {
    let Workflow { private, item, id, .. } = model;
    let template = id.as_ref().map(template).unwrap_or_default();
    texts(private, &item.ident, &item.docs, &template)
}

pub(super) fn activity(model: &Activity) -> TokenStream {
    let Activity { private, item, inputs, output, .. } = model;
    let texts = texts(private, &item.ident, &item.docs, "");
    let row = row("run", "", &[], inputs, output);
    let ident = &item.ident;
    quote! {
        #texts
        #private::contract! { types #ident { #row } }
    }
}

pub(super) fn methods(model: &Methods, inputs: &[Input]) -> TokenStream {
    let Methods { private, target, run, handlers, .. } = model;
    let run = row("run", "", &[], inputs, &run.output);
    let handlers = handlers.iter().map(|handler| {
        let kind = handler.kind.word();
        row(kind, &handler.name, &handler.conditions, &handler.inputs, &handler.output)
    });
    quote!(#private::contract! { types #target { #run #(#handlers)* } })
}

pub(super) fn application_error(model: &ApplicationError) -> TokenStream {
    let ApplicationError { private, ident, kinds, docs } = model;
    let docs = description::text(docs);
    let kinds = kinds.iter().map(|kind| {
        let ErrorKind { type_name, non_retryable, benign, next_retry_delay, .. } = kind;
        let delay = next_retry_delay.map_or(0, |delay| delay.as_millis());
        quote!((#type_name, #non_retryable, #benign, #delay))
    });
    quote!(#private::contract! { error #ident, #docs, [#(#kinds),*] })
}

fn texts(private: &Private, target: &Ident, docs: &[Attribute], template: &str) -> TokenStream {
    let docs = description::text(docs);
    if docs.is_empty() && template.is_empty() {
        return TokenStream::new();
    }
    quote!(#private::contract! { texts #target, #docs, #template })
}

/// The types of the run, or of one handler.
fn row(
    kind: &str,
    name: &str,
    conditions: &[Attribute],
    inputs: &[Input],
    output: &Output,
) -> TokenStream {
    let kind = Ident::new(kind, shared::span());
    let inputs = shared::types(inputs);
    let output = match &output.kind {
        OutputKind::Nothing => quote!(()),
        OutputKind::Any(ty) | OutputKind::Result(ty) => {
            quote!(#ty)
        }
    };
    quote!(#(#conditions)* #kind #name [#(#inputs),*] #output;)
}

/// The template as it is written, with braces doubled.
fn template(template: &Template) -> String {
    let pieces = template.pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
        Piece::Placeholder(members) => format!("{{{}}}", members.join(".")),
    });
    pieces.collect()
}
