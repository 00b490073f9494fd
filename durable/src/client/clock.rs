//! The clock that a test environment puts into its client: what is asked when a workflow is started,
//! and while its result is waited for. Elsewhere there is none, and time is the server's.

use futures_util::future::BoxFuture;
use temporalio_common::protos::temporal::api::workflowservice::v1::StartWorkflowExecutionRequest;

/// What has a say in the time of the workflows that a client starts and waits for.
pub(crate) trait Clock: Send + Sync {
    /// Amends the request by which a workflow is started, whose result is waited for at once or not.
    fn starting(&self, request: &mut StartWorkflowExecutionRequest, awaited: bool);

    /// A caller begins to wait for the result of a workflow.
    fn waiting<'a>(&'a self, workflow_id: &'a str) -> BoxFuture<'a, ()>;
}
