//! The errors of setting telemetry up.

use crate::error::{Error, SharedError};

/// The error of setting telemetry up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TelemetryError {
    /// The process already has a subscriber, which stays.
    #[error(
        "this process already has a `tracing` subscriber; set only one up, for example by removing \
         `tracing_subscriber::fmt::init()`"
    )]
    AlreadySet,
    /// The variable `RUST_LOG` is not a list of filter directives.
    #[error(
        "invalid `RUST_LOG`: {reason}; expected directives such as `info` or `info,my_app=debug`"
    )]
    InvalidFilter {
        /// The reason.
        reason: String,
    },
    /// Telemetry was set up before. A process has one meter and one tracer.
    #[error("telemetry was set up before; set it up once, at the begin of the program")]
    AlreadyRunning,
    /// The address of the listener for metrics can't be used.
    #[error(
        "no listener for metrics at `{address}`; use an address of this machine and a free port"
    )]
    Listener {
        /// The address.
        address: String,
        /// The cause.
        source: SharedError,
    },
    /// The URL of the collector is invalid.
    #[error(
        "invalid OTLP endpoint `{endpoint}`: {problem}; write a URL such as `http://localhost:4317`"
    )]
    InvalidEndpoint {
        /// The URL, without credentials.
        endpoint: String,
        /// The problem.
        problem: String,
    },
    /// A header for the collector can't be sent.
    #[error("invalid header `{name}` for the OTLP collector; use visible ASCII characters")]
    InvalidHeader {
        /// The name of the header.
        name: String,
    },
    /// Metrics are to be sent to a collector, and there is none.
    #[error("metrics are to be sent by OTLP, but no endpoint is set; set `otlp_endpoint`")]
    NoEndpoint,
    /// An exporter couldn't be made.
    #[error("the exporter of {of} can't be made")]
    Exporter {
        /// `metrics` or `traces`.
        of: &'static str,
        /// The cause.
        source: SharedError,
    },
}

impl From<TelemetryError> for Error {
    fn from(error: TelemetryError) -> Self {
        Self::other(error, true)
    }
}
