//! The messages with which workflows fail while they are replayed, which the SDK's replayer does not
//! report.

use std::collections::BTreeMap;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use temporalio_sdk::workflow_interceptors::{
    ExecuteWorkflowInput, ExecuteWorkflowResult, WorkflowInterceptor,
    WorkflowInterceptorConstructor, WorkflowInterceptorContext, WorkflowInterceptorFuture,
    WorkflowNext,
};
use temporalio_sdk::{WorkflowContextView, WorkflowTermination};

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
                lock(&self.0.0).insert(context.run_id().to_owned(), message(failure));
            }
            result
        })
    }
}

/// Returns the message of an error and of its causes. The messages are written by user code, which
/// may panic.
fn message(error: &(dyn Error + 'static)) -> String {
    let write = || {
        let mut messages = Vec::new();
        let mut link = Some(error);
        while let Some(error) = link {
            messages.push(error.to_string());
            link = error.source();
        }
        // An error that wraps another often prints it.
        messages.dedup();
        messages.join(": ")
    };
    let unreadable = |_| "its error message could not be written".to_owned();
    catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(unreadable)
}
