//! Errors of calls that were not made, and of outputs that do not fit their type. They have the same form
//! as errors from the server, so that workflow code handles only one kind of error.

use temporalio_common::data_converters::{
    ActivityExecutionDecodeHint, CancelExternalWorkflowDecodeHint,
    ChildWorkflowExecutionDecodeHint, DataConverter, FailureDecodeHint, PayloadConversionError,
    WorkflowSignalDecodeHint,
};
use temporalio_common::error::{
    ActivityExecutionError, CancelExternalWorkflowError, ChildWorkflowExecutionError,
    OutgoingWorkflowError, WorkflowSignalError,
};
use temporalio_common::protos::temporal::api::common::v1::{
    ActivityType, WorkflowExecution, WorkflowType,
};
use temporalio_common::protos::temporal::api::enums::v1::{
    CancelExternalWorkflowExecutionFailedCause, RetryState,
    SignalExternalWorkflowExecutionFailedCause,
};
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;
use temporalio_common::protos::temporal::api::failure::v1::{
    ActivityFailureInfo, ChildWorkflowExecutionFailureInfo, Failure,
};

use crate::definition::Workflow;
use crate::definition::arguments::encoding::UnknownEncoding;
use crate::definition::arguments::output::{DecodedOutput, UndecodedOutput};
use crate::error::InvalidOutput;
use crate::error::call::ValueError;
use crate::workflow::conversion::workflow_context;

/// Converts an error about a value to a failure.
fn cause(error: ValueError) -> Failure {
    let error = OutgoingWorkflowError::from(error.into_failure()).into();
    DataConverter::default().to_failure(&workflow_context(), error)
}

fn read<H: FailureDecodeHint>(
    failure: Failure,
    hint: H,
) -> Result<H::Output, PayloadConversionError> {
    DataConverter::default().to_error(&workflow_context(), failure, hint)
}

/// Creates the failure of an activity in the form in which the server would record it.
fn of_activity(activity: &str, message: &str, error: ValueError) -> ActivityExecutionError {
    let info = ActivityFailureInfo {
        activity_type: Some(ActivityType { name: activity.to_owned() }),
        retry_state: RetryState::NonRetryableFailure.into(),
        ..ActivityFailureInfo::default()
    };
    let failure = Failure {
        message: message.to_owned(),
        cause: Some(Box::new(cause(error))),
        failure_info: Some(FailureInfo::ActivityFailureInfo(info)),
        ..Failure::default()
    };
    read(failure, ActivityExecutionDecodeHint::new(false))
        .unwrap_or_else(ActivityExecutionError::Serialization)
}

/// Creates the error of an activity that was not scheduled.
pub(crate) fn activity(activity: &str, error: ValueError) -> ActivityExecutionError {
    of_activity(activity, "Activity was not scheduled", error)
}

/// Converts the error of an activity. An error about a value becomes a failure of the activity, so the
/// workflow can handle it and undo its earlier steps.
pub(crate) fn activity_ended(
    activity: &str,
    error: ActivityExecutionError,
) -> ActivityExecutionError {
    match &error {
        ActivityExecutionError::Serialization(conversion) => match ValueError::of(conversion) {
            Some(value) => self::activity(activity, value),
            None => error,
        },
        _ => error,
    }
}

/// Creates the error of an activity whose output does not fit its type.
pub(crate) fn activity_output(activity: &str, error: UndecodedOutput) -> ActivityExecutionError {
    match not_fitting("activity", activity, error) {
        Ok(error) => of_activity(activity, "Activity returned an output that does not fit", error),
        Err(unknown) => ActivityExecutionError::Serialization(unknown),
    }
}

/// Creates the error of an output that does not fit. If the worker lacks the codec, the error fails the
/// workflow task.
fn not_fitting(
    kind: &str,
    name: &str,
    error: UndecodedOutput,
) -> Result<ValueError, PayloadConversionError> {
    let what = format!("the output of {kind} `{name}`");
    match error {
        UndecodedOutput::Unfit(problem) => {
            Ok(ValueError::Output(InvalidOutput::new(what, problem)))
        }
        UndecodedOutput::UnknownEncoding(encoding) => {
            Err(UnknownEncoding { what, encoding }.into())
        }
    }
}

/// Creates the failure of a child workflow in the form in which the server would record it.
fn of_child(
    message: &str,
    name: &str,
    workflow_id: &str,
    error: ValueError,
) -> ChildWorkflowExecutionError {
    let execution =
        WorkflowExecution { workflow_id: workflow_id.to_owned(), run_id: String::new() };
    let info = ChildWorkflowExecutionFailureInfo {
        workflow_execution: Some(execution),
        workflow_type: Some(WorkflowType { name: name.to_owned() }),
        retry_state: RetryState::NonRetryableFailure.into(),
        ..ChildWorkflowExecutionFailureInfo::default()
    };
    let failure = Failure {
        message: message.to_owned(),
        cause: Some(Box::new(cause(error))),
        failure_info: Some(FailureInfo::ChildWorkflowExecutionFailureInfo(info)),
        ..Failure::default()
    };
    read(failure, ChildWorkflowExecutionDecodeHint::default())
        .unwrap_or_else(ChildWorkflowExecutionError::Serialization)
}

/// Creates the error of a child workflow that was not started.
pub(crate) fn child(
    name: &str,
    workflow_id: &str,
    error: ValueError,
) -> ChildWorkflowExecutionError {
    of_child("Child workflow was not started", name, workflow_id, error)
}

/// Returns the output of a child workflow, or the error if it does not fit its type.
pub(crate) fn child_output<C: Workflow>(
    name: &str,
    workflow_id: &str,
    output: DecodedOutput<C::Output>,
) -> Result<C::Output, ChildWorkflowExecutionError> {
    let message = "Child workflow returned an output that does not fit";
    output.0.map_err(|error| match not_fitting("child workflow", name, error) {
        Ok(error) => of_child(message, name, workflow_id, error),
        Err(unknown) => ChildWorkflowExecutionError::Serialization(unknown),
    })
}

/// Creates the error of a signal that was not sent.
pub(crate) fn signal(error: ValueError) -> WorkflowSignalError {
    let unspecified = SignalExternalWorkflowExecutionFailedCause::Unspecified;
    read(cause(error), WorkflowSignalDecodeHint::new(unspecified))
        .unwrap_or_else(WorkflowSignalError::Serialization)
}

/// Converts the error of a signal. An error about its input becomes a failure like any other.
pub(crate) fn signal_ended(error: WorkflowSignalError) -> WorkflowSignalError {
    match &error {
        WorkflowSignalError::Serialization(conversion) => {
            ValueError::of(conversion).map_or(error, signal)
        }
        _ => error,
    }
}

/// Creates the error of a cancellation that was not requested.
pub(crate) fn cancellation(error: ValueError) -> CancelExternalWorkflowError {
    let unspecified = CancelExternalWorkflowExecutionFailedCause::Unspecified;
    read(cause(error), CancelExternalWorkflowDecodeHint::new(unspecified))
        .unwrap_or_else(CancelExternalWorkflowError::Serialization)
}
