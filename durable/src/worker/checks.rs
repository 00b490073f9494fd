//! The checks before any worker runs: all problems are reported at once.

use super::pool::Workers;
use super::settings::ServingSettings;
use super::{WorkerError, WorkerProblem, version};
use crate::definition::{Queue, Registry};

impl Workers {
    /// Returns the queues to serve, or every problem that is in the way.
    pub(super) fn select<'a>(
        &self,
        settings: &ServingSettings,
        registry: &'a Registry,
    ) -> Result<Vec<(&'static str, &'a Queue)>, WorkerError> {
        let mut problems = Vec::new();
        if registry.is_empty() {
            problems.push(WorkerProblem::NothingLinked);
        }
        problems.extend(self.version.as_ref().and_then(|(version, _)| version::problem(version)));
        let asked = self.queues.as_deref();
        for queue in asked.unwrap_or_default() {
            if !registry.is_empty() && registry.queue(queue).is_none() {
                let known = registry.queues().map(|(name, _)| name).collect();
                problems.push(WorkerProblem::UnknownQueue { queue: queue.clone(), known });
            }
        }
        let is_selected = |name: &str| match asked {
            Some(asked) => asked.iter().any(|queue| queue == name),
            None => settings.of_queue(name).enabled,
        };
        let selected: Vec<_> = registry.queues().filter(|(name, _)| is_selected(name)).collect();
        if selected.is_empty() && problems.is_empty() {
            let queues = registry.queues().map(|(name, _)| name).collect();
            problems.push(WorkerProblem::NoQueueEnabled { queues });
        }
        // Declared activities and workflows are called from here, with options that can be wrong too.
        for (_, queue) in selected.iter().copied().chain(registry.declared()) {
            self.check_options(queue, &mut problems);
        }
        for activity in selected.iter().flat_map(|(_, queue)| queue.activities()) {
            for dependency in &activity.dependencies {
                if !self.for_test && !self.dependencies.has(dependency) {
                    problems.push(WorkerProblem::MissingState {
                        activity: activity.name,
                        source: activity.source,
                        type_name: dependency.type_name(),
                    });
                }
            }
        }
        if problems.is_empty() {
            Ok(selected)
        } else {
            Err(WorkerError::Misconfigured { problems })
        }
    }

    /// Checks the options of the annotations merged with the configuration. The annotations alone were
    /// checked before.
    fn check_options(&self, queue: &Queue, problems: &mut Vec<WorkerProblem>) {
        let workflows = queue
            .workflows()
            .iter()
            .map(|entry| ("workflow", entry.name, entry.source, (entry.check)(&self.options)));
        let activities = queue
            .activities()
            .iter()
            .map(|entry| ("activity", entry.name, entry.source, (entry.check)(&self.options)));
        for (kind, name, source, checked) in workflows.chain(activities) {
            if let Err(error) = checked {
                problems.push(WorkerProblem::InvalidOptions { kind, name, source, error });
            }
        }
    }
}
