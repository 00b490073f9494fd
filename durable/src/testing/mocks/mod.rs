//! Mocks: what answers in the place of an activity or a workflow while one test runs.
//!
//! A mock belongs to its test environment, whose workers ask it; the same activity runs for real in
//! every other test. The code that calls the activity is not changed, and neither is what the
//! server sees of the call: its type, its queue, its input, its retries.

mod activity;
mod behaviour;
mod calls;
mod workflow;

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use behaviour::Mock;
pub use calls::Calls;
pub(super) use workflow::{Input, MockActivity, MockedRun, RunMock};

use super::lock;
use activity::AnyActivityMock;
use behaviour::Rules;
use workflow::AnyWorkflowMock;

/// How long an attempt of a mock that times out is given: as little as possible, as it is spent in
/// real time.
pub(super) const TIMED_OUT_AFTER: Duration = Duration::from_millis(100);

/// The mocks of one test environment.
#[derive(Default)]
pub(super) struct Mocks {
    activities: Mutex<HashMap<TypeId, Installed<dyn AnyActivityMock>>>,
    /// By workflow type; of two queues with a type of one name, both are meant.
    workflows: Mutex<HashMap<&'static str, Installed<dyn AnyWorkflowMock>>>,
}

/// A mock, and what is known of it whatever its types.
struct Installed<M: ?Sized> {
    name: &'static str,
    rules: Arc<Rules>,
    mock: Arc<M>,
}

impl<M: ?Sized> Clone for Installed<M> {
    fn clone(&self) -> Self {
        Self { name: self.name, rules: Arc::clone(&self.rules), mock: Arc::clone(&self.mock) }
    }
}

impl Mocks {
    fn activity(&self, activity: TypeId) -> Option<Installed<dyn AnyActivityMock>> {
        lock(&self.activities).get(&activity).cloned()
    }

    fn workflow(&self, workflow_type: &str) -> Option<Installed<dyn AnyWorkflowMock>> {
        lock(&self.workflows).get(workflow_type).cloned()
    }

    /// Whether a call of this activity is to time out, so that it must be given a short time.
    pub(super) fn activity_times_out(&self, activity_type: &str) -> bool {
        let activities = lock(&self.activities);
        activities.values().any(|mock| mock.name == activity_type && mock.rules.times_out())
    }

    /// Whether a run of this workflow is to time out, so that it must be given a short time.
    pub(super) fn workflow_times_out(&self, workflow_type: &str) -> bool {
        self.workflow(workflow_type).is_some_and(|mock| mock.rules.times_out())
    }

    /// Those that were to be called, and were not.
    pub(super) fn missed(&self) -> Vec<String> {
        let missed = |kind: &str, name: &str, rules: &Rules| {
            rules.missed().then(|| format!("the mock of {kind} `{name}` was never called"))
        };
        let activities = lock(&self.activities);
        let workflows = lock(&self.workflows);
        let activities =
            activities.values().filter_map(|mock| missed("activity", mock.name, &mock.rules));
        let workflows =
            workflows.values().filter_map(|mock| missed("workflow", mock.name, &mock.rules));
        activities.chain(workflows).collect()
    }
}
