//! The configuration of workers, as options of the SDK.

use std::collections::HashMap;
use std::num::TryFromIntError;
use std::time::Duration;

use temporalio_common::worker::WorkerDeploymentOptions;
use temporalio_sdk::WorkerOptions;
use temporalio_sdk::runtime::PollerBehavior;
use temporalio_sdk::runtime::worker_tuner::{
    FixedSizeSlotSupplier, ResourceBasedController, ResourceBasedSlotOptions,
    ResourceBasedSlotsForType, ResourceBasedTunerOptions, SlotSupplier, TunerHolder,
};

use crate::client::Client;
use crate::config::{Config, ConfigProblem, WorkerSettings};
use crate::definition::Registry;

/// The slots for Nexus tasks, of which this crate has none. The SDK wants at least one.
const NEXUS_SLOTS: usize = 1;

/// The configuration of the workers of a program, if there is one.
pub(super) struct Configured {
    config: Option<Config>,
    /// The controllers of resource-based workers. Workers with the same targets share one.
    controllers: HashMap<[u64; 2], ResourceBasedController>,
}

impl Configured {
    pub(super) fn new(config: Option<&Config>) -> Self {
        Self { config: config.cloned(), controllers: HashMap::new() }
    }

    /// Takes the configuration of a client.
    pub(super) fn of(client: &Client) -> Self {
        Self::new(client.config())
    }

    /// Returns whether the program serves queues at all.
    pub(super) fn serves(&self) -> bool {
        self.config.as_ref().is_none_or(Config::serves)
    }

    /// Returns whether a queue is served that wasn't asked for by name.
    pub(super) fn is_enabled(&self, queue: &str) -> bool {
        self.config.as_ref().is_none_or(|config| config.worker(queue).enabled)
    }

    pub(super) fn drain_timeout(&self) -> Option<Duration> {
        self.config.as_ref()?.duration(&["worker", "drain_timeout_s"])
    }

    pub(super) fn stop_timeout(&self) -> Option<Duration> {
        self.config.as_ref()?.duration(&["worker", "stop_timeout_s"])
    }

    pub(super) fn max_restarts(&self) -> Option<u32> {
        self.config.as_ref()?.count(&["worker", "max_restarts"])
    }

    pub(super) fn restart_interval(&self) -> Option<Duration> {
        self.config.as_ref()?.duration(&["worker", "restart_interval_s"])
    }

    pub(super) fn health_address(&self) -> Option<String> {
        self.config.as_ref()?.text_at(&["worker", "health_address"]).map(str::to_owned)
    }

    /// Applies the configuration of a queue.
    pub(super) fn apply(&mut self, queue: &str, options: &mut WorkerOptions) {
        if let Some(config) = &self.config {
            let settings = config.worker(queue);
            tracing::debug!(queue, ?settings, "configured");
            self.set(&settings, options);
        }
    }

    /// Warns of names in the configuration that nothing in this program has. Another program may share
    /// the file, so they are no errors.
    pub(super) fn warn_of_unknown_names(&self, registry: &Registry) {
        for unknown in self.unknown_names(registry) {
            tracing::warn!("{unknown}");
        }
    }

    /// Returns the names in the configuration that nothing in this program has.
    pub(super) fn unknown_names(&self, registry: &Registry) -> Vec<ConfigProblem> {
        let Some(config) = &self.config else { return Vec::new() };
        let all: Vec<_> = registry.queues().chain(registry.declared()).collect();
        let workflows = all.iter().flat_map(|(_, queue)| queue.workflows());
        let workflows: Vec<_> = workflows.map(|entry| entry.name).collect();
        let activities = all.iter().flat_map(|(_, queue)| queue.activities());
        let activities: Vec<_> = activities.map(|entry| entry.name).collect();
        let queues: Vec<_> = registry.queues().map(|(name, _)| name).collect();
        let sections = [
            (["workflows", "types"], "workflow", workflows),
            (["activities", "types"], "activity", activities),
            (["worker", "queues"], "queue", queues),
        ];
        let unknown = |(section, kind, known): ([&str; 2], &str, Vec<&str>)| {
            config.unknown_names(&section, kind, &known)
        };
        sections.into_iter().flat_map(unknown).collect()
    }

    fn set(&mut self, settings: &WorkerSettings, options: &mut WorkerOptions) {
        let limit = |rate: f64| (rate > 0.0).then_some(rate);
        let pollers = |count: Option<u32>| count.map(size).map(PollerBehavior::SimpleMaximum);
        options.max_worker_activities_per_second = limit(settings.activities_per_second);
        options.max_task_queue_activities_per_second =
            limit(settings.task_queue_activities_per_second);
        options.max_cached_workflows = size(settings.workflow_cache_size);
        options.sticky_queue_schedule_to_start_timeout = settings.sticky_timeout;
        options.workflow_task_poller_behavior = pollers(settings.workflow_pollers);
        options.activity_task_poller_behavior = pollers(settings.activity_pollers);
        if let Some(build_id) = &settings.build_id {
            options.deployment_options = WorkerDeploymentOptions::from_build_id(build_id.clone());
        }
        let controller = self.controller(settings);
        let slots = |count: u32| slots(size(count), controller.as_ref());
        options.tuner = TunerHolder::builder()
            .workflow_task_slot_supplier(slots(settings.max_concurrent_workflow_tasks))
            .activity_task_slot_supplier(slots(settings.max_concurrent_activities))
            .local_activity_task_slot_supplier(slots(settings.max_concurrent_local_activities))
            .nexus_task_slot_supplier(FixedSizeSlotSupplier::new(NEXUS_SLOTS))
            .build()
            .into();
    }

    fn controller(&mut self, settings: &WorkerSettings) -> Option<ResourceBasedController> {
        let (memory, cpu) = settings.target_memory_usage.zip(settings.target_cpu_usage)?;
        let controller =
            self.controllers.entry([memory.to_bits(), cpu.to_bits()]).or_insert_with(|| {
                let targets = ResourceBasedTunerOptions::builder();
                let targets = targets.target_memory_usage(memory).target_cpu_usage(cpu).build();
                ResourceBasedController::new(targets)
            });
        Some(controller.clone())
    }
}

/// Returns a fixed number of slots, or as many up to it as the machine bears.
fn slots(most: usize, controller: Option<&ResourceBasedController>) -> SlotSupplier {
    match controller {
        None => FixedSizeSlotSupplier::new(most).into(),
        Some(controller) => {
            let options = ResourceBasedSlotOptions::builder().maximum_slots(most).build();
            ResourceBasedSlotsForType::with_controller(controller.clone(), options).into()
        }
    }
}

fn size(count: u32) -> usize {
    let size: Result<_, TryFromIntError> = count.try_into();
    // A machine with fewer than 32 bits has no memory for so many either.
    size.unwrap_or(usize::MAX)
}
