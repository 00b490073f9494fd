//! The table of all metrics besides those of the program.

use super::metric::{Metric, counter, gauge, histogram};
use super::sdk::SDK;

pub(super) const WORKER_STATE: Metric = gauge(
    "durable_worker_state",
    &["task_queue", "state"],
    "1 for the state of the worker of a queue, and 0 for each other one: connecting, running, restarting, \
     stuck, draining, stopped or given_up",
)
.alert(
    "`max by (instance, task_queue) (durable_worker_state{state=\"running\"}) == 0` for 5 minutes",
    "the queue gets no work from this process; a shorter time fires at each deployment",
);

pub(super) const WORKER_DEATHS: Metric = counter(
    "durable_worker_deaths_total",
    &["task_queue"],
    "the deaths of the worker of a queue; each is followed by a restart, until it is given up",
)
.alert("`increase(durable_worker_deaths_total[15m]) > 0`", "a worker dies only of defects");

pub(super) const STUCK: Metric = gauge(
    "durable_stuck_workflows",
    &["task_queue"],
    "the workflows whose code doesn't yield at this time",
)
.alert(
    "`durable_stuck_workflows > 0` for 1 minute",
    "each keeps a thread busy; with more than `max_stuck_workflows` the worker is given up",
);

pub(super) const STUCK_COUNT: Metric = counter(
    "durable_workflows_stuck_total",
    &["task_queue", "workflow_type"],
    "the times that code of a workflow didn't yield",
);

pub(super) const DRAIN: Metric = histogram(
    "durable_drain_duration_seconds",
    "seconds",
    &[],
    "the duration of a drain of all workers",
);

pub(super) const DRAINED: Metric = counter(
    "durable_drained_activities_total",
    &["outcome"],
    "the activities that were running when a drain began, by their outcome: finished, cancelled or left",
);

pub(super) const PAYLOAD_SIZE: Metric = histogram(
    "durable_payload_size_bytes",
    "bytes",
    &["direction"],
    "the size of each payload that is sent to the server or received from it, after the codec",
)
.alert(
    "`histogram_quantile(0.99, sum by (le) (rate(durable_payload_size_bytes_bucket[15m]))) > 524288`",
    "the server warns at 512 KiB, and refuses 2 MiB",
);

pub(super) const CODEC: Metric = histogram(
    "durable_codec_duration_seconds",
    "seconds",
    &["direction"],
    "the time of the codec for the payloads of one message, encoded or decoded",
)
.alert(
    "`histogram_quantile(0.99, sum by (le) (rate(durable_codec_duration_seconds_bucket[15m]))) > 0.5`",
    "workflow tasks wait for the codec, for example for a key service",
);

pub(super) const SIGNALS_DROPPED: Metric = counter(
    "durable_signals_dropped_total",
    &["workflow_type", "reason"],
    "the signals that were dropped, because their name is unknown (unknown_name) or their input doesn't fit \
     (invalid_input)",
)
.alert(
    "`increase(durable_signals_dropped_total[15m]) > 0`",
    "a caller has another version of the workflow, and its signals are lost",
);

/// The labels of the metrics of a backlog. Each worker of a queue exports them, so `max` unites them.
const OF_BACKLOG: &[&str] = &["task_queue", "task_type"];

pub(super) const BACKLOG: Metric = gauge(
    "durable_task_queue_backlog",
    OF_BACKLOG,
    "the tasks that wait in a queue, approximately, by their type: workflow or activity. The server tells it each \
     `backlog_interval_s` seconds, and all workers of a queue export the same number",
);

pub(super) const BACKLOG_AGE: Metric = Metric {
    unit: "seconds",
    ..gauge(
        "durable_task_queue_backlog_age_seconds",
        OF_BACKLOG,
        "the age of the oldest task that waits in a queue",
    )
}
.alert(
    "`max by (task_queue, task_type) (durable_task_queue_backlog_age_seconds) > 30` for 10 minutes",
    "there are too few workers or slots for the queue, or the autoscaler has reached its maximum",
);

pub(super) const BACKLOG_ADDED: Metric = gauge(
    "durable_task_queue_added_per_second",
    OF_BACKLOG,
    "the tasks that are added to a queue each second",
);

pub(super) const BACKLOG_TAKEN: Metric = gauge(
    "durable_task_queue_taken_per_second",
    OF_BACKLOG,
    "the tasks of a queue that workers take each second",
);

const OWN: [Metric; 13] = [
    WORKER_STATE,
    WORKER_DEATHS,
    STUCK,
    STUCK_COUNT,
    BACKLOG,
    BACKLOG_AGE,
    BACKLOG_ADDED,
    BACKLOG_TAKEN,
    DRAIN,
    DRAINED,
    PAYLOAD_SIZE,
    CODEC,
    SIGNALS_DROPPED,
];

/// All metrics besides those of the program: first those of this crate, then those of SDK 1.1.1.
pub const METRICS: &[Metric] = &{
    let mut all = [WORKER_STATE; OWN.len() + SDK.len()];
    let mut index = 0;
    while index < all.len() {
        all[index] = if index < OWN.len() { OWN[index] } else { SDK[index - OWN.len()] };
        index += 1;
    }
    all
};
