//! Error messages of failed calls. They name the activity or child and the reason. For a timeout they also
//! name its length and where it was set.
//!
//! SDK 1.1.1 only says `Activity failed: Activity task failed`. Its errors print the message of their
//! failure, so this module replaces that message. It then appears wherever the failure goes: in the
//! workflow, in the worker's log, in the web UI, and at the caller of the workflow.

use std::borrow::Cow;

use temporalio_common::data_converters::{
    ActivityExecutionDecodeHint, ChildWorkflowExecutionDecodeHint, ChildWorkflowStartDecodeHint,
    DataConverter, DefaultFailureConverter, DefaultPayloadCodec, FailureConverter as _,
    PayloadConverter,
};
use temporalio_common::error::{
    ActivityExecutionError, ChildWorkflowExecutionError, ChildWorkflowStartError,
};
use temporalio_common::protos::temporal::api::common::v1::ActivityType;
use temporalio_common::protos::temporal::api::enums::v1::{RetryState, TimeoutType};
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;
use temporalio_common::protos::temporal::api::failure::v1::{
    ActivityFailureInfo, Failure as RawFailure,
};

use crate::error::{ExpiredTimeout, Failure, TimeoutKind};
use crate::options::{ActivityTimeouts, Sourced, WorkflowTimeouts};
use crate::workflow::conversion::workflow_context;

/// The data of a call that its error messages contain.
pub(crate) struct CallInfo<T> {
    /// The name of the called activity or workflow type.
    name: Cow<'static, str>,
    converter: PayloadConverter,
    timeouts: T,
}

impl<T> CallInfo<T> {
    pub(crate) fn new(
        name: impl Into<Cow<'static, str>>,
        converter: &PayloadConverter,
        timeouts: T,
    ) -> Self {
        Self { name: name.into(), converter: converter.clone(), timeouts }
    }

    /// Returns the name of the called activity or workflow type.
    pub(crate) fn type_name(&self) -> &str {
        &self.name
    }

    /// Sets the message of a failure to its subject and its reason.
    fn set_message(&self, failure: &mut RawFailure, subject: String) {
        failure.message = match failure.cause.as_deref().and_then(|cause| self.describe(cause)) {
            Some(reason) => format!("{subject}: {reason}"),
            None => subject,
        };
        // The new message is not encoded. A failure converter that encodes messages encodes it again.
        failure.encoded_attributes = None;
    }

    /// Describes a failure and its causes in one line.
    fn describe(&self, failure: &RawFailure) -> Option<String> {
        let converter = DefaultFailureConverter::default();
        let error =
            converter.to_error(failure.clone(), &self.converter, &workflow_context()).ok()?;
        let links = Failure::new(&error, &self.converter);
        let links: Vec<_> = links.chain().map(ToString::to_string).collect();
        Some(shortened(links.join(": ")))
    }

    fn data_converter(&self) -> DataConverter {
        DataConverter::new(
            self.converter.clone(),
            DefaultFailureConverter::default(),
            DefaultPayloadCodec,
        )
    }
}

impl CallInfo<ActivityTimeouts> {
    /// Returns the error with a message that names the activity.
    pub(crate) fn explain(&self, error: ActivityExecutionError) -> ActivityExecutionError {
        let (mut failure, cancelled) = match error {
            ActivityExecutionError::Failed(error) => {
                (wrapped(&self.name, error.into_parts().0), false)
            }
            ActivityExecutionError::Cancelled(error) => (error.into_parts().0, true),
            other => return other,
        };
        if let Some(cause) = failure.cause.as_deref_mut() {
            expired(cause, |timeout| self.timeouts.of(timeout));
        }
        self.set_message(&mut failure, format!("`{}`", self.name));
        let hint = ActivityExecutionDecodeHint::new(cancelled);
        let explained = self.data_converter().to_error(&workflow_context(), failure, hint);
        explained.unwrap_or_else(ActivityExecutionError::Serialization)
    }
}

