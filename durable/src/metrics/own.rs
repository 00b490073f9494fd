//! The metrics of this crate itself.

use std::time::Duration;

use super::instruments::{Label, Value};
use super::meter;
use super::metric::Metric;
use super::table::{
    BACKLOG, BACKLOG_ADDED, BACKLOG_AGE, BACKLOG_TAKEN, CODEC, DRAIN, DRAINED, PAYLOAD_SIZE,
    SIGNALS_DROPPED, STUCK, STUCK_COUNT, WORKER_DEATHS, WORKER_STATE,
};

/// Returns `true` if a meter is installed.
pub(crate) fn is_on() -> bool {
    meter::instruments().is_some()
}

/// Records a value with the labels of the table, in their order.
fn record<const N: usize>(metric: &Metric, labels: [&str; N], value: Value) {
    let Some(instruments) = meter::instruments() else { return };
    let labels: [Label<'_>; N] =
        std::array::from_fn(|index| (metric.labels[index].into(), labels[index].into()));
    instruments.record(metric.recorded_name(), &labels, value);
}

/// Records the state of the worker of a queue: every state, and whether it is the current one.
pub(crate) fn worker_state<const N: usize>(queue: &str, states: [(&str, bool); N]) {
    for (state, is_current) in states {
        record(&WORKER_STATE, [queue, state], Value::Level(f64::from(u8::from(is_current))));
    }
}

/// Counts the death of a worker.
pub(crate) fn worker_died(queue: &str) {
    record(&WORKER_DEATHS, [queue], Value::Count(1));
}

/// Begins to count the deaths of a worker, so that a first death is an increase.
pub(crate) fn no_worker_died(queue: &str) {
    record(&WORKER_DEATHS, [queue], Value::Count(0));
}

/// Records the number of workflows of a queue that are stuck.
#[allow(clippy::cast_precision_loss, reason = "there are few of them")]
pub(crate) fn stuck(queue: &str, count: usize) {
    record(&STUCK, [queue], Value::Level(count as f64));
}

/// Counts a workflow that has become stuck.
pub(crate) fn became_stuck(queue: &str, workflow_type: &str) {
    record(&STUCK_COUNT, [queue, workflow_type], Value::Count(1));
}

/// Records the backlog of one kind of tasks of a queue, with the tasks that are added and taken each second.
#[allow(clippy::cast_precision_loss, reason = "the number is approximate")]
pub(crate) fn backlog(labels: [&str; 2], count: u64, age: Duration, (added, taken): (f64, f64)) {
    record(&BACKLOG, labels, Value::Level(count as f64));
    record(&BACKLOG_AGE, labels, Value::Level(age.as_secs_f64()));
    record(&BACKLOG_ADDED, labels, Value::Level(added));
    record(&BACKLOG_TAKEN, labels, Value::Level(taken));
}

/// Records the end of a drain, with the number of activities by their fate.
pub(crate) fn drained(took: Duration, activities: [(&str, usize); 3]) {
    record(&DRAIN, [], Value::Duration(took));
    for (outcome, count) in activities {
        record(&DRAINED, [outcome], Value::Count(count as u64));
    }
}

/// Records the size of a payload as the server sees it, in bytes.
#[allow(clippy::cast_precision_loss, reason = "payloads have a few megabytes")]
pub(crate) fn payload_size(direction: &str, bytes: usize) {
    record(&PAYLOAD_SIZE, [direction], Value::Observation(bytes as f64));
}

/// Records the time that the codec took for the payloads of one message.
pub(crate) fn codec(direction: &str, took: Duration) {
    record(&CODEC, [direction], Value::Duration(took));
}

/// Counts a signal that was dropped.
pub(crate) fn signal_dropped(workflow_type: &str, reason: &str) {
    record(&SIGNALS_DROPPED, [workflow_type, reason], Value::Count(1));
}
