//! The table of all keys under `temporal:`.
//!
//! Names are those of the system that this crate succeeds. What is not set is as without any
//! configuration: a file that says nothing of a key changes nothing. docs/configuration.md holds the same table; a test compares them.

use super::model::Kind::{
    Bool, Coefficient, Count, Fraction, Milliseconds, Path, Pem, Port, Rate, SearchAttribute,
    Seconds, Secret, Text, Texts,
};
use super::model::{Entry, key, unset};

/// Everything under `temporal:`.
pub(super) static TEMPORAL: &[Entry] = &[
    key(
        "enabled",
        Bool,
        "true",
        "`false` disables Temporal: connecting and serving return an error.",
    ),
    key(
        "url",
        Text,
        "localhost:7233",
        "The server, as `host:port` or URL. `https://` turns TLS on.",
    ),
    key("namespace", Text, "default", "The namespace of the client and its workers."),
    unset("identity", Text, "process id and host name", "The name of this process in histories."),
    key("connect_timeout_s", Seconds, "10", "The longest time for one attempt to connect."),
    key(
        "connect_limit_s",
        Seconds,
        "60",
        "The longest time for the shared client to connect, with all attempts, before it returns the error.",
    ),
    unset(
        "tls",
        Bool,
        "on with an API key, a certificate or `https://`",
        "`true` encrypts the connection, `false` doesn't.",
    ),
    unset("tls_enabled", Bool, "as `tls`", "Another name of `tls`. Only one of them may be set."),
    unset(
        "server_ca_cert",
        Pem,
        "the system's certificates",
        "The certificate of the authority that issued the server's certificate.",
    ),
    unset("client_cert", Pem, "none", "The client certificate of this program (mTLS)."),
    unset("client_key", Pem, "none", "The private key of `client_cert`."),
    unset(
        "tls_server_name",
        Text,
        "the host of `url`",
        "The name that the server's certificate must have.",
    ),
    unset("api_key", Secret, "none", "The API key that is sent with every call."),
    unset(
        "proxy",
        Text,
        "a direct connection",
        "The HTTP proxy through which the server is reached, by CONNECT, as `host:port`.",
    ),
    unset("proxy_user", Text, "none", "The user name for the proxy; goes with `proxy_password`."),
    unset("proxy_password", Secret, "none", "The password for the proxy."),
    Entry::Values {
        name: "headers",
        of: "NAME",
        kind: Secret,
        meaning: "A gRPC header that is sent with every call.",
    },
    Entry::Section {
        name: "workflows",
        meaning: "Options of every workflow that this program starts.",
        entries: WORKFLOWS,
    },
    Entry::Section {
        name: "activities",
        meaning: "Options of every activity that this program's workflows call.",
        entries: ACTIVITIES,
    },
    Entry::Section { name: "worker", meaning: "The workers of this program.", entries: WORKER },
    Entry::Section {
        name: "dev_server",
        meaning: "The server that development uses.",
        entries: DEV_SERVER,
    },
    Entry::Refused {
        name: "task_queue",
        reason: "every workflow and activity has its queue in its annotation, which takes precedence over \
                 the configuration; use `worker.queues` to choose the queues to serve",
    },
];

const EXECUTION_TIMEOUT: &str =
    "The longest time for a workflow, with retries and continued runs. 0 means no limit.";
const RUN_TIMEOUT: &str = "The longest time for one run. 0 means no limit.";
const TASK_TIMEOUT: &str = "The longest time for one workflow task on a worker.";
const START_TO_CLOSE: &str = "The longest time for one attempt. 0 means no limit.";
const SCHEDULE_TO_CLOSE: &str =
    "The longest time for all attempts together, with the waits between them. 0 means no limit.";
const SCHEDULE_TO_START: &str = "The longest time in the queue before a worker takes the activity.";
const HEARTBEAT: &str =
    "The longest time between two heartbeats of a running attempt. 0 means no limit.";
const RETRY: &str = "The retries after a failure.";
const AS_ALL: &str = "as for all";

static WORKFLOWS: &[Entry] = &[
    unset("execution_timeout_s", Seconds, "no limit", EXECUTION_TIMEOUT),
    unset("run_timeout_s", Seconds, "no limit", RUN_TIMEOUT),
    unset("task_timeout_s", Seconds, "the server's, 10 seconds", TASK_TIMEOUT),
    Entry::Section { name: "retry", meaning: RETRY, entries: WORKFLOW_RETRIES },
    Entry::Named {
        name: "types",
        of: "WORKFLOW",
        meaning: "The same for one workflow, by its registered name.",
        entries: ONE_WORKFLOW,
    },
];

static ONE_WORKFLOW: &[Entry] = &[
    unset("execution_timeout_s", Seconds, AS_ALL, EXECUTION_TIMEOUT),
    unset("run_timeout_s", Seconds, AS_ALL, RUN_TIMEOUT),
    unset("task_timeout_s", Seconds, AS_ALL, TASK_TIMEOUT),
    Entry::Section { name: "retry", meaning: RETRY, entries: ONE_RETRIES },
];

