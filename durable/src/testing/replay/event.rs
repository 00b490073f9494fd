//! Descriptions of history events for messages.

use temporalio_common::protos::constants::{LOCAL_ACTIVITY_MARKER_NAME, PATCH_MARKER_NAME};
use temporalio_common::protos::coresdk::common::{
    decode_change_marker_details, extract_local_activity_marker_data,
};
use temporalio_common::protos::coresdk::external_data::LocalActivityMarkerData;
use temporalio_common::protos::temporal::api::enums::v1::EventType;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_common::protos::temporal::api::history::v1::{
    HistoryEvent, MarkerRecordedEventAttributes,
};

use crate::testing::error::RecordedEvent;

/// Returns the name of an event's type as Temporal's web UI writes it, such as `ActivityTaskScheduled`.
pub(super) fn type_name(event_type: EventType) -> String {
    format!("{event_type:?}")
}

/// Returns the event with the type or id of its subject, if it has one.
pub(super) fn describe(event: &HistoryEvent) -> RecordedEvent {
    RecordedEvent {
        id: event.event_id,
        event_type: type_name(event.event_type()),
        subject: subject(event),
    }
}

fn subject(event: &HistoryEvent) -> Option<String> {
    use Attributes as A;
    let subject = match event.attributes.as_ref()? {
        A::ActivityTaskScheduledEventAttributes(it) => it.activity_type.as_ref()?.name.clone(),
        A::TimerStartedEventAttributes(it) => it.timer_id.clone(),
        A::TimerFiredEventAttributes(it) => it.timer_id.clone(),
        A::TimerCanceledEventAttributes(it) => it.timer_id.clone(),
        A::StartChildWorkflowExecutionInitiatedEventAttributes(it) => {
            it.workflow_type.as_ref()?.name.clone()
        }
        A::ChildWorkflowExecutionStartedEventAttributes(it) => {
            it.workflow_type.as_ref()?.name.clone()
        }
        A::SignalExternalWorkflowExecutionInitiatedEventAttributes(it) => it.signal_name.clone(),
        A::WorkflowExecutionSignaledEventAttributes(it) => it.signal_name.clone(),
        A::WorkflowExecutionUpdateAcceptedEventAttributes(it) => {
            it.accepted_request.as_ref()?.input.as_ref()?.name.clone()
        }
        A::MarkerRecordedEventAttributes(it) => match marker(it) {
            Marker::Patch(patch) => format!("patch {patch}"),
            Marker::LocalActivity(activity) => {
                format!("local activity {}", activity.activity_type)
            }
            Marker::Other => it.marker_name.clone(),
        },
        _ => return None,
    };
    Some(subject)
}

/// A marker: an event that the SDK records for something that the server does not know.
pub(super) enum Marker {
    /// A patch of this id, which the code asked for.
    Patch(String),
    /// A local activity.
    LocalActivity(LocalActivityMarkerData),
    /// Any other marker.
    Other,
}

/// Reads a marker.
pub(super) fn marker(marker: &MarkerRecordedEventAttributes) -> Marker {
    let read = match marker.marker_name.as_str() {
        PATCH_MARKER_NAME => {
            decode_change_marker_details(&marker.details).map(|(patch, _)| Marker::Patch(patch))
        }
        LOCAL_ACTIVITY_MARKER_NAME => {
            extract_local_activity_marker_data(&marker.details).map(Marker::LocalActivity)
        }
        _ => None,
    };
    read.unwrap_or(Marker::Other)
}

/// Describes the action of the code that the event records, as the end of "the history says that the
/// workflow ..".
pub(super) fn action(event: &HistoryEvent) -> String {
    let subject = subject(event).unwrap_or_default();
    match event.event_type() {
        EventType::ActivityTaskScheduled => format!("schedules activity `{subject}`"),
        EventType::ActivityTaskCancelRequested => "cancels an activity".to_owned(),
        EventType::TimerStarted => "starts a timer".to_owned(),
        EventType::TimerCanceled => "cancels a timer".to_owned(),
        EventType::StartChildWorkflowExecutionInitiated => {
            format!("starts child workflow `{subject}`")
        }
        EventType::SignalExternalWorkflowExecutionInitiated => {
            format!("sends signal `{subject}` to another workflow")
        }
        EventType::RequestCancelExternalWorkflowExecutionInitiated => {
            "cancels another workflow".to_owned()
        }
        EventType::MarkerRecorded => match subject.split_once("patch ") {
            Some(("", patch)) => format!("asks for patch `{patch}`"),
            _ => match subject.strip_prefix("local activity ") {
                Some(activity) => format!("runs local activity `{activity}`"),
                None => format!("records marker `{subject}`"),
            },
        },
        EventType::WorkflowExecutionUpdateAccepted => format!("accepts update `{subject}`"),
        EventType::WorkflowExecutionUpdateCompleted => "ends an update".to_owned(),
        EventType::UpsertWorkflowSearchAttributes => "sets search attributes".to_owned(),
        EventType::WorkflowPropertiesModified => "changes its memo".to_owned(),
        EventType::WorkflowExecutionCompleted => "completes".to_owned(),
        EventType::WorkflowExecutionFailed => "fails".to_owned(),
        EventType::WorkflowExecutionCanceled => "ends as cancelled".to_owned(),
        EventType::WorkflowExecutionContinuedAsNew => "continues as a new run".to_owned(),
        EventType::NexusOperationScheduled => "starts a Nexus operation".to_owned(),
        EventType::NexusOperationCancelRequested => "cancels a Nexus operation".to_owned(),
        other => format!("causes {}", type_name(other)),
    }
}
