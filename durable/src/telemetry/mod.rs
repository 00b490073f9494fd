//! Logs, metrics and traces of a program: one call sets them up, from the configuration.
//!
//! ```no_run
//! use durable::prelude::*;
//!
//! #[durable::main]
//! async fn main() -> durable::Result<()> {
//!     let _telemetry = durable::telemetry::init()?;
//!     let client = Client::from_env().await?;
//!     Workers::new(&client).run().await
//! }
//! ```
//!
//! Logs are written to standard error, as text or as JSON, also those of the crate `log`. The commands
//! `serve` and `dev` of the feature `cli` do this themselves. A program with a subscriber of its own needs
//! nothing of this module: the ids on each line, and the silence during replay, work with any subscriber.
//! docs/logging.md says more.
//!
//! With the feature `telemetry`, metrics are served to Prometheus and traces are sent to a collector by OTLP, or both to
//! a collector. It is set up before the clients: a client and its workers use the telemetry that is there when they
//! are made. The drain of workers flushes the exporters. A collector that is away slows nothing down, and only
//! telemetry is lost. [`metrics`](crate::metrics) describes the metrics; docs/metrics.md and docs/tracing.md say more.

mod builder;
#[cfg(feature = "telemetry")]
mod collector;
mod error;
#[cfg(feature = "telemetry")]
mod export;
#[cfg(feature = "telemetry")]
mod exporting;
mod json;
mod logs;
#[cfg(feature = "telemetry")]
mod metrics;
mod part;
#[cfg(feature = "telemetry")]
mod traces;

pub use crate::telemetry_settings::{LogFormat, LogLevel, UnknownName};
pub use builder::TelemetryBuilder;
pub use error::TelemetryError;
pub use logs::filter;
pub use part::Telemetry;

use crate::error::Result;

/// Sets up the telemetry of this process, by the configuration if the feature `config` is on.
///
/// The level is the one in the variable `RUST_LOG`, or else the configured one, or else info. `RUST_LOG` may
/// have directives, such as `info,my_app=debug`.
///
/// # Errors
/// [`TelemetryError`] if the process already has a subscriber or `RUST_LOG` is invalid, and
/// [`ConfigError`](crate::config::ConfigError).
#[cfg(feature = "config")]
pub fn init() -> Result<Telemetry> {
    builder().config(&crate::config::Config::load()?).init()
}

/// Sets up the telemetry of this process.
///
/// The level is the one in the variable `RUST_LOG`, or else info. `RUST_LOG` may have directives, such as
/// `info,my_app=debug`.
///
/// # Errors
/// [`TelemetryError`] if the process already has a subscriber or `RUST_LOG` is invalid.
#[cfg(not(feature = "config"))]
pub fn init() -> Result<Telemetry> {
    builder().init()
}

/// Returns a builder, for settings that [`init`] takes from elsewhere.
pub fn builder() -> TelemetryBuilder {
    TelemetryBuilder::default()
}