static ACTIVITIES: &[Entry] = &[
    key("start_to_close_timeout_s", Seconds, "1200", START_TO_CLOSE),
    unset("schedule_to_close_timeout_s", Seconds, "no limit", SCHEDULE_TO_CLOSE),
    unset("schedule_to_start_timeout_s", Seconds, "no limit", SCHEDULE_TO_START),
    unset("heartbeat_timeout_s", Seconds, "no limit", HEARTBEAT),
    Entry::Section { name: "retry", meaning: RETRY, entries: RETRIES },
    Entry::Named {
        name: "types",
        of: "ACTIVITY",
        meaning: "The same for one activity, by its registered name.",
        entries: ONE_ACTIVITY,
    },
];

static ONE_ACTIVITY: &[Entry] = &[
    unset("start_to_close_timeout_s", Seconds, AS_ALL, START_TO_CLOSE),
    unset("schedule_to_close_timeout_s", Seconds, AS_ALL, SCHEDULE_TO_CLOSE),
    unset("schedule_to_start_timeout_s", Seconds, AS_ALL, SCHEDULE_TO_START),
    unset("heartbeat_timeout_s", Seconds, AS_ALL, HEARTBEAT),
    Entry::Section { name: "retry", meaning: RETRY, entries: ONE_RETRIES },
];

const NO_RETRY: &str = "no retry, unless another of these is set";
const ATTEMPTS: &str = "The number of attempts in all. 1 means no retry, 0 means no limit.";
const INITIAL_INTERVAL: &str = "The wait before the first retry.";
const COEFFICIENT: &str = "The factor by which the wait grows after each retry.";
const MAXIMUM_INTERVAL: &str = "The longest wait between two attempts.";
const NON_RETRYABLE: &str = "The failure types that aren't retried.";

static WORKFLOW_RETRIES: &[Entry] = &[
    unset("maximum_attempts", Count { least: 0 }, NO_RETRY, ATTEMPTS),
    unset("initial_interval_seconds", Seconds, NO_RETRY, INITIAL_INTERVAL),
    unset("backoff_coefficient", Coefficient, NO_RETRY, COEFFICIENT),
    unset("maximum_interval_seconds", Seconds, NO_RETRY, MAXIMUM_INTERVAL),
    unset("non_retryable_error_types", Texts, "none", NON_RETRYABLE),
];

static RETRIES: &[Entry] = &[
    key("maximum_attempts", Count { least: 0 }, "5", ATTEMPTS),
    key("initial_interval_seconds", Seconds, "5", INITIAL_INTERVAL),
    key("backoff_coefficient", Coefficient, "2.0", COEFFICIENT),
    key("maximum_interval_seconds", Seconds, "60", MAXIMUM_INTERVAL),
    unset("non_retryable_error_types", Texts, "none", NON_RETRYABLE),
];

static ONE_RETRIES: &[Entry] = &[
    unset("maximum_attempts", Count { least: 0 }, AS_ALL, ATTEMPTS),
    unset("initial_interval_seconds", Seconds, AS_ALL, INITIAL_INTERVAL),
    unset("backoff_coefficient", Coefficient, AS_ALL, COEFFICIENT),
    unset("maximum_interval_seconds", Seconds, AS_ALL, MAXIMUM_INTERVAL),
    unset("non_retryable_error_types", Texts, AS_ALL, NON_RETRYABLE),
];

const SERVED: &str = "`false` disables the workers: starting them returns an error.";
const QUEUE_SERVED: &str = "`false` leaves the queue out, unless the program asks for it by name.";
const WORKER_RATE: &str = "The most activities that a worker starts per second. 0 means no limit.";
const QUEUE_RATE: &str = "The most activities that all workers of the queue together start per second, which the server enforces. 0 means no limit.";
const ACTIVITY_SLOTS: &str = "The most activities that a worker runs at once.";
const LOCAL_SLOTS: &str = "The most local activities that a worker runs at once.";
const TASK_SLOTS: &str =
    "The most workflow tasks that a worker runs at once; at least 2 with a cache.";
const CACHE: &str = "The most workflows that a worker keeps in memory between their tasks.";
const STICKY: &str =
    "The longest time that a workflow task waits for the worker that has its workflow in memory.";
const WORKFLOW_POLLERS: &str =
    "The most open calls of a worker for workflow tasks; at least 2 with a cache.";
const ACTIVITY_POLLERS: &str = "The most open calls of a worker for activities.";
const MEMORY: &str = "The memory usage of the machine above which a worker takes no more tasks. With `target_cpu_usage`, it decides how many tasks run at once, up to the `max_concurrent` keys.";
const CPU: &str = "The processor usage of the machine above which a worker takes no more tasks; needs `target_memory_usage`.";
const STOP_TIMEOUT: &str =
    "The time after `drain_timeout_s` for the workers to stop, before they are left behind.";
