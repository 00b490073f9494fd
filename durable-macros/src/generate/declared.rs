//! The expansion for a workflow that is only declared: all that callers need, and for tests the
//! form of a workflow, so that it can be mocked.

use proc_macro2::TokenStream;
use quote::quote;

use super::{contract, handle, handlers, methods, registration, workflow};
use crate::model::{Declared, Methods, Workflow};

pub(super) fn workflow(Declared { workflow: annotated, methods }: &Declared) -> TokenStream {
    let ty = workflow_type(annotated);
    let annotation = workflow::workflow(annotated);
    let conditions = &annotated.item.conditions;
    let starts = methods::starts(methods, methods::inputs(methods));
    let definition = methods::definition(methods);
    let none = TokenStream::new();
    let handlers = methods.handlers.iter();
    let handlers = handlers.map(|handler| handlers::implementation(methods, handler, &none));
    let handle = handle::methods(methods);
    let code = no_code(methods);
    let registration = registration::workflow(&methods.private, &methods.target, true);
    let contract = contract::methods(methods, methods::inputs(methods));
    let block = methods.private.block(quote! {
        #starts
        #definition
        #(#handlers)*
        #handle
        #code
        #registration
        #contract
    });
    quote! {
        #ty
        #annotation
        #(#conditions)*
        #block
    }
}

/// The type that bears the declaration's name. It has no values, because nobody here has its state.
pub(super) fn workflow_type(model: &Workflow) -> TokenStream {
    let item = &model.item;
    let (docs, conditions, visibility, ident) =
        (&item.docs, &item.conditions, &item.visibility, &item.ident);
    quote! {
        #(#docs)*
        #(#conditions)*
        #visibility enum #ident {}
    }
}

/// The form of code where there is none.
pub(super) fn no_code(model: &Methods) -> TokenStream {
    let Methods { private, target, .. } = model;
    let methods::Tables { signals, queries, updates } = methods::tables(model, true);
    let input = quote! {
        ::core::option::Option<<Self as #private::WorkflowDefinition>::Input>
    };
    quote! {
        #[automatically_derived]
        impl #private::WorkflowCode for #target {
            const CODE: #private::CodeFacts =
                #private::declared_code(#signals, #queries, #updates);

            fn init(_: &#private::WorkflowContextView, _: #input) -> Self {
                ::core::unreachable!()
            }

            fn run(
                _: #private::WorkflowContext<Self>,
                _: #input,
            ) -> #private::LocalBoxFuture<
                'static,
                ::core::result::Result<
                    <Self as #private::WorkflowDefinition>::Output,
                    #private::WorkflowTermination,
                >,
            > {
                ::core::unreachable!()
            }
        }
    }
}
