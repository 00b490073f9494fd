//! The meter of the process, to which the SDK, this crate and the program record.

#![cfg_attr(not(feature = "telemetry"), allow(dead_code, reason = "only `telemetry` installs it"))]

use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use temporalio_common::telemetry::metrics::{CoreMeter, TemporalMeter};
use temporalio_common::telemetry::{TelemetryOptions, telemetry_init};

use super::instruments::Instruments;

/// Returns the metrics in the text format of Prometheus.
pub(crate) type Text = Box<dyn Fn() -> BoxFuture<'static, Option<String>> + Send + Sync>;

struct Installed {
    meter: Arc<dyn CoreMeter>,
    instruments: Instruments,
    /// `None` if the metrics are pushed to a collector.
    text: Option<Text>,
}

static INSTALLED: OnceLock<Installed> = OnceLock::new();

/// Installs the meter. Returns `false` if there is one already.
#[cfg(feature = "telemetry")]
pub(crate) fn install(meter: Arc<dyn CoreMeter>, text: Option<Text>) -> bool {
    let instruments = Instruments::new(Arc::clone(&meter));
    INSTALLED.set(Installed { meter, instruments, text }).is_ok()
}

/// Returns the instruments, if a meter is installed.
pub(super) fn instruments() -> Option<&'static Instruments> {
    INSTALLED.get().map(|installed| &installed.instruments)
}

/// Returns the metrics in the text format of Prometheus, or `None` if no exporter for Prometheus is installed.
pub(crate) async fn text() -> Option<String> {
    let text = INSTALLED.get()?.text.as_ref()?;
    text().await
}

/// Returns the telemetry of the SDK's runtime, whose workers record to the meter.
pub(crate) fn of_runtime() -> TelemetryOptions {
    let meter = INSTALLED.get().map(|installed| Arc::clone(&installed.meter));
    TelemetryOptions::builder().maybe_metrics(meter).build()
}

/// Returns the meter of the SDK's connections.
pub(crate) fn of_connections() -> Option<TemporalMeter> {
    INSTALLED.get()?;
    // The SDK (1.1.1) makes the prefix of its metrics only in its own set-up, which installs nothing.
    telemetry_init(of_runtime()).ok()?.get_temporal_metric_meter()
}
