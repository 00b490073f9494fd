//! The words of a failed call: what failed, why, and of a timeout how long it was and where it was set.
//!
//! The SDK 1.1.1 says `Activity failed: Activity task failed`. Its errors print the message of the
//! failure that they stand for, so the words are put there. Thus they are seen wherever the failure
//! goes: in the workflow, in the worker's log, in the web UI, and by whoever waits for the workflow.

use std::borrow::Cow;

use temporalio_common::data_converters::{
    ActivityExecutionDecodeHint, ChildWorkflowExecutionDecodeHint, ChildWorkflowStartDecodeHint,
    DataConverter, DefaultFailureConverter, DefaultPayloadCodec, FailureConverter as _,
    PayloadConverter, SerializationContextData, WorkflowSerializationContext,
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

/// What is known of a call, besides how it failed.
pub(super) struct Called<T> {
    /// The name of the type that was called.
    name: Cow<'static, str>,
    converter: PayloadConverter,
    timeouts: T,
}

impl<T> Called<T> {
    pub(super) fn new(
        name: impl Into<Cow<'static, str>>,
        converter: &PayloadConverter,
        timeouts: T,
    ) -> Self {
        Self { name: name.into(), converter: converter.clone(), timeouts }
    }

    /// Returns the name of the type that was called.
    pub(super) fn type_name(&self) -> &str {
        &self.name
    }

    /// Sets the message of a link to what it is about and why it failed.
    fn name(&self, failure: &mut RawFailure, subject: String) {
        failure.message = match failure.cause.as_deref().and_then(|cause| self.chain(cause)) {
            Some(why) => format!("{subject}: {why}"),
            None => subject,
        };
        // The message in the clear is the only one now; whoever encodes failures encodes it again.
        failure.encoded_attributes = None;
    }

    /// A failure and its causes in one line.
    fn chain(&self, failure: &RawFailure) -> Option<String> {
        let converter = DefaultFailureConverter::default();
        let error = converter.to_error(failure.clone(), &self.converter, &context()).ok()?;
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

impl Called<ActivityTimeouts> {
    /// The same error, with words that name the activity.
    pub(super) fn explain(&self, error: ActivityExecutionError) -> ActivityExecutionError {
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
        self.name(&mut failure, format!("`{}`", self.name));
        let hint = ActivityExecutionDecodeHint::new(cancelled);
        let explained = self.data_converter().to_error(&context(), failure, hint);
        explained.unwrap_or_else(ActivityExecutionError::Serialization)
    }
}

impl Called<WorkflowTimeouts> {
    /// The same error, with words that name the child.
    pub(super) fn explain(
        &self,
        id: &str,
        error: ChildWorkflowExecutionError,
    ) -> ChildWorkflowExecutionError {
        let ChildWorkflowExecutionError::Failed(error) = error else { return error };
        let mut failure = error.into_parts().0;
        let ended_for_good = match &failure.failure_info {
            Some(FailureInfo::ChildWorkflowExecutionFailureInfo(info)) => {
                info.retry_state() == RetryState::Timeout
            }
            _ => false,
        };
        if let Some(cause) = failure.cause.as_deref_mut() {
            expired(cause, |_| self.timeouts.of(ended_for_good));
        }
        self.name(&mut failure, format!("{} `{id}`", self.name));
        let hint = ChildWorkflowExecutionDecodeHint::default();
        let explained = self.data_converter().to_error(&context(), failure, hint);
        explained.unwrap_or_else(ChildWorkflowExecutionError::Serialization)
    }
}

impl Called<WorkflowTimeouts> {
    /// The same error of a child that was not started, with words that name it.
    pub(super) fn explain_start(
        &self,
        id: &str,
        error: ChildWorkflowStartError,
    ) -> ChildWorkflowStartError {
        let ChildWorkflowStartError::Cancelled(error) = error else { return error };
        let mut failure = error.into_parts().0;
        failure.message = format!("{} `{id}`: {}", self.name, failure.message);
        failure.encoded_attributes = None;
        let hint = ChildWorkflowStartDecodeHint::default();
        let explained = self.data_converter().to_error(&context(), failure, hint);
        explained.unwrap_or_else(ChildWorkflowStartError::Serialization)
    }
}

/// The failure of an activity. Of a local one, the SDK 1.1.1 tells the cause alone, so that neither the
/// workflow nor its caller learns of which activity it is.
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

/// Says of a link that is a timeout which it was.
fn expired(link: &mut RawFailure, find: impl FnOnce(TimeoutType) -> Option<ExpiredTimeout>) {
    let Some(FailureInfo::TimeoutFailureInfo(info)) = &link.failure_info else { return };
    if let Some(timeout) = find(info.timeout_type()) {
        link.message = timeout.to_string();
        link.encoded_attributes = None;
    }
}

impl ActivityTimeouts {
    /// The timeout of this type, where the call has set it; else it is the workflow's own.
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
    /// The timeout that ended a child: where it has both, that of the run unless the server allowed no
    /// further run.
    fn of(&self, ended_for_good: bool) -> Option<ExpiredTimeout> {
        let run = expired_of(TimeoutKind::Run, self.run);
        let execution = expired_of(TimeoutKind::Execution, self.execution);
        if ended_for_good { execution.or(run) } else { run.or(execution) }
    }
}

fn expired_of(kind: TimeoutKind, set: Sourced) -> Option<ExpiredTimeout> {
    set.limit().map(|length| ExpiredTimeout { kind, length, source: set.source })
}

/// The longest that causes may be in the message of another failure, in characters. They are recorded
/// in full as causes.
const LONGEST: usize = 500;

fn shortened(mut words: String) -> String {
    if let Some((end, _)) = words.char_indices().nth(LONGEST) {
        words.truncate(end);
        words.push_str("...");
    }
    words
}

fn context() -> SerializationContextData {
    SerializationContextData::Workflow(WorkflowSerializationContext::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortens_long_causes_between_characters() {
        assert_eq!(shortened("short".to_owned()), "short");
        let long = shortened("ä".repeat(10_000));
        assert_eq!(long.chars().count(), LONGEST + 3);
        assert!(long.ends_with("ä..."));
    }
}
