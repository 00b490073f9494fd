//! The hook of a test environment into its client, by which it controls the time of the workflows that
//! are started and awaited. Other clients have none.

use futures_util::future::BoxFuture;
use temporalio_common::protos::temporal::api::workflowservice::v1::StartWorkflowExecutionRequest;

/// Controls the time of the workflows that a client starts and awaits.
pub(crate) trait Clock: Send + Sync {
    /// Amends the request that starts a workflow. `awaited` says if its result is awaited at once.
    fn starting(&self, request: &mut StartWorkflowExecutionRequest, awaited: bool);

    /// Called when a caller begins to await the result of a workflow.
    fn waiting<'a>(&'a self, workflow_id: &'a str) -> BoxFuture<'a, ()>;
}