impl CallInfo<WorkflowTimeouts> {
    /// Returns the error with a message that names the child.
    pub(crate) fn explain(
        &self,
        id: &str,
        error: ChildWorkflowExecutionError,
    ) -> ChildWorkflowExecutionError {
        let ChildWorkflowExecutionError::Failed(error) = error else { return error };
        let mut failure = error.into_parts().0;
        let no_further_run = match &failure.failure_info {
            Some(FailureInfo::ChildWorkflowExecutionFailureInfo(info)) => {
                info.retry_state() == RetryState::Timeout
            }
            _ => false,
        };
        if let Some(cause) = failure.cause.as_deref_mut() {
            expired(cause, |_| self.timeouts.of(no_further_run));
        }
        self.set_message(&mut failure, format!("{} `{id}`", self.name));
        let hint = ChildWorkflowExecutionDecodeHint::default();
        let explained = self.data_converter().to_error(&workflow_context(), failure, hint);
        explained.unwrap_or_else(ChildWorkflowExecutionError::Serialization)
    }
}

impl CallInfo<WorkflowTimeouts> {
    /// Returns the error of a child that was not started, with a message that names the child.
    pub(crate) fn explain_start(
        &self,
        id: &str,
        error: ChildWorkflowStartError,
    ) -> ChildWorkflowStartError {
        let ChildWorkflowStartError::Cancelled(error) = error else { return error };
        let mut failure = error.into_parts().0;
        failure.message = format!("{} `{id}`: {}", self.name, failure.message);
        failure.encoded_attributes = None;
        let hint = ChildWorkflowStartDecodeHint::default();
        let explained = self.data_converter().to_error(&workflow_context(), failure, hint);
        explained.unwrap_or_else(ChildWorkflowStartError::Serialization)
    }
}

/// Wraps the failure of a local activity into one that names the activity. SDK 1.1.1 returns the cause
/// alone, which does not name it.
fn wrapped(activity: &str, failure: RawFailure) -> RawFailure {
    if let Some(FailureInfo::ActivityFailureInfo(_)) = failure.failure_info {
        return failure;
    }
    let info = ActivityFailureInfo {
        activity_type: Some(ActivityType { name: activity.to_owned() }),
        ..ActivityFailureInfo::default()
    };
    RawFailure {
        source: failure.source.clone(),
        failure_info: Some(FailureInfo::ActivityFailureInfo(info)),
        cause: Some(Box::new(failure)),
        ..RawFailure::default()
    }
}

/// Sets the message of a timeout failure to the timeout that expired.
fn expired(link: &mut RawFailure, find: impl FnOnce(TimeoutType) -> Option<ExpiredTimeout>) {
    let Some(FailureInfo::TimeoutFailureInfo(info)) = &link.failure_info else { return };
    if let Some(timeout) = find(info.timeout_type()) {
        link.message = timeout.to_string();
        link.encoded_attributes = None;
    }
}

impl ActivityTimeouts {
    /// Returns the timeout of this type if the call has set it. Otherwise the timeout is the workflow's
    /// own.
    fn of(&self, timeout: TimeoutType) -> Option<ExpiredTimeout> {
        let (kind, set) = match timeout {
            TimeoutType::StartToClose => (TimeoutKind::StartToClose, self.start_to_close),
            TimeoutType::ScheduleToClose => (TimeoutKind::ScheduleToClose, self.schedule_to_close),
            TimeoutType::ScheduleToStart => (TimeoutKind::ScheduleToStart, self.schedule_to_start),
            TimeoutType::Heartbeat => (TimeoutKind::Heartbeat, self.heartbeat),
            TimeoutType::Unspecified => return None,
        };
        expired_of(kind, set)
    }
}

impl WorkflowTimeouts {
    /// Returns the timeout that ended a child. If it has both, that is the run timeout, unless the server
    /// allowed no further run.
    fn of(&self, no_further_run: bool) -> Option<ExpiredTimeout> {
        let run = expired_of(TimeoutKind::Run, self.run);
        let execution = expired_of(TimeoutKind::Execution, self.execution);
        if no_further_run { execution.or(run) } else { run.or(execution) }
    }
}

fn expired_of(kind: TimeoutKind, set: Sourced) -> Option<ExpiredTimeout> {
    set.limit().map(|length| ExpiredTimeout { kind, length, source: set.source })
}

/// The maximum length of the causes in the message of another failure, in characters. They are recorded in
/// full as causes.
const MAX_CAUSES_LENGTH: usize = 500;

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_CAUSES_LENGTH) {
        text.truncate(end);
        text.push_str("...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortens_long_causes_between_characters() {
        assert_eq!(shortened("short".to_owned()), "short");
        let long = shortened("ä".repeat(10_000));
        assert_eq!(long.chars().count(), MAX_CAUSES_LENGTH + 3);
        assert!(long.ends_with("ä..."));
    }
}
