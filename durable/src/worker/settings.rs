//! The settings of the workers of a program, with their defaults.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::supervise::Restarts;
use super::watchdog::StuckLimits;
use crate::definition::Registry;

/// The settings of all workers of a program.
#[derive(Debug, Clone)]
pub(crate) struct ServingSettings {
    /// `false` if the program serves no queue.
    pub(crate) enabled: bool,
    /// The time for running activities to end after a stop, before they are cancelled.
    pub(crate) drain_timeout: Duration,
    /// The time after the drain timeout for the workers to stop, before they are left behind.
    pub(crate) stop_timeout: Duration,
    /// The number of restarts in a row of a worker that died, before it is given up.
    pub(crate) max_restarts: u32,
    /// The pause before the first restart. It doubles with each.
    pub(crate) restart_interval: Duration,
    /// The time without yielding after which the code of a workflow is stuck. Zero means that nobody
    /// looks.
    pub(crate) deadlock_timeout: Duration,
    /// The most workflows that may be stuck at once.
    pub(crate) max_stuck_workflows: u32,
    /// The activities after which a worker is replaced by a new one. Zero means never.
    pub(crate) recycle_after_activities: u32,
    /// The interval between two questions for the backlog of the queues. Zero means none.
    pub(crate) backlog_interval: Duration,
    /// The address of the health listener, as `host:port`.
    pub(crate) health_address: Option<String>,
    /// The largest serialized value, in bytes. Zero means no limit. By default the server tells it.
    pub(crate) payload_limit: Option<u32>,
    /// The settings of the worker of a queue without its own.
    pub(crate) worker: WorkerSettings,
    /// The settings of the workers of single queues.
    pub(crate) queues: BTreeMap<String, WorkerSettings>,
    pub(crate) names: NameCheck,
}

impl Default for ServingSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            drain_timeout: Duration::from_secs(600),
            stop_timeout: Duration::from_secs(10),
            max_restarts: 5,
            restart_interval: Duration::from_secs(1),
            deadlock_timeout: Duration::from_secs(2),
            max_stuck_workflows: 4,
            recycle_after_activities: 100_000,
            backlog_interval: Duration::from_secs(15),
            health_address: None,
            payload_limit: None,
            worker: WorkerSettings::default(),
            queues: BTreeMap::new(),
            names: NameCheck::default(),
        }
    }
}

impl ServingSettings {
    /// Returns the limit and the pauses of restarts.
    pub(super) fn restarts(&self) -> Restarts {
        Restarts { limit: self.max_restarts, pause: self.restart_interval }
    }

    /// Returns the limits of workflow code that doesn't yield.
    pub(super) fn stuck(&self) -> StuckLimits {
        let timeout = self.deadlock_timeout;
        StuckLimits {
            timeout: (!timeout.is_zero()).then_some(timeout),
            threads: self.max_stuck_workflows,
        }
    }

    /// Returns the settings of the worker of a queue.
    pub(crate) fn of_queue(&self, queue: &str) -> &WorkerSettings {
        self.queues.get(queue).unwrap_or(&self.worker)
    }
}

/// The settings of the worker of a queue. The defaults are those of SDK 1.1.1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WorkerSettings {
    /// `false` if the queue is served only where the program names it.
    pub(crate) enabled: bool,
    /// Zero means no limit.
    pub(crate) activities_per_second: f64,
    /// The limit of all workers of the queue together. Zero means no limit.
    pub(crate) task_queue_activities_per_second: f64,
    pub(crate) max_concurrent_activities: u32,
    pub(crate) max_concurrent_local_activities: u32,
    pub(crate) max_concurrent_workflow_tasks: u32,
    /// The number of workflows in memory between their tasks.
    pub(crate) workflow_cache_size: u32,
    /// The time that a workflow task waits for the worker that has its workflow in memory.
    pub(crate) sticky_timeout: Duration,
    /// The number of open calls for workflow tasks. The SDK decides by default.
    pub(crate) workflow_pollers: Option<u32>,
    pub(crate) activity_pollers: Option<u32>,
    /// The number of threads that run workflows, among which the limits are divided.
    pub(crate) workflow_threads: u32,
    /// The usage of memory and processors, from 0 to 1, up to which a worker takes tasks. Fixed numbers of
    /// tasks are the default.
    pub(crate) target_memory_usage: Option<f64>,
    pub(crate) target_cpu_usage: Option<f64>,
    /// The build id. The default is a hash of the program.
    pub(crate) build_id: Option<String>,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            activities_per_second: 0.0,
            task_queue_activities_per_second: 0.0,
            max_concurrent_activities: 100,
            max_concurrent_local_activities: 100,
            max_concurrent_workflow_tasks: 100,
            workflow_cache_size: 1000,
            sticky_timeout: Duration::from_secs(10),
            workflow_pollers: None,
            activity_pollers: None,
            workflow_threads: 1,
            target_memory_usage: None,
            target_cpu_usage: None,
            build_id: None,
        }
    }
}

type FindUnknown = dyn Fn(&Registry) -> Vec<String> + Send + Sync;

/// Finds settings for names of workflows, activities and queues that the program doesn't have. By default
/// there are none.
#[derive(Clone, Default)]
pub(crate) struct NameCheck(Option<Arc<FindUnknown>>);

impl NameCheck {
    #[cfg(feature = "config")]
    pub(crate) fn new(find: impl Fn(&Registry) -> Vec<String> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(find)))
    }

    /// Returns a message for each unknown name.
    pub(super) fn unknown(&self, registry: &Registry) -> Vec<String> {
        self.0.as_ref().map_or_else(Vec::new, |find| find(registry))
    }
}

impl fmt::Debug for NameCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NameCheck").field(&self.0.is_some()).finish()
    }
}
