//! Metrics of activities, workflows and this crate, on one meter with those of the SDK.
//!
//! `ctx.metrics()` of an activity or a workflow returns [`Metrics`], whose counters, gauges and histograms have
//! the type and the task queue as labels:
//!
//! ```
//! use durable::prelude::*;
//!
//! #[activity(queue = "payments", start_to_close_timeout = "30s")]
//! async fn charge(ctx: ActivityContext, cents: u32) -> Result<u32, ActivityError> {
//!     let metrics = ctx.metrics().with("currency", "eur");
//!     metrics.counter("charges").add(1);
//!     metrics.histogram("charged_cents").record(f64::from(cents));
//!     Ok(cents)
//! }
//! ```
//!
//! Nothing is recorded before the feature `telemetry` has installed a meter (`durable::telemetry`). Without one,
//! a call costs a few nanoseconds. In workflow code nothing is recorded while the code replays.
//!
//! Each set of labels is a time series of its own, so a label must have few values: never an id. A metric
//! keeps its first 1,000 sets of labels, and drops the values of all others with a warning.
//!
//! [`METRICS`] describes all metrics besides the program's own; `docs/metrics.md` has the same table.

mod instruments;
mod meter;
mod metric;
pub(crate) mod own;
mod replay;
mod sdk;
mod table;
mod user;

#[cfg(feature = "telemetry")]
pub(crate) use meter::{Text, install};
pub(crate) use meter::{of_connections, of_runtime, text};
pub use metric::{Metric, MetricKind};
pub(crate) use replay::mute_if;
pub use table::METRICS;
pub use user::{Counter, Gauge, Histogram, Metrics};
