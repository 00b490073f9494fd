//! The settings of workers from a configuration.

use std::sync::Arc;

use super::error::ConfigProblem;
use super::keys::{OneQueue, Temporal};
use super::section::Keys as _;
use super::{Config, names};
use crate::definition::Registry;
use crate::worker::{NameCheck, ServingSettings, WorkerSettings, Workers};

impl Workers {
    /// Uses this configuration instead of the client's.
    pub fn config(self, config: &Config) -> Self {
        self.configured(config.serving(), Arc::clone(&config.inner.options))
    }
}

impl Config {
    /// Returns the settings of the workers.
    pub(super) fn serving(&self) -> ServingSettings {
        let keys = Arc::clone(&self.inner.keys);
        let mut settings = of_all(&keys);
        let queues = keys.worker.keys.queues.iter();
        let own = |queue| of_queue(&settings.worker, queue);
        settings.queues = queues.map(|(name, queue)| (name.clone(), own(&queue.keys))).collect();
        settings.names = NameCheck::new(move |registry| {
            unknown_names(&keys, registry).iter().map(ToString::to_string).collect()
        });
        settings
    }
}

/// Returns the settings of the workers, without those of single queues.
pub(super) fn of_all(keys: &Temporal) -> ServingSettings {
    let mut settings = ServingSettings::default();
    keys.worker.keys.fill(&mut settings);
    settings
}

/// Returns the settings of the worker of a queue: its own over those of all.
pub(super) fn of_queue(all: &WorkerSettings, queue: &OneQueue) -> WorkerSettings {
    let mut settings = all.clone();
    queue.fill(&mut settings);
    queue.one.0.fill(&mut settings);
    settings
}

/// Returns the names in the configuration that nothing in this program has.
fn unknown_names(keys: &Temporal, registry: &Registry) -> Vec<ConfigProblem> {
    let all: Vec<_> = registry.queues().chain(registry.declared()).collect();
    let workflows = all.iter().flat_map(|(_, queue)| queue.workflows());
    let workflows: Vec<_> = workflows.map(|entry| entry.name).collect();
    let activities = all.iter().flat_map(|(_, queue)| queue.activities());
    let activities: Vec<_> = activities.map(|entry| entry.name).collect();
    let queues: Vec<_> = registry.queues().map(|(name, _)| name).collect();
    let mut unknown = names::not_in_program(&keys.workflows.keys.types, "workflow", &workflows);
    unknown.extend(names::not_in_program(&keys.activities.keys.types, "activity", &activities));
    unknown.extend(names::not_in_program(&keys.worker.keys.queues, "queue", &queues));
    unknown
}
