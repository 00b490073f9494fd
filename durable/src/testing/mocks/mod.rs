//! Mocks, which answer in the place of an activity or a workflow while one test runs.
//!
//! A mock belongs to its test environment; the same activity runs for real in every other test. The
//! code that calls the activity does not change, and neither does the call as the server sees it: its
//! type, queue, input and retries.

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

/// The timeout of an attempt whose mock times out. It is short, as the time is real.
pub(super) const TIMED_OUT_AFTER: Duration = Duration::from_millis(100);

/// The mocks of one test environment.
#[derive(Default)]
pub(super) struct Mocks {
    activities: Mutex<HashMap<TypeId, Installed<dyn AnyActivityMock>>>,
    /// By workflow type. A mock applies to every queue with a workflow of that type.
    workflows: Mutex<HashMap<&'static str, Installed<dyn AnyWorkflowMock>>>,
}

/// A mock of any type.
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

    /// Returns whether a call of this activity times out by its mock, and so needs a short timeout.
    pub(super) fn activity_times_out(&self, activity_type: &str) -> bool {
        let activities = lock(&self.activities);
        activities.values().any(|mock| mock.name == activity_type && mock.rules.times_out())
    }

    /// Returns whether a run of this workflow times out by its mock, and so needs a short timeout.
    pub(super) fn workflow_times_out(&self, workflow_type: &str) -> bool {
        self.workflow(workflow_type).is_some_and(|mock| mock.rules.times_out())
    }

    /// Returns a problem for each mock that had to be called and was not.
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
