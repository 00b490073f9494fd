//! The settings of a dev server, with their defaults.

use std::ffi::OsString;
use std::time::Duration;

use serde_json::Value;

use super::process::Owner;
use crate::dev_server_settings::DevServerSettings;

/// The dynamic configuration with which the server delays nothing. Its defaults are made for several
/// servers on one database: each task of a queue waits up to 50 ms until it is read, a timer fires up
/// to a second late, and in a queue of four partitions newer tasks overtake some for 5 seconds. Seen on
/// server 1.32.0.
const QUICK: [(&str, QuickValue); 6] = [
    ("history.transferProcessorMaxPollRPS", QuickValue::Number(10_000)),
    ("history.timerProcessorMaxPollRPS", QuickValue::Number(10_000)),
    ("history.visibilityProcessorMaxPollRPS", QuickValue::Number(10_000)),
    ("history.timerProcessorMaxTimeShift", QuickValue::Text("10ms")),
    ("matching.numTaskqueueReadPartitions", QuickValue::Number(1)),
    ("matching.numTaskqueueWritePartitions", QuickValue::Number(1)),
];

/// A value of [`QUICK`].
enum QuickValue {
    Number(u32),
    Text(&'static str),
}

/// All settings of a dev server.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// The settings that a configuration may have.
    pub(super) main: DevServerSettings,
    pub(super) namespaces: Vec<String>,
    /// The codec server of the web UI.
    pub(super) ui_codec_endpoint: Option<String>,
    pub(super) dynamic_config: Vec<(String, Value)>,
    pub(super) log_level: LogLevel,
    pub(super) extra_args: Vec<OsString>,
    /// The limit until the server answers.
    pub(super) start_timeout: Duration,
    /// The process with which the server ends, if it is not this one.
    pub(super) owner: Option<Owner>,
}

impl Settings {
    /// Returns the dynamic configuration: the given values, and those of [`QUICK`] with other keys. The
    /// server compares keys without case.
    pub(super) fn all_dynamic_config(&self) -> Vec<(String, Value)> {
        let given = |key: &str| {
            self.dynamic_config.iter().any(|(other, _)| other.eq_ignore_ascii_case(key))
        };
        let quick = QUICK.iter().filter(|(key, _)| !given(key)).map(|(key, value)| {
            let value = match value {
                QuickValue::Number(number) => Value::from(*number),
                QuickValue::Text(text) => Value::from(*text),
            };
            ((*key).to_owned(), value)
        });
        quick.chain(self.dynamic_config.iter().cloned()).collect()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            main: DevServerSettings::default(),
            namespaces: Vec::new(),
            ui_codec_endpoint: None,
            dynamic_config: Vec::new(),
            log_level: LogLevel::default(),
            extra_args: Vec::new(),
            start_timeout: Duration::from_secs(30),
            owner: None,
        }
    }
}

/// The log level of the server. Its output becomes `tracing` events of level debug and target
/// `durable::dev_server::output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LogLevel {
    /// All messages.
    Debug,
    /// Messages about its work, and those below.
    Info,
    /// Warnings and errors.
    #[default]
    Warn,
    /// Errors only.
    Error,
    /// No messages.
    Never,
}

impl LogLevel {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Never => "never",
        }
    }
}
