//! The errors of setting telemetry up.

use crate::error::Error;

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
}

impl From<TelemetryError> for Error {
    fn from(error: TelemetryError) -> Self {
        Self::other(error, true)
    }
}
