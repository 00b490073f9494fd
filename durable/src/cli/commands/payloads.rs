//! The payloads of the events of a history.

use serde_json::Value;
use temporalio_common::protos::temporal::api::common::v1::Payloads as RawPayloads;
use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_common::protos::temporal::api::update::v1::outcome;

use crate::cli::output::values;
use crate::client::Payloads;

/// Returns the payloads of an event, each with the name of what it is.
pub(super) fn of(event: &HistoryEvent) -> Vec<(&'static str, Value)> {
    let Some(attributes) = event.attributes.as_ref() else { return Vec::new() };
    let found = inputs(attributes).or_else(|| results(attributes));
    let found = found.map(|(name, payloads)| (name, payloads.cloned()));
    found
        .into_iter()
        .chain(failure(attributes).map(|failure| ("details", details(failure))))
        .filter_map(|(name, payloads)| {
            let payloads = payloads?.payloads;
            (!payloads.is_empty()).then(|| (name, values(&Payloads::from(payloads))))
        })
        .collect()
}

type Found<'a> = Option<(&'static str, Option<&'a RawPayloads>)>;

fn inputs(attributes: &Attributes) -> Found<'_> {
    use Attributes as A;
    let input = match attributes {
        A::WorkflowExecutionStartedEventAttributes(it) => it.input.as_ref(),
        A::WorkflowExecutionSignaledEventAttributes(it) => it.input.as_ref(),
        A::WorkflowExecutionContinuedAsNewEventAttributes(it) => it.input.as_ref(),
        A::ActivityTaskScheduledEventAttributes(it) => it.input.as_ref(),
        A::StartChildWorkflowExecutionInitiatedEventAttributes(it) => it.input.as_ref(),
        A::SignalExternalWorkflowExecutionInitiatedEventAttributes(it) => it.input.as_ref(),
        A::WorkflowExecutionUpdateAcceptedEventAttributes(it) => {
            it.accepted_request.as_ref()?.input.as_ref()?.args.as_ref()
        }
        _ => return None,
    };
    Some(("input", input))
}

fn results(attributes: &Attributes) -> Found<'_> {
    use Attributes as A;
    let (name, payloads) = match attributes {
        A::WorkflowExecutionCompletedEventAttributes(it) => ("output", it.result.as_ref()),
        A::ActivityTaskCompletedEventAttributes(it) => ("output", it.result.as_ref()),
        A::ChildWorkflowExecutionCompletedEventAttributes(it) => ("output", it.result.as_ref()),
        A::WorkflowExecutionUpdateCompletedEventAttributes(it) => {
            match it.outcome.as_ref()?.value.as_ref()? {
                outcome::Value::Success(result) => ("output", Some(result)),
                outcome::Value::Failure(_) => return None,
            }
        }
        A::WorkflowExecutionTerminatedEventAttributes(it) => ("details", it.details.as_ref()),
        A::WorkflowExecutionCanceledEventAttributes(it) => ("details", it.details.as_ref()),
        A::ActivityTaskCanceledEventAttributes(it) => ("details", it.details.as_ref()),
        _ => return None,
    };
    Some((name, payloads))
}

fn failure(attributes: &Attributes) -> Option<&Failure> {
    use Attributes as A;
    match attributes {
        A::WorkflowExecutionFailedEventAttributes(it) => it.failure.as_ref(),
        A::WorkflowTaskFailedEventAttributes(it) => it.failure.as_ref(),
        A::ActivityTaskFailedEventAttributes(it) => it.failure.as_ref(),
        A::ActivityTaskStartedEventAttributes(it) => it.last_failure.as_ref(),
        A::ChildWorkflowExecutionFailedEventAttributes(it) => it.failure.as_ref(),
        _ => None,
    }
}

/// Returns the details of the first failure of a chain that has some.
fn details(failure: &Failure) -> Option<RawPayloads> {
    let own = match failure.failure_info.as_ref() {
        Some(FailureInfo::ApplicationFailureInfo(info)) => info.details.clone(),
        Some(FailureInfo::CanceledFailureInfo(info)) => info.details.clone(),
        Some(FailureInfo::TimeoutFailureInfo(info)) => info.last_heartbeat_details.clone(),
        _ => None,
    };
    own.or_else(|| failure.cause.as_deref().and_then(details))
}
