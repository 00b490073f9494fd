//! The checks of a history before its replay.
//!
//! The SDK's replayer (1.1.1) panics on histories that it does not understand, so everything that it
//! relies on is checked before.

use std::collections::BTreeSet;

use temporalio_client::WorkflowHistory;
use temporalio_common::protos::temporal::api::enums::v1::EventType;
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::WorkflowExecutionStartedEventAttributes;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_sdk::workflow_replayer::WorkflowReplayFailure;

use super::difference::{Difference, inner_message};
use super::engine::EngineError;
use super::event::type_name;
use crate::definition::{Queue, Registry};
use crate::testing::error::{RecordedWorkflow, ReplayProblem};

/// A history from anywhere.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    /// The name in messages, such as the path of the history's file.
    pub(crate) name: String,
    /// The workflow's id, if it is known from elsewhere than the first event.
    pub(crate) workflow_id: Option<String>,
    /// All of its events.
    pub(crate) events: Vec<HistoryEvent>,
}

/// A history that the SDK's replayer understands.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) name: String,
    pub(super) workflow: RecordedWorkflow,
    /// The queue that the workflow ran on.
    pub(super) queue: String,
    /// The events up to the last one that the code caused.
    pub(super) events: Vec<HistoryEvent>,
}

impl Checked {
    /// Checks a history, and cuts it off after the last completed workflow task and its commands.
    ///
    /// Only the commands of completed tasks say what the code did. A task that failed, timed out or
    /// was still open recorded nothing to compare with. So running, terminated and timed-out
    /// workflows, and those whose code panics, are replayed up to their last completed task.
    pub(super) fn new(recorded: Recorded) -> Result<Self, ReplayProblem> {
        let described = recorded.workflow();
        let Recorded { name, mut events, .. } = recorded;
        match described {
            Ok((workflow, queue)) => {
                set_workflow_id(&mut events, &workflow.workflow_id);
                events.truncate(replayable(&events));
                Ok(Self { name, workflow, queue, events })
            }
            Err(reason) => Err(ReplayProblem::InvalidHistory { history: name, reason }),
        }
    }

    /// Returns whether there is anything to replay.
    pub(super) fn is_replayable(&self) -> bool {
        !self.events.is_empty()
    }

    /// Returns the queue of this program whose workflow replays the history: the requested one, the
    /// one that it was recorded on, or else the only one that has a workflow of that type.
    pub(super) fn find_queue(
        &self,
        registry: &Registry,
        asked: Option<&str>,
    ) -> Result<&'static str, ReplayProblem> {
        let name = &self.workflow.workflow_type;
        let has = |queue: &Queue| queue.workflows().iter().any(|entry| entry.name == name);
        let queues: Vec<_> =
            registry.queues().filter(|(_, queue)| has(queue)).map(|(name, _)| name).collect();
        let (history, workflow) = (self.name.clone(), Box::new(self.workflow.clone()));
        match queues.as_slice() {
            [only] if asked.is_none() => Ok(*only),
            [] if registry.declared().any(|(_, queue)| has(queue)) => {
                Err(ReplayProblem::OnlyDeclared { history, workflow })
            }
            [] => {
                let known = listed(registry.workflows().map(|entry| entry.name));
                Err(ReplayProblem::UnknownWorkflow { history, workflow, known })
            }
            several => {
                let queue = asked.unwrap_or(&self.queue);
                several.iter().copied().find(|name| *name == queue).ok_or_else(|| {
                    let (queue, known) = (queue.to_owned(), listed(several.iter().copied()));
                    ReplayProblem::UnknownQueue { history, workflow, queue, known }
                })
            }
        }
    }

    /// Translates the SDK's report. `failure` is the message with which the workflow failed, if it
    /// did.
    pub(super) fn problem(
        &self,
        reported: &WorkflowReplayFailure,
        failure: Option<&str>,
    ) -> ReplayProblem {
        let (history, workflow) = (self.name.clone(), Box::new(self.workflow.clone()));
        match reported {
            WorkflowReplayFailure::Nondeterminism { message } => {
                let Difference { event, words } = Difference::of(message, &self.events, failure);
                ReplayProblem::Nondeterminism { history, workflow, event, difference: words }
            }
            WorkflowReplayFailure::WorkflowTaskFailure { message } => {
                ReplayProblem::Failed { history, workflow, reason: inner_message(message) }
            }
            WorkflowReplayFailure::InvalidHistory { message }
            | WorkflowReplayFailure::Internal { message, .. } => {
                ReplayProblem::InvalidHistory { history, reason: inner_message(message) }
            }
            other => ReplayProblem::InvalidHistory { history, reason: other.to_string() },
        }
    }

    /// Translates the error of a replay without an outcome.
    pub(super) fn engine_problem(&self, error: &EngineError) -> ReplayProblem {
        let (history, reason) = (self.name.clone(), error.to_string());
        match error {
            EngineError::TimedOut(_) => {
                ReplayProblem::Failed { history, workflow: Box::new(self.workflow.clone()), reason }
            }
            EngineError::Sdk(_) => ReplayProblem::InvalidHistory { history, reason },
        }
    }
}

