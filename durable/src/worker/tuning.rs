//! The settings of a worker, as options of the SDK.

use std::collections::HashMap;
use std::num::TryFromIntError;

use temporalio_common::worker::WorkerDeploymentOptions;
use temporalio_sdk::WorkerOptions;
use temporalio_sdk::runtime::PollerBehavior;
use temporalio_sdk::runtime::worker_tuner::{
    FixedSizeSlotSupplier, ResourceBasedController, ResourceBasedSlotOptions,
    ResourceBasedSlotsForType, ResourceBasedTunerOptions, SlotSupplier, TunerHolder,
};

use super::settings::WorkerSettings;
use super::threads::Share;

/// The slots for Nexus tasks, of which this crate has none. The SDK requires at least one.
const NEXUS_SLOTS: usize = 1;

/// The controllers of resource-based workers. Workers with the same targets share one.
#[derive(Default)]
pub(super) struct Controllers(HashMap<[u64; 2], ResourceBasedController>);

impl Controllers {
    fn get(&mut self, settings: &WorkerSettings) -> Option<ResourceBasedController> {
        let (memory, cpu) = settings.target_memory_usage.zip(settings.target_cpu_usage)?;
        let controller = self.0.entry([memory.to_bits(), cpu.to_bits()]).or_insert_with(|| {
            let targets = ResourceBasedTunerOptions::builder();
            let targets = targets.target_memory_usage(memory).target_cpu_usage(cpu).build();
            ResourceBasedController::new(targets)
        });
        Some(controller.clone())
    }
}

impl WorkerSettings {
    /// Writes the share of one thread in the settings into the options of the SDK.
    pub(super) fn apply(
        &self,
        share: Share,
        options: &mut WorkerOptions,
        controllers: &mut Controllers,
    ) {
        let limit = |rate: f64| (rate > 0.0).then_some(rate);
        let pollers = |least, count: Option<u32>| {
            let count = count.map(|count| size(share.at_least(least, count)));
            count.map(PollerBehavior::SimpleMaximum)
        };
        let rate = share.of_rate(self.activities_per_second);
        options.max_worker_activities_per_second = limit(rate);
        options.max_task_queue_activities_per_second = limit(self.task_queue_activities_per_second);
        options.max_cached_workflows = size(share.at_least(1, self.workflow_cache_size));
        options.sticky_queue_schedule_to_start_timeout = self.sticky_timeout;
        options.workflow_task_poller_behavior =
            pollers(self.least_pollers(), self.workflow_pollers);
        options.activity_task_poller_behavior = pollers(1, self.activity_pollers);
        if let Some(build_id) = &self.build_id {
            options.deployment_options = WorkerDeploymentOptions::from_build_id(build_id.clone());
        }
        let controller = controllers.get(self);
        let slots = |count: u32| slots(size(share.of(count)), controller.as_ref());
        options.tuner = TunerHolder::builder()
            .workflow_task_slot_supplier(slots(self.max_concurrent_workflow_tasks))
            .activity_task_slot_supplier(slots(self.max_concurrent_activities))
            .local_activity_task_slot_supplier(slots(self.max_concurrent_local_activities))
            .nexus_task_slot_supplier(FixedSizeSlotSupplier::new(NEXUS_SLOTS))
            .build()
            .into();
    }

    /// Returns the least pollers for workflow tasks: with a cache one for workflows in memory, and one for
    /// others.
    fn least_pollers(&self) -> u32 {
        if self.workflow_cache_size > 0 { 2 } else { 1 }
    }
}

/// Returns a fixed number of slots, or as many up to it as the machine has resources for.
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
