//! The metrics of SDK 1.1.1, as its exporter for Prometheus names them.

use super::metric::{Metric, counter, gauge, histogram};

/// The labels of calls of the server. Only polls have the task queue.
const CLIENT: &[&str] = &["namespace", "operation", "service_name", "task_queue"];
const FAILED: &[&str] = &["namespace", "operation", "service_name", "status_code"];
const QUEUE: &[&str] = &["namespace", "service_name", "task_queue"];
const POLLS: &[&str] = QUEUE;
const WORKER: &[&str] = QUEUE;
const WORKFLOW: &[&str] = &["namespace", "service_name", "task_queue", "workflow_type"];
const TASKFAIL: &[&str] =
    &["failure_reason", "namespace", "service_name", "task_queue", "workflow_type"];
const ACTIVITY: &[&str] =
    &["activity_type", "namespace", "service_name", "task_queue", "workflow_type"];
const ACTFAIL: &[&str] = &[
    "activity_type",
    "failure_reason",
    "namespace",
    "service_name",
    "task_queue",
    "workflow_type",
];
const RECEIVED: &[&str] =
    &["activity_type", "eager", "namespace", "service_name", "task_queue", "workflow_type"];
const LOCAL: &[&str] = ACTIVITY;
const POLLERS: &[&str] = &["namespace", "poller_type", "service_name", "task_queue"];
const SLOTS: &[&str] = &["namespace", "service_name", "task_queue", "worker_type"];

