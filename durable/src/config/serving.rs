//! The settings of workers from a configuration.

use std::sync::Arc;

use super::error::ConfigProblem;
use super::{Config, names};
use crate::definition::Registry;
use crate::worker::{NameCheck, ServingSettings, Workers};

impl Workers {
    /// Uses this configuration instead of the client's.
    pub fn config(self, config: &Config) -> Self {
        self.configured(config.serving(), Arc::clone(config.shared_options()))
    }
}

impl Config {
    /// Returns the settings of the workers.
    pub(super) fn serving(&self) -> ServingSettings {
        let default = ServingSettings::default();
        let at = |key| ["worker", key];
        let duration = |key, default| self.duration(&at(key)).unwrap_or(default);
        let config = self.clone();
        ServingSettings {
            enabled: self.bool(&at("enabled")).unwrap_or(default.enabled),
            drain_timeout: duration("drain_timeout_s", default.drain_timeout),
            stop_timeout: duration("stop_timeout_s", default.stop_timeout),
            max_restarts: self.count(&at("max_restarts")).unwrap_or(default.max_restarts),
            restart_interval: duration("restart_interval_s", default.restart_interval),
            health_address: self.text_at(&at("health_address")).map(str::to_owned),
            worker: self.worker(None),
            queues: self
                .queues()
                .into_iter()
                .map(|queue| (queue.clone(), self.worker(Some(&queue))))
                .collect(),
            names: NameCheck::new(move |registry| {
                config.unknown_names(registry).iter().map(ToString::to_string).collect()
            }),
        }
    }

    /// Returns the names in the configuration that nothing in this program has.
    fn unknown_names(&self, registry: &Registry) -> Vec<ConfigProblem> {
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
            names::not_in_this_program(self.values(), &section, kind, &known)
        };
        sections.into_iter().flat_map(unknown).collect()
    }
}
