//! Which keys each annotation knows, and what kind of value each takes.

/// The kind of a value.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A queue, or a name on the server.
    Name,
    Text,
    /// An id template.
    Template,
    /// A duration, where zero means none.
    Timeout,
    /// A duration longer than zero.
    Interval,
    Count,
    Coefficient,
    Texts,
    Priority,
    /// Keys of their own, in parentheses.
    Retry,
    /// Nothing: the key alone says it.
    Flag,
    TimeSkipping,
    /// The path of a function.
    Function,
    /// The path of the runtime crate.
    Runtime,
}

/// A key that an annotation knows.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// An example of it, for messages.
    pub(crate) example: &'static str,
}

const fn key(name: &'static str, kind: Kind, example: &'static str) -> Key {
    Key { name, kind, example }
}

const RUNTIME: Key = key("crate", Kind::Runtime, "crate = my_crate::durable");
const RETRY: Key = key("retry", Kind::Retry, "retry(maximum_attempts = 3)");
const SUMMARY: Key = key("summary", Kind::Text, "summary = \"for the web UI\"");
const PRIORITY: Key = key("priority", Kind::Priority, "priority = 3");

pub(crate) const WORKFLOW: &[Key] = &[
    key("queue", Kind::Name, "queue = \"orders\""),
    key("name", Kind::Name, "name = \"OrderWorkflow\""),
    key("id", Kind::Template, "id = \"order-{order_id}\""),
    key("execution_timeout", Kind::Timeout, "execution_timeout = \"24h\""),
    key("run_timeout", Kind::Timeout, "run_timeout = \"2h\""),
    key("task_timeout", Kind::Timeout, "task_timeout = \"10s\""),
    RETRY,
    SUMMARY,
    key("details", Kind::Text, "details = \"for the web UI\""),
    PRIORITY,
    RUNTIME,
];

pub(crate) const WORKFLOW_METHODS: &[Key] = &[RUNTIME];

pub(crate) const MAIN: &[Key] = &[RUNTIME];

pub(crate) const TEST: &[Key] = &[
    key("crash", Kind::Flag, "crash"),
    key("time_skipping", Kind::TimeSkipping, "time_skipping = \"never\""),
    key("setup", Kind::Function, "setup = with_ledger"),
    RUNTIME,
];

/// `#[failure(..)]` on a type.
pub(crate) const FAILURE: &[Key] =
    &[TYPE_NAME, NON_RETRYABLE, RETRYABLE, RETRY_DELAY, BENIGN, RUNTIME];

/// `#[failure(..)]` on a variant.
pub(crate) const VARIANT_FAILURE: &[Key] =
    &[TYPE_NAME, NON_RETRYABLE, RETRYABLE, RETRY_DELAY, BENIGN];

const TYPE_NAME: Key = key("type_name", Kind::Name, "type_name = \"CardDeclined\"");
const NON_RETRYABLE: Key = key("non_retryable", Kind::Flag, "non_retryable");
const RETRYABLE: Key = key("retryable", Kind::Flag, "retryable");
const RETRY_DELAY: Key = key("next_retry_delay", Kind::Interval, "next_retry_delay = \"30s\"");
const BENIGN: Key = key("benign", Kind::Flag, "benign");

pub(crate) const ACTIVITY: &[Key] = &[
    key("queue", Kind::Name, "queue = \"payments\""),
    key("name", Kind::Name, "name = \"charge_payment\""),
    key("start_to_close_timeout", Kind::Timeout, "start_to_close_timeout = \"30s\""),
    key("schedule_to_close_timeout", Kind::Timeout, "schedule_to_close_timeout = \"1h\""),
    key("schedule_to_start_timeout", Kind::Timeout, "schedule_to_start_timeout = \"5m\""),
    key("heartbeat_timeout", Kind::Timeout, "heartbeat_timeout = \"30s\""),
    key("timer_backoff_threshold", Kind::Interval, "timer_backoff_threshold = \"10s\""),
    RETRY,
    SUMMARY,
    PRIORITY,
    RUNTIME,
];

pub(crate) const RETRY_KEYS: &[Key] = &[
    key("every", Kind::Interval, "every = \"1m\""),
    key("maximum_attempts", Kind::Count, "maximum_attempts = 3"),
    key("initial_interval", Kind::Interval, "initial_interval = \"1s\""),
    key("backoff_coefficient", Kind::Coefficient, "backoff_coefficient = 2.0"),
    key("maximum_interval", Kind::Interval, "maximum_interval = \"1m\""),
    key("non_retryable_error_types", Kind::Texts, "non_retryable_error_types = [\"CardDeclined\"]"),
];

pub(crate) const HANDLER: &[Key] = &[key("name", Kind::Name, "name = \"approve\"")];
