//! The errors of calls that were not made, and of outputs that do not fit: in the form in which the
//! server would have told of them, so that workflow code handles one kind of error.

use temporalio_common::data_converters::{
    ActivityExecutionDecodeHint, CancelExternalWorkflowDecodeHint,
    ChildWorkflowExecutionDecodeHint, DataConverter, FailureDecodeHint, PayloadConversionError,
    SerializationContextData, WorkflowSerializationContext, WorkflowSignalDecodeHint,
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

use crate::definition::arguments::output::{DecodedOutput, UndecodedOutput};
use crate::definition::{Activity, Workflow};
use crate::error::InvalidOutput;
use crate::error::call::ValueError;

/// The failure that an error about a value is.
fn cause(error: ValueError) -> Failure {
    let error = OutgoingWorkflowError::from(error.into_failure()).into();
    DataConverter::default().to_failure(&context(), error)
}

fn context() -> SerializationContextData {
    SerializationContextData::Workflow(WorkflowSerializationContext::new())
}

fn read<H: FailureDecodeHint>(
    failure: Failure,
    hint: H,
) -> Result<H::Output, PayloadConversionError> {
    DataConverter::default().to_error(&context(), failure, hint)
}

/// The failure of an activity as the server would record it.
fn of_activity<A: Activity>(message: &str, error: ValueError) -> ActivityExecutionError {
    let info = ActivityFailureInfo {
        activity_type: Some(ActivityType { name: A::NAME.to_owned() }),
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

/// The error of an activity that was not scheduled.
pub(super) fn activity<A: Activity>(error: ValueError) -> ActivityExecutionError {
    of_activity::<A>("Activity was not scheduled", error)
}

/// The error of an activity, where one about a value is a failure of the activity, as it would be of an
/// activity that ran: the workflow can catch it, and undo what it has done.
pub(super) fn activity_ended<A: Activity>(error: ActivityExecutionError) -> ActivityExecutionError {
    match &error {
        ActivityExecutionError::Serialization(conversion) => match ValueError::of(conversion) {
            Some(value) => activity::<A>(value),
            None => error,
        },
        _ => error,
    }
}

/// The output of an activity, or why it is none.
pub(super) fn activity_output<A: Activity>(
    output: DecodedOutput<A::Output>,
) -> Result<A::Output, ActivityExecutionError> {
    output.0.map_err(|error| match not_fitting("activity", A::NAME, error) {
        Ok(error) => of_activity::<A>("Activity returned an output that does not fit", error),
        Err(unknown) => ActivityExecutionError::Serialization(unknown),
    })
}

/// The error of an output; it fails the workflow task where the worker lacks the codec.
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
            Err(PayloadConversionError::EncodingError(Box::new(UnknownEncoding { what, encoding })))
        }
    }
}

/// A value in an encoding that no converter and no codec of this worker knows.
///
/// It isn't the value that is wrong but the deployment, so the workflow task fails until it is right.
#[derive(Debug, thiserror::Error)]
#[error(
    "{what} has the encoding `{encoding}`, which this worker does not know; give its client the data \
     converter with the codec for it"
)]
pub(super) struct UnknownEncoding {
    what: String,
    encoding: String,
}

impl UnknownEncoding {
    /// Whether it is why a conversion failed.
    pub(super) fn is_why(error: &PayloadConversionError) -> bool {
        matches!(error, PayloadConversionError::EncodingError(source) if source.is::<Self>())
    }
}

/// The error of a child workflow as the server would record it.
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

/// The error of a child workflow that was not started.
pub(super) fn child(
    name: &str,
    workflow_id: &str,
    error: ValueError,
) -> ChildWorkflowExecutionError {
    of_child("Child workflow was not started", name, workflow_id, error)
}

/// The output of a child workflow, or why it is none.
pub(super) fn child_output<C: Workflow>(
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

/// The error of a signal that was not sent.
pub(super) fn signal(error: ValueError) -> WorkflowSignalError {
    let unspecified = SignalExternalWorkflowExecutionFailedCause::Unspecified;
    read(cause(error), WorkflowSignalDecodeHint::new(unspecified))
        .unwrap_or_else(WorkflowSignalError::Serialization)
}

/// The error of a signal, where one about its input is as any other failure.
pub(super) fn signal_ended(error: WorkflowSignalError) -> WorkflowSignalError {
    match &error {
        WorkflowSignalError::Serialization(conversion) => {
            ValueError::of(conversion).map_or(error, signal)
        }
        _ => error,
    }
}

/// The error of a cancellation that was not asked for.
pub(super) fn cancellation(error: ValueError) -> CancelExternalWorkflowError {
    let unspecified = CancelExternalWorkflowExecutionFailedCause::Unspecified;
    read(cause(error), CancelExternalWorkflowDecodeHint::new(unspecified))
        .unwrap_or_else(CancelExternalWorkflowError::Serialization)
}
