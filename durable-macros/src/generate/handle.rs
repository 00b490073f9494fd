//! The handle type of a workflow, and its methods for signals, queries and updates.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Path};

use super::{handlers, shared};
use crate::model::{Handler, HandlerKind, Methods, Workflow};

/// The name of the handle type.
pub(super) fn handle_name(workflow: &Ident) -> Ident {
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
    let private = private.path();
    quote! {
        #(#conditions)*
        #[doc = #summary]
        #[allow(deprecated)]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #visibility struct #handle<T = #private::WorkflowHandle<#ident>>(T);
    }
}

/// Conversions between the handle's type and the runtime's.
pub(super) fn conversions(model: &Workflow) -> TokenStream {
    let handle = handle_name(&model.item.ident);
    quote! {
        #[automatically_derived]
        impl<T> ::core::ops::Deref for #handle<T> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }

        #[automatically_derived]
        impl<T> ::core::convert::From<T> for #handle<T> {
            fn from(known: T) -> Self {
                Self(known)
            }
        }
    }
}

/// The methods for signals, queries and updates. The handle is found beside the struct, by name.
pub(super) fn methods(model: &Methods) -> TokenStream {
    let methods = model.handlers.iter().map(|handler| {
        let parameters = shared::parameters(&handler.inputs);
        let input = shared::input_value(&model.private, &shared::names(&handler.inputs));
        (handler.kind, method(model, handler, &parameters, &input))
    });
    impls(model, methods)
}

/// The methods, each in the impl block that it belongs to: signals can be sent by whoever has a
/// handle, and only programs can ask and update.
pub(super) fn impls(
    model: &Methods,
    methods: impl Iterator<Item = (HandlerKind, TokenStream)>,
) -> TokenStream {
    let Methods { private, target, .. } = model;
    let handle = handle_path(target);
    let (signals, others): (Vec<_>, Vec<_>) =
        methods.partition(|(kind, _)| *kind == HandlerKind::Signal);
    let signals = (!signals.is_empty()).then(|| {
        let signals = signals.into_iter().map(|(_, method)| method);
        quote! {
            impl<T: #private::SignalTarget<#target>> #handle<T> { #(#signals)* }
        }
    });
    let others = (!others.is_empty()).then(|| {
        let others = others.into_iter().map(|(_, method)| method);
        quote!(impl #handle { #(#others)* })
    });
    quote!(#signals #others)
}

fn handle_path(target: &Path) -> Path {
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
    let Handler { kind, ident, name, docs, conditions, deprecated, .. } = handler;
    let (call, summary) = match kind {
        HandlerKind::Signal => (
            "Signal",
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
    let separator = (!docs.is_empty()).then(|| quote!(#[doc = ""]));
    // What rustc says of an input then points at its type, where it says the same already.
    let place = handlers::place(handler);
    let here = private.at(place);
    let marker = handlers::marker(model, handler, place);
    // The user's own parameters stand beside it, whatever macro they come from.
    let this = shared::own_at("self", place);
    let (returned, body) = match kind {
        HandlerKind::Signal => (
            quote_spanned!(place=> T::#call<'_, #marker>),
            quote_spanned!(place=> #here::SignalTarget::signal_with(&**#this, <#marker>::NEW, #input)),
        ),
        HandlerKind::Query => (
            quote_spanned!(place=> #here::#call<#marker>),
            quote_spanned!(place=> #here::query(#this, <#marker>::NEW, #input)),
        ),
        HandlerKind::Update => (
            quote_spanned!(place=> #here::#call<#marker>),
            quote_spanned!(place=> #here::update(#this, <#marker>::NEW, #input)),
        ),
    };
    let tracked = matches!(kind, HandlerKind::Signal).then(|| quote!(#[track_caller]));
    quote! {
        #(#conditions)*
        #(#docs)*
        #separator
        #[doc = #summary]
        #(#deprecated)*
        #tracked
        pub fn #ident(&#this, #(#parameters),*) -> #returned {
            #body
        }
    }
}