pub(super) const SDK: [Metric; 37] = [
    counter("temporal_request_total", CLIENT, "the calls of the server that succeeded, without long polls"),
    counter("temporal_request_failure_total", FAILED, "the calls of the server that failed").alert("`sum by (instance) (rate(temporal_request_failure_total[5m])) / sum by (instance) (rate(temporal_request_total[5m])) > 0.05` for 10 minutes", "the server is away, overloaded or refuses the process; single failures are retried"),
    histogram("temporal_request_latency_seconds", "seconds", CLIENT, "the duration of a call of the server").alert("`histogram_quantile(0.99, sum by (le, operation) (rate(temporal_request_latency_seconds_bucket[5m]))) > 1` for 10 minutes", "the network or the server is slow"),
    counter("temporal_long_request_total", CLIENT, "the long polls that succeeded"),
    counter("temporal_long_request_failure_total", FAILED, "the long polls that failed"),
    histogram("temporal_long_request_latency_seconds", "seconds", CLIENT, "the duration of a long poll"),
    counter("temporal_workflow_completed_total", WORKFLOW, "the workflows that completed"),
    counter("temporal_workflow_canceled_total", WORKFLOW, "the workflows that ended as cancelled"),
    counter("temporal_workflow_failed_total", WORKFLOW, "the workflows that failed").alert("`sum by (workflow_type) (rate(temporal_workflow_failed_total[15m])) > 0` and more than usual", "a workflow fails only finally; the threshold depends on the business"),
    counter("temporal_workflow_continue_as_new_total", WORKFLOW, "the workflows that continued as new"),
    histogram("temporal_workflow_endtoend_latency_seconds", "seconds", WORKFLOW, "the duration of a run of a workflow"),
    counter("temporal_workflow_task_queue_poll_empty_total", POLLS, "the polls for workflow tasks that returned nothing"),
    counter("temporal_workflow_task_queue_poll_succeed_total", POLLS, "the polls for workflow tasks that returned one"),
    counter("temporal_workflow_task_execution_failed_total", TASKFAIL, "the workflow tasks that failed, by reason").alert("`sum by (task_queue, workflow_type) (increase(temporal_workflow_task_execution_failed_total[10m])) > 0`", "a panic, nondeterminism or a missing codec keeps workflows from going on until a corrected version runs"),
    histogram("temporal_workflow_task_schedule_to_start_latency_seconds", "seconds", POLLS, "the time of a workflow task in the queue").alert("`histogram_quantile(0.95, sum by (le, task_queue) (rate(temporal_workflow_task_schedule_to_start_latency_seconds_bucket[5m]))) > 1` for 10 minutes", "there are too few workers or pollers"),
    histogram("temporal_workflow_task_replay_latency_seconds", "seconds", WORKFLOW, "the duration of a replay before a workflow task"),
    histogram("temporal_workflow_task_execution_latency_seconds", "seconds", WORKFLOW, "the duration of a workflow task without its replay").alert("`histogram_quantile(0.99, sum by (le, workflow_type) (rate(temporal_workflow_task_execution_latency_seconds_bucket[5m]))) > 0.5` for 10 minutes", "workflow code computes or blocks, and all workflows of the worker wait for it"),
    counter("temporal_activity_poll_no_task_total", QUEUE, "the polls for activities that returned nothing"),
    counter("temporal_activity_task_received_total", RECEIVED, "the attempts of activities that were taken"),
    counter("temporal_activity_execution_failed_total", ACTFAIL, "the attempts of activities that failed").alert("`sum by (activity_type) (rate(temporal_activity_execution_failed_total[15m])) / sum by (activity_type) (rate(temporal_activity_execution_latency_seconds_count[15m])) > 0.5` for 15 minutes", "a service that the activity calls is away; single failures are retried"),
    histogram("temporal_activity_schedule_to_start_latency_seconds", "seconds", QUEUE, "the time of an activity in the queue").alert("`histogram_quantile(0.95, sum by (le, task_queue) (rate(temporal_activity_schedule_to_start_latency_seconds_bucket[5m]))) > 5` for 10 minutes", "there are too few workers or slots"),
    histogram("temporal_activity_execution_latency_seconds", "seconds", ACTIVITY, "the duration of an attempt of an activity"),
    histogram("temporal_activity_succeed_endtoend_latency_seconds", "seconds", ACTIVITY, "the time from the schedule of an activity to its success, with all attempts"),
    counter("temporal_local_activity_total_total", LOCAL, "the attempts of local activities"),
    counter("temporal_local_activity_execution_cancelled_total", LOCAL, "the attempts of local activities that were cancelled"),
    counter("temporal_local_activity_execution_failed_total", LOCAL, "the attempts of local activities that failed"),
    histogram("temporal_local_activity_execution_latency_seconds", "seconds", LOCAL, "the duration of an attempt of a local activity"),
    histogram("temporal_local_activity_succeed_endtoend_latency_seconds", "seconds", LOCAL, "the time from the schedule of a local activity to its success"),
    counter("temporal_worker_start_total", WORKER, "the starts of workers"),
    gauge("temporal_num_pollers", POLLERS, "the open polls, by kind"),
    gauge("temporal_worker_task_slots_available", SLOTS, "the free slots for tasks, by kind").alert("`min by (instance, task_queue, worker_type) (temporal_worker_task_slots_available) == 0` for 10 minutes", "the worker takes no more tasks of this kind; raise the `max_concurrent` keys or add workers"),
    gauge("temporal_worker_task_slots_used", SLOTS, "the tasks that run, by kind"),
    counter("temporal_sticky_cache_hit_total", WORKFLOW, "the workflow tasks whose workflow was in memory"),
    counter("temporal_sticky_cache_miss_total", QUEUE, "the workflow tasks whose workflow was no longer in memory"),
    gauge("temporal_sticky_cache_size", QUEUE, "the workflows in memory"),
    counter("temporal_sticky_cache_total_forced_eviction_total", QUEUE, "the workflows that were evicted to make room for others").alert("`rate(temporal_sticky_cache_total_forced_eviction_total[10m]) > 1` for 30 minutes", "workflows replay from their begin; raise `workflow_cache_size` or add workers"),
    counter("temporal_nexus_poll_no_task_total", QUEUE, "the polls for Nexus tasks that returned nothing"),
];
