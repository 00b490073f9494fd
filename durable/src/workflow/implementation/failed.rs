//! The log line of a run that fails.

use temporalio_common::RetryPolicy;
use temporalio_common::data_converters::PayloadConverter;
use temporalio_common::error::{IncomingError, OutgoingWorkflowError};
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;
use temporalio_sdk::{WorkflowContextView, WorkflowTermination};

use crate::error::Failure;
use crate::error::logged::{logged, logged_application};

/// The attempts of a run.
pub(super) struct Attempts {
    attempt: u32,
    retries: Option<RetryPolicy>,
}

impl Attempts {
    pub(super) fn of(view: &WorkflowContextView) -> Self {
        Self { attempt: view.attempt(), retries: view.retry_policy() }
    }

    /// Logs that the run ends with a failure: as an error if it is final, or as a warning.
    pub(super) fn log(&self, end: &WorkflowTermination, converter: &PayloadConverter) {
        let WorkflowTermination::Failed(error) = end else { return };
        // What is left of these fails the workflow task, and not the workflow.
        if matches!(error, OutgoingWorkflowError::PayloadConversion(_)) {
            return;
        }
        let message = describe(error, converter);
        let attempt = self.attempt;
        if let Some(retries) =
            self.retries.as_ref().filter(|retries| self.is_retried(retries, error))
        {
            let maximum = retries.maximum_attempts();
            let of = if maximum > 0 { format!(" of {maximum}") } else { String::new() };
            tracing::warn!(
                "attempt {attempt}{of} of the workflow failed, and is retried: {message}"
            );
        } else {
            tracing::error!("the workflow failed: {message}");
        }
    }

    fn is_retried(&self, retries: &RetryPolicy, error: &OutgoingWorkflowError) -> bool {
        let maximum = retries.maximum_attempts();
        let types = retries.non_retryable_error_types();
        let is_final = match error {
            OutgoingWorkflowError::Application(failure) => {
                let is_of_type = |name| types.iter().any(|other| other == name);
                failure.is_non_retryable() || failure.type_name().is_some_and(is_of_type)
            }
            _ => false,
        };
        !is_final && (maximum == 0 || self.attempt < maximum)
    }
}

/// Describes a failure with its causes in one line.
fn describe(error: &OutgoingWorkflowError, converter: &PayloadConverter) -> String {
    match error {
        OutgoingWorkflowError::Application(failure) => logged_application(failure),
        OutgoingWorkflowError::ActivityExecution(error) => {
            let name = match error.failure().and_then(|failure| failure.failure_info.as_ref()) {
                Some(FailureInfo::ActivityFailureInfo(info)) => info.activity_type.as_ref(),
                _ => None,
            };
            let name = name.map(|activity| activity.name.as_str());
            of_call("activity", name, error.cause(), converter).unwrap_or_else(|| logged(error))
        }
        OutgoingWorkflowError::ChildWorkflowExecution(error) => {
            let name = match error.failure().and_then(|failure| failure.failure_info.as_ref()) {
                Some(FailureInfo::ChildWorkflowExecutionFailureInfo(info)) => {
                    info.workflow_type.as_ref()
                }
                _ => None,
            };
            let name = name.map(|workflow| workflow.name.as_str());
            of_call("child workflow", name, error.cause(), converter)
                .unwrap_or_else(|| logged(error))
        }
        other => logged(other),
    }
}

fn of_call(
    kind: &str,
    name: Option<&str>,
    cause: Option<&IncomingError>,
    converter: &PayloadConverter,
) -> Option<String> {
    let cause = Failure::new(cause?, converter);
    Some(format!("{kind} `{}` failed: {}", name?, logged(&cause)))
}
