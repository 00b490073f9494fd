//! The report that is logged when workers start: what they serve, with which options, and where.

use std::fmt;
use std::ops::Add;
use std::time::Duration;

use serde::Serialize;
use temporalio_sdk::WorkerOptions;
use temporalio_sdk::runtime::PollerBehavior;
use temporalio_sdk::runtime::worker_tuner::{ResourceBasedSlotOptions, SlotSupplier, WorkerTuner};

use super::limits::Limits;
use super::settings::ServingSettings;
use crate::client::Client;
use crate::definition::Queue;

/// A report on a set of workers: what they serve, with which options, and on which server.
///
/// It is logged when the workers start. `Display` prints a line for each queue and its options.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StartupReport {
    /// The version of this crate.
    pub durable_version: String,
    /// The version of the Temporal Rust SDK.
    pub sdk_version: String,
    /// The server's address, as host and port.
    pub server: String,
    /// The namespace.
    pub namespace: String,
    /// The time for running activities to end after a stop, before they are cancelled.
    pub drain_timeout: Duration,
    /// The time after the drain timeout for the workers to stop, before they are left behind.
    pub stop_timeout: Duration,
    /// The number of restarts in a row of a worker that died.
    pub max_restarts: u32,
    /// The time without yielding after which the code of a workflow is taken as stuck. `None` means that
    /// there is no watchdog.
    pub deadlock_timeout: Option<Duration>,
    /// The most workflows that may be stuck at once.
    pub max_stuck_workflows: u32,
    /// The activities after which a worker is replaced by a new one. Zero means never.
    pub recycle_after_activities: u32,
    /// The interval between two questions for the backlog, if metrics are exported. Zero means none.
    pub backlog_interval: Duration,
    /// The report on each queue.
    pub queues: Vec<QueueReport>,
}

/// A report on the worker of a queue: what it serves, and with which options.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QueueReport {
    /// The queue that is polled.
    pub queue: String,
    /// The names of its workflows.
    pub workflows: Vec<String>,
    /// The names of its activities.
    pub activities: Vec<String>,
    /// The effective options, after configuration, builder and `worker_options`.
    pub options: EffectiveOptions,
}

/// The effective options of a worker. `None` means that the SDK decides, or that there is no limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EffectiveOptions {
    /// The threads that run workflows. The limits below are those of all threads together.
    pub workflow_threads: u32,
    /// The most workflow tasks at once.
    pub workflow_slots: Option<usize>,
    /// The most activities at once.
    pub activity_slots: Option<usize>,
    /// The most local activities at once.
    pub local_activity_slots: Option<usize>,
    /// The most workflows that are kept in memory.
    pub workflow_cache_size: usize,
    /// The most open calls for workflow tasks.
    pub workflow_pollers: Option<usize>,
    /// The most open calls for activities.
    pub activity_pollers: Option<usize>,
    /// The most activities that the worker starts per second.
    pub activities_per_second: Option<f64>,
    /// The most activities that all workers of the queue start per second.
    pub task_queue_activities_per_second: Option<f64>,
    /// The deployment of which the worker is a version, if there is one.
    pub deployment: Option<String>,
    /// The build id.
    pub build_id: String,
}

impl StartupReport {
    pub(super) fn new(
        client: &Client,
        limits: Limits,
        settings: &ServingSettings,
        queues: Vec<QueueReport>,
    ) -> Self {
        Self {
            durable_version: env!("CARGO_PKG_VERSION").to_owned(),
            sdk_version: client.sdk().connection().client_version().to_owned(),
            server: client.address().to_owned(),
            namespace: client.namespace().to_owned(),
            drain_timeout: limits.drain,
            stop_timeout: limits.stop,
            max_restarts: settings.max_restarts,
            deadlock_timeout: settings.stuck().timeout,
            max_stuck_workflows: settings.max_stuck_workflows,
            recycle_after_activities: settings.recycle_after_activities,
            backlog_interval: settings.backlog_interval,
            queues,
        }
    }
}

impl QueueReport {
    /// Returns the report on a queue with the options of its threads, of which there is at least one.
    pub(super) fn new(queue: &Queue, threads: &[WorkerOptions]) -> Option<Self> {
        let mut options = threads.iter().map(EffectiveOptions::new);
        let first = options.next()?;
        Some(Self {
            queue: threads[0].task_queue.clone(),
            workflows: queue.workflows().iter().map(|entry| entry.name.to_owned()).collect(),
            activities: queue.activities().iter().map(|entry| entry.name.to_owned()).collect(),
            options: options.fold(first, |all, one| all.with_thread(&one)),
        })
    }
}

impl EffectiveOptions {
    fn new(options: &WorkerOptions) -> Self {
        let [workflow_slots, activity_slots, local_activity_slots] = slots(&options.tuner);
        let version = &options.deployment_options.version;
        let versioned = options.deployment_options.use_worker_versioning;
        Self {
            workflow_threads: 1,
            workflow_slots,
            activity_slots,
            local_activity_slots,
            workflow_cache_size: options.max_cached_workflows,
            workflow_pollers: options.workflow_task_poller_behavior.and_then(pollers),
            activity_pollers: options.activity_task_poller_behavior.and_then(pollers),
            activities_per_second: options.max_worker_activities_per_second,
            task_queue_activities_per_second: options.max_task_queue_activities_per_second,
            deployment: versioned.then(|| version.deployment_name.clone()),
            build_id: version.build_id.clone(),
        }
    }

