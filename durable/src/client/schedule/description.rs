//! What the server knows of a schedule.

use std::time::{Duration, SystemTime};

use temporalio_client::WorkflowExecutionStatus;
use temporalio_client::schedules::ScheduleOverlapPolicy;
use temporalio_common::Memo;
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::schedule::v1::{Schedule, ScheduleActionResult};
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeScheduleResponse;
use temporalio_common::search_attributes::SearchAttributes;

use super::update::duration;
use super::{ScheduleSpec, overlap_policy};
use crate::client::{Client, HasHandle, Payloads, WorkflowHandle};

/// A schedule as the server describes it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScheduleDescription {
    /// The schedule's id.
    pub id: String,
    /// When it acts, as the server understood it.
    pub spec: ScheduleSpec,
    /// What it starts.
    pub workflow: ScheduledWorkflow,
    /// What happens when the last workflow still runs.
    pub overlap: ScheduleOverlapPolicy,
    /// How late a time may still be acted on.
    pub catchup_window: Option<Duration>,
    /// Whether it pauses itself when a workflow fails or times out.
    pub pause_on_failure: bool,
    /// Whether each workflow has the same id.
    pub keep_original_workflow_id: bool,
    /// Whether it is paused.
    pub paused: bool,
    /// What people should know of its state.
    pub note: Option<String>,
    /// How often it still acts by itself; `None` is without a limit.
    pub remaining_actions: Option<u32>,
    /// The next times at which it acts, at most ten.
    pub next_runs: Vec<SystemTime>,
    /// The workflows that it started last, at most ten, the oldest first.
    pub recent_runs: Vec<ScheduleRun>,
    /// The ids of the workflows and runs that it started and that run.
    pub running: Vec<(String, String)>,
    /// How many workflows it has started.
    pub started: u64,
    /// How many times it did not act on, because they were past the catch-up window.
    pub missed: u64,
    /// How many times it did not act on, because the last workflow still ran.
    pub skipped: u64,
    /// When it was created.
    pub created_at: Option<SystemTime>,
    /// When it was last changed.
    pub updated_at: Option<SystemTime>,
    /// Values of the schedule itself.
    pub memo: Memo,
    /// Search attributes of the schedule itself.
    pub search_attributes: SearchAttributes,
}

/// What a schedule starts.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScheduledWorkflow {
    /// The name of the workflow's type.
    pub workflow_type: String,
    /// The queue.
    pub task_queue: String,
    /// The id, to which the server appends the time of each run.
    pub workflow_id: String,
    /// The input.
    pub input: Payloads,
}

/// A workflow that a schedule has started.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduleRun {
    /// The workflow's id, which two have in common that were triggered within the same second.
    pub workflow_id: String,
    /// The id of its first run.
    pub run_id: String,
    /// When it was to be started.
    pub scheduled_at: Option<SystemTime>,
    /// When it was started.
    pub started_at: Option<SystemTime>,
    /// The workflow's status when the schedule last looked, which is seldom the current one.
    pub status: WorkflowExecutionStatus,
}

impl ScheduleRun {
    /// A handle of the workflow, of the type that the schedule starts.
    ///
    /// As a handle from a start it talks to the current run of the workflow, and takes the result
    /// from this one and those that followed.
    #[must_use]
    pub fn handle<W: HasHandle>(&self, client: &Client) -> W::Handle {
        let (id, run_id) = (self.workflow_id.clone(), Some(self.run_id.clone()));
        WorkflowHandle::new(client, id, run_id, true).into()
    }
}

impl ScheduleDescription {
    pub(super) fn new(
        id: String,
        raw: DescribeScheduleResponse,
        workflow: ScheduledWorkflow,
        memo: Memo,
        search_attributes: SearchAttributes,
    ) -> Self {
        let Schedule { spec, policies, state, .. } = raw.schedule.unwrap_or_default();
        let (policies, state) = (policies.unwrap_or_default(), state.unwrap_or_default());
        let info = raw.info.unwrap_or_default();
        let remaining = u32::try_from(state.remaining_actions).unwrap_or(u32::MAX);
        let count = |count: i64| count.try_into().unwrap_or_default();
        let running = info.running_workflows.into_iter();
        Self {
            id,
            spec: spec.unwrap_or_default().into(),
            workflow,
            overlap: overlap_policy(policies.overlap_policy),
            catchup_window: policies.catchup_window.map(duration),
            pause_on_failure: policies.pause_on_failure,
            keep_original_workflow_id: policies.keep_original_workflow_id,
            paused: state.paused,
            note: (!state.notes.is_empty()).then_some(state.notes),
            remaining_actions: state.limited_actions.then_some(remaining),
            next_runs: info
                .future_action_times
                .iter()
                .filter_map(proto_ts_to_system_time)
                .collect(),
            recent_runs: runs(&info.recent_actions),
            running: running.map(|workflow| (workflow.workflow_id, workflow.run_id)).collect(),
            started: count(info.action_count),
            missed: count(info.missed_catchup_window),
            skipped: count(info.overlap_skipped),
            created_at: info.create_time.as_ref().and_then(proto_ts_to_system_time),
            updated_at: info.update_time.as_ref().and_then(proto_ts_to_system_time),
            memo,
            search_attributes,
        }
    }
}

/// The runs of actions that started a workflow.
pub(super) fn runs(actions: &[ScheduleActionResult]) -> Vec<ScheduleRun> {
    let started = actions.iter().filter_map(|action| {
        let workflow = action.start_workflow_result.clone()?;
        Some(ScheduleRun {
            workflow_id: workflow.workflow_id,
            run_id: workflow.run_id,
            scheduled_at: action.schedule_time.as_ref().and_then(proto_ts_to_system_time),
            started_at: action.actual_time.as_ref().and_then(proto_ts_to_system_time),
            status: action.start_workflow_status().into(),
        })
    });
    started.collect()
}
