//! Finding the timeout that ended a workflow, in its history.

use std::time::{Duration, SystemTime};

use futures_util::StreamExt as _;
use temporalio_client::{HistoryEventFilterType, WorkflowFetchHistoryOptions};
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use temporalio_common::protos::temporal::api::history::v1::{
    HistoryEvent, WorkflowExecutionStartedEventAttributes,
};

use crate::client::WorkflowHandle;
use crate::definition::Workflow;
use crate::error::{ExpiredTimeout, TimeoutKind};
use crate::options::{OptionSource, Sourced, WorkflowOptions, WorkflowTimeouts, limit};

/// Tolerance between the server's clock and its timers.
const SLACK: Duration = Duration::from_millis(100);

impl<W: Workflow> WorkflowHandle<W> {
    /// Returns the timeout that ended the workflow, or `None` if its history cannot be read.
    pub(crate) async fn expired_timeout(&self) -> Option<ExpiredTimeout> {
        let (run_id, closed_at) = self.timed_out_run().await?;
        let options = WorkflowFetchHistoryOptions::default();
        let first = self.sdk_of(run_id).fetch_history(options).next().await?.ok()?;
        let Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) = first.attributes
        else {
            return None;
        };
        let (kind, length) = expired(&started, closed_at)?;
        let name = started.workflow_type.map(|kind| kind.name).unwrap_or_default();
        let known = self.started_with().or_else(|| self.annotated(&name));
        let set = known.map(|known| match kind {
            TimeoutKind::Run => known.run,
            _ => known.execution,
        });
        let source = set
            .filter(|set| set.limit() == Some(length))
            .map_or(OptionSource::Elsewhere, |set: Sourced| set.source);
        Some(ExpiredTimeout { kind, length, source })
    }

    /// Returns the last run that followed from this handle's run and the time of its timeout, if it
    /// timed out.
    async fn timed_out_run(&self) -> Option<(Option<String>, SystemTime)> {
        let mut run_id = self.run_id().map(str::to_owned);
        loop {
            let options = WorkflowFetchHistoryOptions::builder()
                .skip_archival(true)
                .event_filter_type(HistoryEventFilterType::CloseEvent)
                .build();
            let events = self.sdk_of(run_id.clone()).fetch_history(options).into_events().await;
            let closed = events.ok()?.pop()?;
            match following(&closed) {
                "" => {
                    let Some(Attributes::WorkflowExecutionTimedOutEventAttributes(_)) =
                        &closed.attributes
                    else {
                        return None;
                    };
                    return Some((run_id, closed.event_time?.try_into().ok()?));
                }
                next => run_id = Some(next.to_owned()),
            }
        }
    }

    /// Returns the timeouts that a start by this program would set.
    fn annotated(&self, name: &str) -> Option<WorkflowTimeouts> {
        let configured = self.client().configured_options().of_workflow(name);
        let resolved = WorkflowOptions::default().resolve(W::options(), configured);
        resolved.ok().map(|resolved| resolved.timeouts)
    }
}

/// Returns the id of the run that followed from an ended one, or an empty string.
fn following(closed: &HistoryEvent) -> &str {
    match &closed.attributes {
        Some(Attributes::WorkflowExecutionCompletedEventAttributes(it)) => &it.new_execution_run_id,
        Some(Attributes::WorkflowExecutionFailedEventAttributes(it)) => &it.new_execution_run_id,
        Some(Attributes::WorkflowExecutionTimedOutEventAttributes(it)) => &it.new_execution_run_id,
        Some(Attributes::WorkflowExecutionContinuedAsNewEventAttributes(it)) => {
            &it.new_execution_run_id
        }
        _ => "",
    }
}

/// Returns the timeout of a run that was reached when the run ended, and its length.
fn expired(
    started: &WorkflowExecutionStartedEventAttributes,
    closed_at: SystemTime,
) -> Option<(TimeoutKind, Duration)> {
    let execution = started.workflow_execution_timeout.map(Duration::try_from);
    let run = started.workflow_run_timeout.map(Duration::try_from);
    let (execution, run) = (limit(execution.and_then(Result::ok)), limit(run.and_then(Result::ok)));
    let expiration = started.workflow_execution_expiration_time;
    let expiration = expiration.and_then(|time| SystemTime::try_from(time).ok());
    match (execution, run) {
        (Some(execution), _) if expiration.is_some_and(|end| closed_at + SLACK >= end) => {
            Some((TimeoutKind::Execution, execution))
        }
        (_, Some(run)) => Some((TimeoutKind::Run, run)),
        (Some(execution), None) => Some((TimeoutKind::Execution, execution)),
        (None, None) => None,
    }
}
