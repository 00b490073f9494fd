//! Settings of a recurring schedule: times, policies and state.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_client::schedules::ScheduleOverlapPolicy;
use temporalio_common::protos::temporal::api::schedule::v1::{
    Schedule, SchedulePolicies, ScheduleState,
};
use temporalio_common::protos::temporal::api::workflowservice::v1::StartWorkflowExecutionRequest;
use temporalio_common::search_attributes::{
    SearchAttributeKey, SearchAttributeValue, SearchAttributes,
};

use super::{ScheduleSpec, action, overlap_number};
use crate::client::start::settings::LONGEST_DURATION;
use crate::client::{HasHandle, StartCall};
use crate::definition::Payload;
use crate::definition::debug;
use crate::error::Result;

/// Changes of a recurring schedule, in the closure of
/// [`ScheduleHandle::update`](super::ScheduleHandle::update). Other settings stay unchanged.
pub struct ScheduleUpdate {
    pub(super) schedule: Schedule,
    pub(super) search_attributes: SearchAttributes,
    pub(super) search_attributes_changed: bool,
    pub(super) problems: Vec<String>,
    start: Option<BoxFuture<'static, Result<StartWorkflowExecutionRequest>>>,
}

debug!([] ScheduleUpdate[]:);

impl ScheduleUpdate {
    pub(super) fn new(schedule: Schedule, search_attributes: SearchAttributes) -> Self {
        Self {
            schedule,
            search_attributes,
            search_attributes_changed: false,
            problems: Vec::new(),
            start: None,
        }
    }

    /// Replaces the times.
    pub fn spec(&mut self, spec: ScheduleSpec) -> &mut Self {
        self.problems.extend(spec.problems());
        self.schedule.spec = Some(spec.raw);
        self
    }

    /// Replaces the workflow, or its input or options. The workflow's id stays unchanged unless the
    /// start has one, set or from its template.
    pub fn workflow<W>(&mut self, mut start: StartCall<W>) -> &mut Self
    where
        W: HasHandle,
        W::Input: Payload,
    {
        use temporalio_common::protos::temporal::api::schedule::v1::schedule_action::Action;
        let action = self.schedule.action.as_ref().and_then(|action| action.action.as_ref());
        if let Some(Action::StartWorkflow(workflow)) = action {
            start.set_default_id(&workflow.workflow_id);
        }
        self.start = Some(start.encoded().boxed());
        self
    }

    /// Sets the policy for a time at which the last workflow is still running.
    pub fn overlap(&mut self, policy: ScheduleOverlapPolicy) -> &mut Self {
        self.policies().overlap_policy = overlap_number(policy);
        self
    }

    /// Sets the longest delay after which a missed time is still acted on, for example if the
    /// server was down. The minimum is 10 seconds.
    pub fn catchup_window(&mut self, window: Duration) -> &mut Self {
        if window > LONGEST_DURATION {
            self.problems
                .push(format!("a catch-up window of {window:?} is longer than 10000 years"));
        }
        self.policies().catchup_window = window.try_into().ok();
        self
    }

    /// Sets whether the schedule pauses when a workflow fails or times out.
    pub fn pause_on_failure(&mut self, pause: bool) -> &mut Self {
        self.policies().pause_on_failure = pause;
        self
    }

    /// Sets whether the workflow's id is kept unchanged, without the appended time; see
    /// [`CreateScheduleCall`](super::CreateScheduleCall::keep_original_workflow_id).
    pub fn keep_original_workflow_id(&mut self, keep: bool) -> &mut Self {
        self.policies().keep_original_workflow_id = keep;
        self
    }

    /// Limits the remaining number of times that the schedule acts; `None` removes the limit.
    pub fn remaining_actions(&mut self, actions: impl Into<Option<u32>>) -> &mut Self {
        let actions = actions.into();
        let state = self.state();
        state.limited_actions = actions.is_some();
        state.remaining_actions = actions.unwrap_or_default().into();
        self
    }

    /// Sets whether the schedule is paused.
    pub fn paused(&mut self, paused: bool) -> &mut Self {
        self.state().paused = paused;
        self
    }

    /// Sets the note about the schedule's state.
    pub fn note(&mut self, note: impl Into<String>) -> &mut Self {
        self.state().notes = note.into();
        self
    }

    /// Sets a search attribute of the schedule.
    pub fn search_attribute<T: SearchAttributeValue>(
        &mut self,
        key: &SearchAttributeKey<T>,
        value: T,
    ) -> &mut Self {
        match key.try_value_set(value) {
            Ok(update) => self.search_attributes.apply(update),
            Err(error) => {
                self.problems.push(format!("the search attribute `{}`: {error}", key.name()));
            }
        }
        self.search_attributes_changed = true;
        self
    }

    /// Removes a search attribute of the schedule.
    pub fn remove_search_attribute<T: SearchAttributeValue>(
        &mut self,
        key: &SearchAttributeKey<T>,
    ) -> &mut Self {
        self.search_attributes.apply(key.value_unset());
        self.search_attributes_changed = true;
        self
    }

    /// Returns the schedule of the server's protocol, for settings that have no method here.
    pub fn raw(&mut self) -> &mut Schedule {
        &mut self.schedule
    }

    /// Encodes the new workflow, if there is one.
    pub(super) async fn encode_workflow(&mut self) -> Result<()> {
        if let Some(start) = self.start.take() {
            self.schedule.action = Some(action(start.await?));
        }
        Ok(())
    }

    fn policies(&mut self) -> &mut SchedulePolicies {
        self.schedule.policies.get_or_insert_default()
    }

    fn state(&mut self) -> &mut ScheduleState {
        self.schedule.state.get_or_insert_default()
    }
}
