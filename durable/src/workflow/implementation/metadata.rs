//! Current details. They contain the name of the workflow, for the answer of the query
//! `__temporal_workflow_metadata`.

use crate::definition::{WorkflowAnnotation, metadata};
use crate::workflow::{SyncWorkflowContext, WorkflowContext};

/// Returns details that name the workflow.
pub(crate) fn details<W: WorkflowAnnotation>(details: &str) -> String {
    metadata::marked(W::NAME, W::QUEUE, details)
}

impl<W: WorkflowAnnotation> WorkflowContext<W> {
    /// Sets the text that the web UI shows for the running workflow, in Markdown. It replaces the previous
    /// text, and is not recorded in the history.
    pub fn set_current_details(&self, details: impl Into<String>) {
        let details = self::details::<W>(&details.into());
        temporalio_sdk::WorkflowContext::set_current_details(self, details);
    }
}

impl<W: WorkflowAnnotation> SyncWorkflowContext<W> {
    /// Sets the text that the web UI shows for the running workflow. See
    /// [`WorkflowContext::set_current_details`].
    pub fn set_current_details(&self, details: impl Into<String>) {
        let details = self::details::<W>(&details.into());
        temporalio_sdk::SyncWorkflowContext::set_current_details(self, details);
    }
}