fn listed(names: impl Iterator<Item = &'static str>) -> String {
    let names: BTreeSet<_> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        return "none".to_owned();
    }
    names.into_iter().collect::<Vec<_>>().join(", ")
}

impl Recorded {
    /// Fetches all events of a history.
    pub(super) async fn fetch(history: WorkflowHistory) -> Result<Self, ReplayProblem> {
        let workflow_id = history.workflow_id().map(ToOwned::to_owned);
        let name = match &workflow_id {
            Some(id) => format!("history of `{id}`"),
            None => "history".to_owned(),
        };
        match history.into_events().await {
            Ok(events) => Ok(Self { name, workflow_id, events }),
            Err(error) => Err(ReplayProblem::InvalidHistory {
                history: name,
                reason: format!("cannot fetch the history: {error}"),
            }),
        }
    }

    /// Returns the workflow and its queue, or the reason that the history cannot be replayed.
    pub(super) fn workflow(&self) -> Result<(RecordedWorkflow, String), String> {
        let Some(first) = self.events.first() else {
            return Err("the history has no events".to_owned());
        };
        let Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) = &first.attributes
        else {
            let first = type_name(first.event_type());
            return Err(format!(
                "expected the first event to be WorkflowExecutionStarted, got {first}"
            ));
        };
        check_order(&self.events)?;
        started_as(started, self.workflow_id.clone())
    }
}

fn started_as(
    started: &WorkflowExecutionStartedEventAttributes,
    workflow_id: Option<String>,
) -> Result<(RecordedWorkflow, String), String> {
    let missing =
        |what: &str| format!("the event WorkflowExecutionStarted does not contain {what}");
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let workflow_type = started.workflow_type.as_ref().and_then(|it| given(&it.name));
    let queue = started.task_queue.as_ref().and_then(|it| given(&it.name));
    let workflow = RecordedWorkflow {
        workflow_type: workflow_type.ok_or_else(|| missing("the workflow's type"))?,
        // Older servers did not record it.
        workflow_id: given(&started.workflow_id).or(workflow_id).unwrap_or_default(),
        run_id: given(&started.original_execution_run_id)
            .ok_or_else(|| missing("the run id `originalExecutionRunId`"))?,
    };
    Ok((workflow, queue.ok_or_else(|| missing("the task queue"))?))
}

/// Checks that no event is missing, duplicated or of a form that the SDK does not know.
fn check_order(events: &[HistoryEvent]) -> Result<(), String> {
    for (expected, event) in (1..).zip(events) {
        let name = type_name(event.event_type());
        if event.event_id != expected {
            return Err(format!(
                "event {expected} is missing: its place is taken by event {} ({name})",
                event.event_id
            ));
        }
        let known = event.event_type() != EventType::Unspecified;
        let fits =
            event.attributes.as_ref().is_some_and(|it| it.event_type() == event.event_type());
        if !(known && fits || event.worker_may_ignore) {
            return Err(format!(
                "event {expected} ({name}) does not have the attributes of its type"
            ));
        }
    }
    for pair in events.windows(2) {
        let follows = matches!(
            pair[1].event_type(),
            EventType::WorkflowTaskCompleted
                | EventType::WorkflowTaskFailed
                | EventType::WorkflowTaskTimedOut
                | EventType::WorkflowExecutionTerminated
                | EventType::WorkflowExecutionTimedOut
        );
        if pair[0].event_type() == EventType::WorkflowTaskStarted && !follows {
            return Err(format!(
                "event {} (WorkflowTaskStarted) is followed by {}, which does not end a workflow task",
                pair[0].event_id,
                type_name(pair[1].event_type())
            ));
        }
    }
    Ok(())
}

/// Returns the number of events up to the last completed workflow task and its commands.
fn replayable(events: &[HistoryEvent]) -> usize {
    let completed =
        events.iter().rposition(|event| event.event_type() == EventType::WorkflowTaskCompleted);
    completed.map_or(0, |at| {
        let commands = events[at + 1..].iter().take_while(|event| event.is_command_event());
        at + 1 + commands.count()
    })
}

/// Writes the workflow's id into the first event, where the workflow reads it.
fn set_workflow_id(events: &mut [HistoryEvent], workflow_id: &str) {
    if let Some(HistoryEvent {
        attributes: Some(Attributes::WorkflowExecutionStartedEventAttributes(started)),
        ..
    }) = events.first_mut()
    {
        workflow_id.clone_into(&mut started.workflow_id);
    }
}
