//! The messages with which workflows fail while they are replayed, which the SDK's replayer does not
//! report.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use temporalio_sdk::workflow_interceptors::{
    ExecuteWorkflowInput, ExecuteWorkflowResult, WorkflowInterceptor,
    WorkflowInterceptorConstructor, WorkflowInterceptorContext, WorkflowInterceptorFuture,
    WorkflowNext,
};
use temporalio_sdk::{WorkflowContextView, WorkflowTermination};

use crate::error::report::one_line;
use crate::testing::lock;

/// The failures of replayed workflows, by run id.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures(Arc<Mutex<BTreeMap<String, String>>>);

impl Failures {
    /// Returns an interceptor that notes the failures.
    pub(super) fn interceptor(&self) -> WorkflowInterceptorConstructor {
        let failures = self.clone();
        WorkflowInterceptorConstructor::new(move |_: &WorkflowContextView| Note(failures.clone()))
    }

    /// Returns the message with which a run failed.
    pub(super) fn of(&self, run_id: &str) -> Option<String> {
        lock(&self.0).get(run_id).cloned()
    }
}

struct Note(Failures);

impl WorkflowInterceptor for Note {
    fn execute<'a>(
        &'a self,
        context: WorkflowInterceptorContext,
        input: ExecuteWorkflowInput,
        next: WorkflowNext<
            'a,
            ExecuteWorkflowInput,
            WorkflowInterceptorFuture<'a, ExecuteWorkflowResult>,
        >,
    ) -> WorkflowInterceptorFuture<'a, ExecuteWorkflowResult> {
        WorkflowInterceptorFuture::new(async move {
            let result = next.run(input).await;
            if let Err(WorkflowTermination::Failed(failure)) = &result {
                lock(&self.0.0).insert(context.run_id().to_owned(), one_line(failure));
            }
            result
        })
    }
}
