//! The handle type of a workflow, and its methods for signals, queries and updates.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Path};

use super::{handlers, shared};
use crate::model::{Handler, HandlerKind, Methods, Workflow};

/// The name of the handle type.
fn handle_name(workflow: &Ident) -> Ident {
    let name = format!("{}Handle", shared::unraw(workflow));
    Ident::new(&name, workflow.span())
}

/// The handle's type.
pub(super) fn handle_type(model: &Workflow) -> TokenStream {
    let Workflow { private, item, name, .. } = model;
    let (conditions, visibility, ident) = (&item.conditions, &item.visibility, &item.ident);
    let handle = handle_name(ident);
    let summary = format!(
        " A handle of one workflow `{name}`: its signals, queries and updates are methods, beside \
         those of the handle that it dereferences to."
    );
    quote! {
        #(#conditions)*
        #[doc = #summary]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #visibility struct #handle(#private::WorkflowHandle<#ident>);
    }
}

/// How the handle's type comes from, and gives, the runtime's.
pub(super) fn conversions(model: &Workflow) -> TokenStream {
    let Workflow { private, item, .. } = model;
    let ident = &item.ident;
    let handle = handle_name(ident);
    quote! {
        #[automatically_derived]
        impl ::core::ops::Deref for #handle {
            type Target = #private::WorkflowHandle<#ident>;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        #[automatically_derived]
        impl ::core::convert::From<#private::WorkflowHandle<#ident>> for #handle {
            fn from(handle: #private::WorkflowHandle<#ident>) -> Self {
                Self(handle)
            }
        }
    }
}

/// The methods for signals, queries and updates. The handle is found beside the struct, by name.
pub(super) fn methods(model: &Methods) -> TokenStream {
    let handle = handle_path(&model.target);
    let methods = model.handlers.iter().map(|handler| {
        let parameters = shared::parameters(&handler.inputs);
        let input = shared::input_value(&model.private, &shared::names(&handler.inputs));
        method(model, handler, &parameters, &input)
    });
    let has_handle = has_handle(model);
    quote! {
        #has_handle

        impl #handle {
            #(#methods)*
        }
    }
}

pub(super) fn has_handle(model: &Methods) -> TokenStream {
    let Methods { private, target, .. } = model;
    let handle = handle_path(target);
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #private::HasHandle for #target {
            type Handle = #handle;
        }
    }
}

pub(super) fn handle_path(target: &Path) -> Path {
    let mut path = target.clone();
    if let Some(last) = path.segments.last_mut() {
        last.ident = handle_name(&last.ident);
    }
    path
}

pub(super) fn method(
    model: &Methods,
    handler: &Handler,
    parameters: &[TokenStream],
    input: &TokenStream,
) -> TokenStream {
    let private = &model.private;
    let Handler { kind, ident, name, docs, conditions, .. } = handler;
    let (call, summary) = match kind {
        HandlerKind::Signal => (
            "SignalCall",
            format!(" Sends the signal `{name}`; awaiting it waits until the server has it."),
        ),
        HandlerKind::Query => {
            ("QueryCall", format!(" Asks the query `{name}`; awaiting it waits for the answer."))
        }
        HandlerKind::Update => (
            "UpdateCall",
            format!(" Sends the update `{name}`; awaiting it waits for the workflow's result."),
        ),
    };
    let call = format_ident!("{call}");
    let (marker, value) = (handlers::marker(model, handler), handlers::marker_value(handler));
    let separator = (!docs.is_empty()).then(|| quote!(#[doc = ""]));
    // What rustc says of an input then points at its type, where it says the same already.
    let place = shared::place(ident, &handler.inputs, &handler.output);
    let here = private.at(place);
    let returned = quote_spanned!(place=> #here::#call<#marker>);
    let body = quote_spanned!(place=> #here::#call::new(self, #value, #input));
    quote! {
        #(#conditions)*
        #(#docs)*
        #separator
        #[doc = #summary]
        pub fn #ident(&self, #(#parameters),*) -> #returned {
            #body
        }
    }
}
