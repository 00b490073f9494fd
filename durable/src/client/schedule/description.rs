//! Descriptions of recurring schedules.

use std::time::{Duration, SystemTime};

use temporalio_client::WorkflowExecutionStatus;
use temporalio_client::schedules::ScheduleOverlapPolicy;
use temporalio_common::Memo;
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::schedule::v1::{Schedule, ScheduleActionResult};
use temporalio_common::protos::temporal::api::workflowservice::v1::DescribeScheduleResponse;
use temporalio_common::search_attributes::SearchAttributes;

use super::{ScheduleSpec, duration, overlap_policy};
use crate::client::{Client, HasHandle, Payloads, WorkflowHandle};

/// The server's description of a recurring schedule.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScheduleDescription {
    /// The schedule's id.
    pub id: String,
    /// The schedule's times, as the server parsed them.
    pub spec: ScheduleSpec,
    /// The workflow that it starts.
    pub workflow: ScheduledWorkflow,
    /// The policy for a time at which the last workflow is still running.
    pub overlap: ScheduleOverlapPolicy,
    /// The longest delay after which a missed time is still acted on.
    pub catchup_window: Option<Duration>,
    /// True if it pauses when a workflow fails or times out.
    pub pause_on_failure: bool,
    /// True if the workflow's id is kept unchanged, without the appended time.
    pub keep_original_workflow_id: bool,
    /// True if it is paused.
    pub paused: bool,
    /// The note about its state.
    pub note: Option<String>,
    /// The remaining number of times that it acts; `None` without a limit.
    pub remaining_actions: Option<u32>,
    /// The next times at which it acts, at most ten.
    pub next_runs: Vec<SystemTime>,
    /// The last workflows that it started, at most ten, oldest first.
    pub recent_runs: Vec<ScheduleRun>,
    /// The workflow ids and run ids of its running workflows.
    pub running: Vec<(String, String)>,
    /// The number of workflows that it has started.
    pub started: u64,
    /// The number of times that were missed, because they were past the catch-up window.
    pub missed: u64,
    /// The number of times that were skipped, because the last workflow was still running.
    pub skipped: u64,
    /// The time of its creation.
    pub created_at: Option<SystemTime>,
    /// The time of its last update.
    pub updated_at: Option<SystemTime>,
    /// The memo of the schedule.
    pub memo: Memo,
    /// The search attributes of the schedule.
    pub search_attributes: SearchAttributes,
}

/// The workflow that a recurring schedule starts.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScheduledWorkflow {
    /// The name of the workflow's type.
    pub workflow_type: String,
    /// The task queue.
    pub task_queue: String,
    /// The id, to which the server appends the time of each run.
    pub workflow_id: String,
    /// The input.
    pub input: Payloads,
}

/// A workflow that a recurring schedule has started.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScheduleRun {
    /// The workflow's id. Workflows that were triggered within the same second share it.
    pub workflow_id: String,
    /// The id of its first run.
    pub run_id: String,
    /// The time for which the start was scheduled.
    pub scheduled_at: Option<SystemTime>,
    /// The time of the start.
    pub started_at: Option<SystemTime>,
    /// The workflow's status when the schedule last checked it, which may be outdated.
    pub status: WorkflowExecutionStatus,
}

impl ScheduleRun {
    /// Returns a handle of the workflow, of the type that the schedule starts.
    ///
    /// Like a handle from a start, it sends calls to the current run of the workflow, and the
    /// result is that of this run or of the runs that followed.
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
            catchup_window: policies.catchup_window.map(duration::from_server),
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

/// Converts the action results that started a workflow.
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
