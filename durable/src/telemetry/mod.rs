//! Logs of a program: one call sets them up, from the configuration.
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

mod builder;
mod error;
mod logs;
mod part;

pub use crate::telemetry_settings::{LogFormat, LogLevel, UnknownName};
pub use builder::TelemetryBuilder;
pub use error::TelemetryError;
pub use logs::filter;
pub use part::Telemetry;

use crate::error::Result;

/// Sets up the logs of this process, by the configuration if the feature `config` is on.
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

/// Sets up the logs of this process.
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
