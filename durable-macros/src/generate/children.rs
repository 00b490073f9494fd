//! Calls of an annotated workflow by other workflows: as their child, or by its id.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use super::shared;
use crate::model::Methods;

/// `execute_child`, `start_child` and `external`, with the given parameters and the input that is made
/// of them.
pub(super) fn functions(
    model: &Methods,
    parameters: &[TokenStream],
    input: &TokenStream,
    place: Span,
) -> [TokenStream; 3] {
    let private = &model.private;
    let here = private.at(place);
    let (ctx, id) = (shared::own("ctx"), shared::own("workflow_id"));
    let new = quote_spanned!(place=> #here::child(#ctx, #input));
    let executed = quote_spanned!(place=> #here::ExecuteChildCall<'_, __P, Self>);
    let started = quote_spanned!(place=> #here::StartChildCall<'_, __P, Self>);
    let execute = quote! {
        /// Starts the workflow as a child of the workflow that calls this, on its own queue.
        /// Awaiting the call waits for the child's output; until then options can be set.
        #[track_caller]
        pub fn execute_child<__P>(
            #ctx: &#private::WorkflowContext<__P>,
            #(#parameters),*
        ) -> #executed {
            #new
        }
    };
    let start = quote! {
        /// Starts the workflow as a child, like `execute_child`; awaiting the call waits until it is
        /// started, and gives its handle.
        #[track_caller]
        pub fn start_child<__P>(
            #ctx: &#private::WorkflowContext<__P>,
            #(#parameters),*
        ) -> #started {
            #new
        }
    };
    let external = quote! {
        /// A handle for workflows of the workflow of this id, whoever started it. The server is not
        /// asked.
        pub fn external<__P: #private::Parent>(
            #ctx: &#private::WorkflowContext<__P>,
            #id: impl ::core::convert::Into<::std::string::String>,
        ) -> <Self as #private::WorkflowAnnotation>::HandleOf<#private::ExternalWorkflowHandle<Self>> {
            #private::external::<_, Self>(#ctx, #id)
        }
    };
    [execute, start, external]
}