    /// Adds the options of a further thread.
    fn with_thread(self, other: &Self) -> Self {
        Self {
            workflow_threads: self.workflow_threads + other.workflow_threads,
            workflow_slots: sum(self.workflow_slots, other.workflow_slots),
            activity_slots: sum(self.activity_slots, other.activity_slots),
            local_activity_slots: sum(self.local_activity_slots, other.local_activity_slots),
            workflow_cache_size: self.workflow_cache_size + other.workflow_cache_size,
            workflow_pollers: sum(self.workflow_pollers, other.workflow_pollers),
            activity_pollers: sum(self.activity_pollers, other.activity_pollers),
            activities_per_second: sum(self.activities_per_second, other.activities_per_second),
            // The server's limit, the deployment and the build are those of the queue.
            ..self
        }
    }
}

/// Adds two limits, if there are both.
fn sum<T: Add<Output = T>>(one: Option<T>, other: Option<T>) -> Option<T> {
    one.zip(other).map(|(one, other)| one + other)
}

/// Returns the slots for workflow tasks, activities and local activities.
fn slots(tuner: &WorkerTuner) -> [Option<usize>; 3] {
    let maximum = |options: Option<ResourceBasedSlotOptions>| options?.maximum_slots;
    match tuner {
        WorkerTuner::TunerHolder(holder) => [
            &holder.workflow_task_slot_supplier,
            &holder.activity_task_slot_supplier,
            &holder.local_activity_task_slot_supplier,
        ]
        .map(|supplier| match supplier {
            SlotSupplier::FixedSize(fixed) => Some(fixed.num_slots),
            SlotSupplier::ResourceBased(slots) => slots.slot_options.maximum_slots,
            _ => None,
        }),
        WorkerTuner::ResourceBased(tuner) => [
            maximum(tuner.workflow_task_slot_options),
            maximum(tuner.activity_task_slot_options),
            maximum(tuner.local_activity_task_slot_options),
        ],
        WorkerTuner::ResourceBasedWithController(tuner) => [
            maximum(tuner.workflow_task_slot_options),
            maximum(tuner.activity_task_slot_options),
            maximum(tuner.local_activity_task_slot_options),
        ],
        _ => [None; 3],
    }
}

fn pollers(behavior: PollerBehavior) -> Option<usize> {
    match behavior {
        PollerBehavior::SimpleMaximum(maximum) => Some(maximum),
        PollerBehavior::Autoscaling(options) => Some(options.maximum),
        _ => None,
    }
}

impl fmt::Display for StartupReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "durable {} on the Temporal Rust SDK {} serves namespace `{}` of {}; drain timeout {:?}, \
             stop timeout {:?}, at most {} restarts in a row; ",
            self.durable_version,
            self.sdk_version,
            self.namespace,
            self.server,
            self.drain_timeout,
            self.stop_timeout,
            self.max_restarts
        )?;
        match self.deadlock_timeout {
            Some(timeout) => write!(
                f,
                "deadlock timeout {timeout:?}, at most {} stuck workflows",
                self.max_stuck_workflows
            )?,
            None => f.write_str("no deadlock timeout")?,
        }
        if self.recycle_after_activities > 0 {
            write!(f, "; workers are replaced after {} activities", self.recycle_after_activities)?;
        }
        self.queues.iter().try_for_each(|queue| write!(f, "\n  {queue}"))
    }
}

impl fmt::Display for QueueReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |names: &[String]| match names {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        write!(
            f,
            "queue `{}`: workflows: {}; activities: {}\n    {}",
            self.queue,
            names(&self.workflows),
            names(&self.activities),
            self.options
        )
    }
}

impl fmt::Display for EffectiveOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |count: Option<usize>| count.map_or("by the SDK".to_owned(), |n| n.to_string());
        let rate = |rate: Option<f64>| rate.map_or("no limit".to_owned(), |n| n.to_string());
        write!(
            f,
            "workflow threads: {}; slots: {} workflow tasks, {} activities, {} local activities; cache: {} workflows; \
             pollers: {} and {}; activities a second: {}, of the queue: {}; ",
            self.workflow_threads,
            count(self.workflow_slots),
            count(self.activity_slots),
            count(self.local_activity_slots),
            self.workflow_cache_size,
            count(self.workflow_pollers),
            count(self.activity_pollers),
            rate(self.activities_per_second),
            rate(self.task_queue_activities_per_second)
        )?;
        match &self.deployment {
            Some(deployment) => {
                write!(f, "build `{}` of deployment `{deployment}`", self.build_id)
            }
            None => write!(f, "build `{}`", self.build_id),
        }
    }
}
