//! All keys under `temporal:`.
//!
//! Names are those of the system that this crate succeeds. A key that is not set changes nothing: the
//! defaults are those of the settings that the keys fill. docs/configuration.md holds the same table; a
//! test compares them.

use std::sync::OnceLock;

use super::entry::Entry;
use super::section::{
    Alias, Declared, ForOne, Key, Keys, Map, Member, Named, Part, Refused, Section, sections,
};
use super::types::{
    Bool, Coefficient, Count, Fraction, LogFormat, LogLevel, Milliseconds, Path, Pem, Port,
    Positive, Rate, SearchAttribute, Seconds, Secret, Text, Texts,
};
use super::value::Values;
use crate::client::ConnectionSettings;
use crate::codec_server_settings::CodecServerSettings;
use crate::dev_server_settings::DevServerSettings;
use crate::options::{ActivityOptions, RetryOptions, WorkflowOptions};
use crate::telemetry_settings::TelemetrySettings;
use crate::worker::{ServingSettings, WorkerSettings};

sections! {
    struct Temporal of ConnectionSettings = ConnectionSettings::default() => {
        /// `false` disables Temporal: connecting and serving return an error.
        enabled: Key<Bool> => enabled;
        /// The server, as `host:port` or URL. `https://` turns TLS on, `http://` off.
        url: Key<Text> => address;
        /// The namespace of the client and its workers.
        namespace: Key<Text> => namespace;
        /// The name of this process in histories.
        identity: Key<Text> => identity, without "process id and host name";
        /// The longest time for one attempt to connect, with the check of the namespace.
        connect_timeout_s: Key<Seconds> => connect_timeout;
        /// The longest time for the shared client to connect, with all attempts, before it returns the
        /// error.
        connect_limit_s: Key<Seconds> => connect_limit;
        /// `true` compresses calls to the server and their answers with gzip, for a slow or metered network.
        compress_calls: Key<Bool> => compress_calls;
        /// `true` encrypts the connection, `false` doesn't. It must not contradict the scheme of `url`.
        tls: Key<Bool>, without "on with an API key, a certificate or `https://`";
        /// Another name of `tls`. Only one of them may be set.
        tls_enabled: Alias<Bool>, without "as `tls`";
        /// The certificate of the authority that issued the server's certificate.
        server_ca_cert: Key<Pem>, without "the system's certificates";
        /// The client certificate of this program (mTLS).
        client_cert: Key<Pem>;
        /// The private key of `client_cert`.
        client_key: Key<Pem>;
        /// The name that the server's certificate must have.
        tls_server_name: Key<Text>, without "the host of `url`";
        /// The API key that is sent with every call.
        api_key: Key<Secret>;
        /// The file of the API key, which is read again when it changes. Only one of `api_key` and this may be
        /// set.
        api_key_file: Key<Path>;
        /// The HTTP proxy through which the server is reached, by CONNECT, as `host:port`.
        proxy: Key<Text> => proxy, without "a direct connection";
        /// The user name for the proxy; goes with `proxy_password`.
        proxy_user: Key<Text>;
        /// The password for the proxy.
        proxy_password: Key<Secret>;
        /// A gRPC header that is sent with every call.
        headers: Map<Secret>;
        /// `true` shows values in error messages of this process, which then reach histories and logs. It
        /// is for tests and development, and takes effect when a client connects.
        show_values: Key<Bool> => show_values, without "hidden, unless the program shows them";
        /// The encryption of everything that is sent to the server. Needs the feature `encryption`.
        encryption: Section<Encryption>;
        /// The compression of large payloads. Needs the feature `encryption`.
        compression: Section<Compression>;
        /// Options of every workflow that this program starts.
        workflows: Section<Workflows>;
        /// Options of every activity that this program's workflows call.
        activities: Section<Activities>;
        /// The workers of this program.
        worker: Section<Worker>;
        /// The server that development uses.
        dev_server: Section<DevServer>;
        /// The logs, metrics and traces of this program, if it sets them up by the commands `serve` and `dev` or
        /// by `durable::telemetry::init()`.
        telemetry: Section<Telemetry>;
        /// The codec server of the commands `codec-server` and `dev --codec`.
        codec_server: Section<CodecServer>;
        /// every workflow and activity has its queue in its annotation, which takes precedence over the
        /// configuration; use `worker.queues` to choose the queues to serve
        task_queue: Refused;
    }

    struct Encryption of () = () => {
        /// The id of the key that encrypts. All other keys only decrypt.
        active: Key<Text>, without "no encryption";
        /// The keys, by their ids. `ID: ${VARIABLE}` is short for `ID: { key: ${VARIABLE} }`.
        keys: Named<EncryptionKey>;
        /// `true` sends everything in plain text, and only decrypts. It is for the first step of turning
        /// encryption on in a system that runs.
        only_decrypt: Key<Bool>, without "everything is encrypted with `active`";
        /// `true` refuses payloads that are not encrypted. Set it when everything that was sent before has
        /// ended.
        require_encrypted: Key<Bool>, without "they are read";
    }

    struct EncryptionKey("ID", "key") of () = () => {
        /// The Base64 of the 32 bytes of the key, as `keys generate` prints it.
        key: Key<Secret>;
        /// The file of the key, which is read again when it changes. Only one of `key` and this may be set.
        file: Key<Path>;
    }

    struct Compression of () = () => {
        /// The size in bytes above which payloads are compressed.
        above_bytes: Key<Count>, without "nothing is compressed";
        /// The level of zstd, from 1 (fast) to 22 (small).
        level: Key<Count>, without "3";
    }

    struct Workflows of WorkflowOptions = WorkflowOptions::default() => {
        /// The options of every workflow.
        all: Part<WorkflowKeys>;
        /// The same for one workflow, by its registered name.
        types: Named<OneWorkflow>;
    }

    struct OneWorkflow("WORKFLOW") of WorkflowOptions = WorkflowOptions::default() => {
        /// The options of one workflow.
        one: ForOne<WorkflowKeys>;
    }

    struct WorkflowKeys of WorkflowOptions = WorkflowOptions::default() => {
        /// The longest time for a workflow, with retries and continued runs. 0 means no limit.
        execution_timeout_s: Key<Seconds> => execution_timeout, without "no limit";
        /// The longest time for one run. 0 means no limit.
        run_timeout_s: Key<Seconds> => run_timeout, without "no limit";
        /// The longest time for one workflow task on a worker.
        task_timeout_s: Key<Seconds> => task_timeout, without "the server's, 10 seconds";
        /// The retries after a failure.
        retry: Section<Retry> => retry;
    }

    struct Activities of ActivityOptions = ActivityOptions::built_in() => {
        /// The options of every activity.
        all: Part<ActivityKeys>;
        /// The same for one activity, by its registered name.
        types: Named<OneActivity>;
    }

    struct OneActivity("ACTIVITY") of ActivityOptions = ActivityOptions::built_in() => {
        /// The options of one activity.
        one: ForOne<ActivityKeys>;
    }

    struct ActivityKeys of ActivityOptions = ActivityOptions::built_in() => {
        /// The longest time for one attempt. 0 means no limit.
        start_to_close_timeout_s: Key<Seconds> => start_to_close_timeout, without "no limit";
        /// The longest time for all attempts together, with the waits between them. 0 means no limit.
        schedule_to_close_timeout_s: Key<Seconds> => schedule_to_close_timeout, without "no limit";
        /// The longest time in the queue before a worker takes the activity.
        schedule_to_start_timeout_s: Key<Seconds> => schedule_to_start_timeout, without "no limit";
        /// The longest time between two heartbeats of a running attempt. 0 means no limit.
        heartbeat_timeout_s: Key<Seconds> => heartbeat_timeout, without "no limit";
        /// The retries after a failure.
        retry: Section<Retry> => retry;
    }

    struct Retry of RetryOptions = RetryOptions::default() => {
        /// The number of attempts in all. 1 means no retry, 0 means no limit.
        maximum_attempts: Key<Count> => maximum_attempts,
            without "no retry, unless another of these is set";
        /// The wait before the first retry.
        initial_interval_seconds: Key<Seconds> => initial_interval,
            without "no retry, unless another of these is set";
        /// The factor by which the wait grows after each retry.
        backoff_coefficient: Key<Coefficient> => backoff_coefficient,
            without "no retry, unless another of these is set";
        /// The longest wait between two attempts.
        maximum_interval_seconds: Key<Seconds> => maximum_interval,
            without "no retry, unless another of these is set";
        /// The failure types that aren't retried.
        non_retryable_error_types: Key<Texts> => non_retryable_error_types;
    }

    struct Worker of ServingSettings = ServingSettings::default() => {
        /// `false` disables the workers: starting them returns an error.
        enabled: Key<Bool> => enabled;
        /// The limits of every worker.
        all: Part<WorkerKeys> => worker;
        /// The time for running activities to end after a stop, before they are cancelled.
        drain_timeout_s: Key<Seconds> => drain_timeout;
        /// The time after `drain_timeout_s` for the workers to stop, before they are left behind.
        stop_timeout_s: Key<Seconds> => stop_timeout;
        /// The number of restarts in a row of a worker that died, before it is given up. The count starts
        /// anew after a minute of running.
        max_restarts: Key<Count> => max_restarts;
        /// The pause before the first restart of a worker that died, at least 0.1. It doubles with each
        /// restart, up to a minute.
        restart_interval_s: Key<Seconds> => restart_interval;
        /// The time without yielding after which the code of a workflow is stuck. Its worker is replaced,
        /// so that the other workflows of the queue go on. 0 switches this off.
        deadlock_timeout_s: Key<Seconds> => deadlock_timeout;
        /// The most workflows that may be stuck at once, each on a thread of its own. With one more, its
        /// worker is given up.
        max_stuck_workflows: Key<Count> => max_stuck_workflows;
        /// The number of activities after which the worker of a queue is replaced by a new one in the same
        /// process, because the SDK keeps about 300 bytes for each. 0 means never.
        recycle_after_activities: Key<Count> => recycle_after_activities;
        /// The interval between two questions to the server for the backlog of each queue, which is exported
        /// as metrics, if telemetry is on; at least 1. 0 switches this off.
        backlog_interval_s: Key<Seconds> => backlog_interval;
        /// The address at which probes are answered by HTTP, as `host:port`: `/live` and `/ready`.
        health_address: Key<Text> => health_address, without "no listener";
        /// The largest value that workflows and activities pass on, in bytes, serialized and before a
        /// codec. 0 means no limit.
        payload_limit_bytes: Key<Count> => payload_limit, without "the limit that the server tells";
        /// The same for the worker of one queue.
        queues: Named<OneQueue>;
        /// a Temporal worker has no limit for running workflows, because a waiting workflow costs nothing;
        /// `workflow_cache_size` limits the workflows in memory, and `max_concurrent_workflow_tasks` those
        /// that compute
        max_concurrent_workflows: Refused;
        /// workers do not poll at intervals, because the server holds each call open until there is a task;
        /// `workflow_pollers` and `activity_pollers` limit the open calls
        poll_interval_ms: Refused;
        /// neither the server nor the SDK limits the rate of workflow tasks;
        /// `max_concurrent_workflow_tasks` limits how many run at once
        max_workflow_tasks_per_second: Refused;
    }

    struct OneQueue("QUEUE") of WorkerSettings = WorkerSettings::default() => {
        /// `false` leaves the queue out, unless the program asks for it by name.
        enabled: Key<Bool> => enabled;
        /// The limits of the worker.
        one: ForOne<WorkerKeys>;
    }

    struct WorkerKeys of WorkerSettings = WorkerSettings::default() => {
        /// The most activities that a worker starts per second. 0 means no limit.
        activities_per_second: Key<Rate> => activities_per_second;
        /// The most activities that all workers of the queue together start per second, which the server
        /// enforces. 0 means no limit.
        task_queue_activities_per_second: Key<Rate> => task_queue_activities_per_second;
        /// The most activities that a worker runs at once.
        max_concurrent_activities: Key<Positive> => max_concurrent_activities;
        /// The most local activities that a worker runs at once.
        max_concurrent_local_activities: Key<Positive> => max_concurrent_local_activities;
        /// The most workflow tasks that a worker runs at once; at least 2 with a cache.
        max_concurrent_workflow_tasks: Key<Positive> => max_concurrent_workflow_tasks;
        /// The most workflows that a worker keeps in memory between their tasks.
        workflow_cache_size: Key<Count> => workflow_cache_size;
        /// The longest time that a workflow task waits for the worker that has its workflow in memory.
        sticky_queue_schedule_to_start_timeout_ms: Key<Milliseconds> => sticky_timeout;
        /// The most open calls of a worker for workflow tasks; at least 2 with a cache.
        workflow_pollers: Key<Positive> => workflow_pollers, without "the SDK decides";
        /// The most open calls of a worker for activities.
        activity_pollers: Key<Positive> => activity_pollers, without "the SDK decides";
        /// The threads on which the workflows of a queue run. The limits above are divided among them, and
        /// there are no more than slots for each kind of task.
        workflow_threads: Key<Positive> => workflow_threads;
        /// The memory usage of the machine above which a worker takes no more tasks. With
        /// `target_cpu_usage`, it decides how many tasks run at once, up to the `max_concurrent` keys.
        target_memory_usage: Key<Fraction> => target_memory_usage, without "fixed numbers";
        /// The processor usage of the machine above which a worker takes no more tasks; needs
        /// `target_memory_usage`.
        target_cpu_usage: Key<Fraction> => target_cpu_usage, without "fixed numbers";
        /// The build id of the workers.
        worker_build_id: Key<Text> => build_id, without "a hash of the program";
    }

    struct Telemetry of TelemetrySettings = TelemetrySettings::default() => {
        /// The form of log lines.
        log_format: Key<LogFormat> => log_format;
        /// The least severe level of log lines. The variable `RUST_LOG` takes precedence.
        log_level: Key<LogLevel> => log_level;
        /// The name of the program in traces, and in metrics that are sent to a collector.
        service_name: Key<Text> => service_name,
            without "`OTEL_SERVICE_NAME`, or else the name of the executable";
        /// The address at which metrics are served to Prometheus, as `host:port`: `/metrics`. They are also at
        /// `worker.health_address`.
        metrics_address: Key<Text> => metrics_address, without "no listener";
        /// `true` measures durations in milliseconds, as Temporal's own dashboards expect it, and not in
        /// seconds.
        metrics_in_milliseconds: Key<Bool> => metrics_in_milliseconds;
        /// The collector of traces, as the URL of OTLP over gRPC.
        otlp_endpoint: Key<Text> => otlp_endpoint,
            without "`OTEL_EXPORTER_OTLP_ENDPOINT`, or else no traces";
        /// A header of the requests to the collector.
        otlp_headers: Map<Secret>;
        /// `true` sends the metrics to the collector too, and serves none to Prometheus.
        otlp_metrics: Key<Bool> => otlp_metrics;
        /// The time between two exports of metrics to the collector.
        otlp_metrics_interval_s: Key<Seconds> => otlp_metrics_interval;
        /// `false` sends no traces to the collector.
        otlp_traces: Key<Bool> => otlp_traces;
        /// The fraction of traces that are exported, of those that begin in this program.
        trace_ratio: Key<Fraction> => trace_ratio;
        /// The longest time that the end of a drain waits for the exporters.
        flush_timeout_s: Key<Seconds> => flush_timeout;
    }

    struct DevServer of DevServerSettings = DevServerSettings::default() => {
        /// The `temporal` command.
        cli: Key<Path> => cli, without "searched for, or fetched";
        /// The port to serve on.
        port: Key<Port> => port, without "a free one";
        /// `true` serves the web UI.
        ui: Key<Bool> => ui;
        /// The port of the web UI, which also turns it on.
        ui_port: Key<Port> => ui_port, without "a free one";
        /// The SQLite file that keeps the state.
        database: Key<Path> => database, without "in memory";
        /// The type of a search attribute to register, beside those that the program declares.
        search_attributes: Map<SearchAttribute>;
    }

    struct CodecServer of CodecServerSettings = CodecServerSettings::default() => {
        /// The address to listen on, as `host:port`. If other machines reach it, requests need an
        /// authorization.
        address: Key<Text> => address;
        /// The origins of the web pages that may use it, such as that of the web UI: scheme, host and port.
        allowed_origins: Key<Texts> => allowed_origins;
        /// The headers that web pages may send, besides `Content-Type`, `Authorization` and `X-Namespace`.
        allowed_headers: Key<Texts> => allowed_headers;
        /// `true` lets web pages send cookies and client certificates.
        allow_credentials: Key<Bool> => allow_credentials;
        /// The token that callers must send as `Authorization: Bearer`, of at least 16 characters.
        bearer_token: Key<Secret>, without "no such token is accepted";
        /// The file of the token, which is read again when it changes. Only one of `bearer_token` and this
        /// may be set.
        bearer_token_file: Key<Path>, without "no such token is accepted";
        /// The URL of the keys of JSON web tokens, which callers may send instead.
        jwks_url: Key<Text>, without "no JSON web token is accepted";
        /// The certificate of the authority that issued the certificate of `jwks_url`.
        jwks_ca_cert: Key<Pem>, without "the system's certificates";
        /// The audiences of JSON web tokens, one of which a token must have in `aud`.
        jwt_audiences: Key<Texts>, without "not checked; `jwt_issuers` must be set";
        /// The issuers of JSON web tokens, one of which a token must have in `iss`.
        jwt_issuers: Key<Texts>, without "not checked; `jwt_audiences` must be set";
        /// The certificate for HTTPS.
        tls_cert: Key<Pem>, without "HTTP";
        /// The private key of `tls_cert`.
        tls_key: Key<Pem>;
        /// `true` listens without authorization also where other machines reach it. Everybody who reaches
        /// it can decode then.
        allow_unauthenticated: Key<Bool> => allow_unauthenticated;
        /// The largest body of a request, in bytes.
        body_limit_bytes: Key<Positive> => body_limit;
        /// The most requests whose payloads are in memory at once. Others wait.
        max_concurrent_requests: Key<Positive> => max_concurrent_requests;
        /// The longest time for a request.
        timeout_s: Key<Seconds> => timeout;
    }
}

impl Temporal {
    /// Reads the keys that are set.
    pub(super) fn of(values: &Values) -> Self {
        Self::read(values, &[])
    }
}

/// Returns the entries of everything under `temporal`.
pub(super) fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| Temporal::entries(&Temporal::built_in(), false))
}