const MAX_RESTARTS: &str = "The number of restarts in a row of a worker that died, before it is given up. The count starts anew after a minute of running.";
const RESTART_INTERVAL: &str = "The pause before the first restart of a worker that died. It doubles with each restart, up to a minute.";
const HEALTH_ADDRESS: &str =
    "The address at which probes are answered by HTTP, as `host:port`: `/live` and `/ready`.";
const BUILD_ID: &str = "The build id of the workers.";

static WORKER: &[Entry] = &[
    key("enabled", Bool, "true", SERVED),
    key("activities_per_second", Rate, "0", WORKER_RATE),
    key("task_queue_activities_per_second", Rate, "0", QUEUE_RATE),
    key("max_concurrent_activities", Count { least: 1 }, "100", ACTIVITY_SLOTS),
    key("max_concurrent_local_activities", Count { least: 1 }, "100", LOCAL_SLOTS),
    key("max_concurrent_workflow_tasks", Count { least: 1 }, "100", TASK_SLOTS),
    key("workflow_cache_size", Count { least: 0 }, "1000", CACHE),
    key("sticky_queue_schedule_to_start_timeout_ms", Milliseconds, "10000", STICKY),
    unset("workflow_pollers", Count { least: 1 }, "the SDK decides", WORKFLOW_POLLERS),
    unset("activity_pollers", Count { least: 1 }, "the SDK decides", ACTIVITY_POLLERS),
    unset("target_memory_usage", Fraction, "fixed numbers", MEMORY),
    unset("target_cpu_usage", Fraction, "fixed numbers", CPU),
    unset("worker_build_id", Text, "a hash of the program", BUILD_ID),
    key(
        "drain_timeout_s",
        Seconds,
        "600",
        "The time for running activities to end after a stop, before they are cancelled.",
    ),
    key("stop_timeout_s", Seconds, "10", STOP_TIMEOUT),
    key("max_restarts", Count { least: 0 }, "5", MAX_RESTARTS),
    key("restart_interval_s", Seconds, "1", RESTART_INTERVAL),
    unset("health_address", Text, "no listener", HEALTH_ADDRESS),
    Entry::Named {
        name: "queues",
        of: "QUEUE",
        meaning: "The same for the worker of one queue.",
        entries: ONE_QUEUE,
    },
    Entry::Refused {
        name: "max_concurrent_workflows",
        reason: "a Temporal worker has no limit for running workflows, because a waiting workflow costs \
                 nothing; `workflow_cache_size` limits the workflows in memory, and \
                 `max_concurrent_workflow_tasks` those that compute",
    },
    Entry::Refused {
        name: "poll_interval_ms",
        reason: "workers do not poll at intervals, because the server holds each call open until there is \
                 a task; `workflow_pollers` and `activity_pollers` limit the open calls",
    },
    Entry::Refused {
        name: "max_workflow_tasks_per_second",
        reason: "neither the server nor the SDK limits the rate of workflow tasks; \
                 `max_concurrent_workflow_tasks` limits how many run at once",
    },
];

static ONE_QUEUE: &[Entry] = &[
    key("enabled", Bool, "true", QUEUE_SERVED),
    unset("activities_per_second", Rate, AS_ALL, WORKER_RATE),
    unset("task_queue_activities_per_second", Rate, AS_ALL, QUEUE_RATE),
    unset("max_concurrent_activities", Count { least: 1 }, AS_ALL, ACTIVITY_SLOTS),
    unset("max_concurrent_local_activities", Count { least: 1 }, AS_ALL, LOCAL_SLOTS),
    unset("max_concurrent_workflow_tasks", Count { least: 1 }, AS_ALL, TASK_SLOTS),
    unset("workflow_cache_size", Count { least: 0 }, AS_ALL, CACHE),
    unset("sticky_queue_schedule_to_start_timeout_ms", Milliseconds, AS_ALL, STICKY),
    unset("workflow_pollers", Count { least: 1 }, AS_ALL, WORKFLOW_POLLERS),
    unset("activity_pollers", Count { least: 1 }, AS_ALL, ACTIVITY_POLLERS),
    unset("target_memory_usage", Fraction, AS_ALL, MEMORY),
    unset("target_cpu_usage", Fraction, AS_ALL, CPU),
    unset("worker_build_id", Text, AS_ALL, BUILD_ID),
];

static DEV_SERVER: &[Entry] = &[
    unset("cli", Path, "searched for, or fetched", "The `temporal` command."),
    unset("port", Port, "a free one", "The port to serve on."),
    key("ui", Bool, "false", "`true` serves the web UI."),
    unset("ui_port", Port, "a free one", "The port of the web UI, which also turns it on."),
    unset("database", Path, "in memory", "The SQLite file that keeps the state."),
    Entry::Values {
        name: "search_attributes",
        of: "NAME",
        kind: SearchAttribute,
        meaning: "The type of a search attribute to register, beside those that the program declares.",
    },
];
