//! The settings of the worker of a queue.

use super::defaults;
use super::value::Values;
use crate::worker::WorkerSettings;

/// Returns the settings of a queue, or of every queue without settings of its own.
pub(super) fn settings(values: &Values, queue: Option<&str>) -> WorkerSettings {
    let layers = Layers { values, defaults: defaults(), queue };
    WorkerSettings {
        enabled: layers.must("enabled", Values::bool),
        activities_per_second: layers.must("activities_per_second", Values::number),
        task_queue_activities_per_second: layers
            .must("task_queue_activities_per_second", Values::number),
        max_concurrent_activities: layers.must("max_concurrent_activities", Values::count),
        max_concurrent_local_activities: layers
            .must("max_concurrent_local_activities", Values::count),
        max_concurrent_workflow_tasks: layers.must("max_concurrent_workflow_tasks", Values::count),
        workflow_cache_size: layers.must("workflow_cache_size", Values::count),
        sticky_timeout: layers.must("sticky_queue_schedule_to_start_timeout_ms", Values::duration),
        workflow_pollers: layers.first("workflow_pollers", Values::count),
        activity_pollers: layers.first("activity_pollers", Values::count),
        target_memory_usage: layers.first("target_memory_usage", Values::number),
        target_cpu_usage: layers.first("target_cpu_usage", Values::number),
        build_id: layers
            .first("worker_build_id", |values, path| values.text(path).map(str::to_owned)),
    }
}

struct Layers<'a> {
    values: &'a Values,
    defaults: &'a Values,
    queue: Option<&'a str>,
}

impl Layers<'_> {
    fn first<T>(&self, key: &str, get: impl Fn(&Values, &[&str]) -> Option<T>) -> Option<T> {
        let of_queue =
            self.queue.and_then(|queue| get(self.values, &["worker", "queues", queue, key]));
        of_queue
            .or_else(|| get(self.values, &["worker", key]))
            .or_else(|| get(self.defaults, &["worker", key]))
    }

    /// Returns the value of a key that has a default.
    fn must<T>(&self, key: &str, get: impl Fn(&Values, &[&str]) -> Option<T>) -> T {
        let value = self.first(key, get);
        value.unwrap_or_else(|| unreachable!("the table of keys has a default for {key}"))
    }
}
