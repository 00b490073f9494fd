//! The state that the workers of a test environment share with the test: its mocks, the values that
//! it gives to activities, and the record of what runs.

use std::any::{Any, TypeId};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use temporalio_sdk::WorkerOptions;
use temporalio_sdk::activities::ActivityContext;

use super::interceptor;
use super::watch::Watch;
use crate::activity::intervention::{Intervention, StandIn};
use crate::definition::Dependencies;
use crate::testing::lock;
use crate::testing::mocks::{MockActivity, Mocks};

/// The state that the workers of a test environment share with the test.
#[derive(Default)]
pub(in crate::testing) struct SharedState {
    pub(in crate::testing) watch: Arc<Watch>,
    pub(in crate::testing) mocks: Arc<Mocks>,
    dependencies: Mutex<Arc<Dependencies>>,
    /// The timeout of the workflow tasks of children, if it is not the server's default.
    task_timeout: Option<Duration>,
}

impl SharedState {
    pub(in crate::testing) fn new(
        dependencies: Dependencies,
        task_timeout: Option<Duration>,
    ) -> Self {
        let dependencies = Mutex::new(Arc::new(dependencies));
        Self { dependencies, task_timeout, ..Self::default() }
    }

    /// Gives a value to activities that begin after the call.
    pub(in crate::testing) fn give<T: ?Sized + Send + Sync + 'static>(&self, value: Arc<T>) {
        let mut dependencies = lock(&self.dependencies);
        Arc::make_mut(&mut dependencies).insert(value);
    }

    /// Adds the mocks and the record to a worker.
    pub(in crate::testing) fn add_to(&self, options: &mut WorkerOptions) {
        options.register_activity::<MockActivity>(Arc::clone(&self.mocks));
        // Innermost, so that the user's interceptors are called for a mocked workflow, too.
        let (watch, mocks) = (Arc::clone(&self.watch), Arc::clone(&self.mocks));
        options.workflow_interceptor(interceptor::constructor(watch, mocks, self.task_timeout));
    }
}

impl Intervention for SharedState {
    fn attempt(&self) {
        self.watch.step();
    }

    fn dependencies(&self) -> Arc<Dependencies> {
        Arc::clone(&lock(&self.dependencies))
    }

    fn stand_in(
        &self,
        activity: TypeId,
        context: &ActivityContext,
        input: &mut dyn Any,
    ) -> Option<StandIn> {
        self.mocks.stand_in(activity, context, input)
    }
}
