//! A hook by which a test environment controls the time of the workflows of its client.

use futures_util::future::BoxFuture;
use temporalio_common::protos::temporal::api::workflowservice::v1::StartWorkflowExecutionRequest;

/// Controls the time of the workflows that a client starts and awaits.
pub(crate) trait Clock: Send + Sync {
    /// Amends the request that starts a workflow. `awaited` is true if the result is awaited at
    /// once.
    fn starting(&self, request: &mut StartWorkflowExecutionRequest, awaited: bool);

    /// Called when a caller begins to await the result of a workflow.
    fn waiting<'a>(&'a self, workflow_id: &'a str) -> BoxFuture<'a, ()>;
}
