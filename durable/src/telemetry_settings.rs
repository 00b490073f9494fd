//! The settings of telemetry that a configuration may have, with their defaults.
//!
//! A program that is built without the feature `telemetry` accepts a file that has them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The form of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum LogFormat {
    /// Text for people.
    #[default]
    Text,
    /// A JSON object for each line.
    Json,
}

/// The least severe level of log lines that are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum LogLevel {
    /// No lines.
    Off,
    /// Errors.
    Error,
    /// Also warnings.
    Warn,
    /// Also what the program does.
    #[default]
    Info,
    /// Also details, and the lines of Temporal's SDK.
    Debug,
    /// Everything.
    Trace,
}

/// The error of a text that is not one of the known names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown name; expected one of {}", .0.join(", "))]
#[non_exhaustive]
pub struct UnknownName(pub(crate) &'static [&'static str]);

macro_rules! names {
    ($($type:ident { $($variant:ident: $name:literal,)+ })+) => {$(
        impl $type {
            /// The names, as `Display` prints them and `FromStr` reads them.
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),+];
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $name,)+ })
            }
        }

        /// Reads a name, ignoring case.
        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name.to_ascii_lowercase().as_str() {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(UnknownName(Self::NAMES)),
                }
            }
        }
    )+};
}

names! {
    LogFormat { Text: "text", Json: "json", }
    LogLevel {
        Off: "off",
        Error: "error",
        Warn: "warn",
        Info: "info",
        Debug: "debug",
        Trace: "trace",
    }
}

/// The settings of telemetry that a configuration may have.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "telemetry"), allow(dead_code, reason = "only `telemetry` exports"))]
pub(crate) struct TelemetrySettings {
    pub(crate) log_format: LogFormat,
    pub(crate) log_level: LogLevel,
    /// The name of the program in traces and exported metrics.
    pub(crate) service_name: Option<String>,
    /// The address at which Prometheus reads the metrics, as `host:port`.
    pub(crate) metrics_address: Option<String>,
    /// `true` measures durations in milliseconds, as Temporal's own dashboards expect it.
    pub(crate) metrics_in_milliseconds: bool,
    /// The collector, as a URL.
    pub(crate) otlp_endpoint: Option<String>,
    /// The headers of requests to the collector.
    pub(crate) otlp_headers: BTreeMap<String, String>,
    /// `true` sends the metrics to the collector, and serves none to Prometheus.
    pub(crate) otlp_metrics: bool,
    /// The time between two exports of metrics.
    pub(crate) otlp_metrics_interval: Duration,
    /// `true` sends traces to the collector.
    pub(crate) otlp_traces: bool,
    /// The fraction of traces that begin here and are exported, from 0 to 1.
    pub(crate) trace_ratio: f64,
    /// The longest time for the end of a drain to wait for exports.
    pub(crate) flush_timeout: Duration,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self {
            log_format: LogFormat::default(),
            log_level: LogLevel::default(),
            service_name: None,
            metrics_address: None,
            metrics_in_milliseconds: false,
            otlp_endpoint: None,
            otlp_headers: BTreeMap::new(),
            otlp_metrics: false,
            otlp_metrics_interval: Duration::from_secs(10),
            otlp_traces: true,
            trace_ratio: 1.0,
            flush_timeout: Duration::from_secs(3),
        }
    }
}
