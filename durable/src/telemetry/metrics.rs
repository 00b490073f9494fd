//! The exporters of metrics: the endpoint for Prometheus, or OTLP.

mod kept;
mod labels;
mod otlp;
mod prometheus;

use std::net::SocketAddr;
use std::sync::Arc;

use opentelemetry_sdk::metrics::SdkMeterProvider;
use temporalio_common::telemetry::HistogramBucketOverrides;

use super::TelemetryError;
use super::collector::Collector;
use crate::http_listener::HttpListener;
use crate::metrics;
use crate::telemetry_settings::TelemetrySettings;

/// The buckets of this crate's own histograms, whose values aren't durations.
const PAYLOAD_SIZES: (&str, [f64; 9]) = (
    "durable_payload_size_bytes",
    [256.0, 1024.0, 4096.0, 16_384.0, 65_536.0, 262_144.0, 524_288.0, 1_048_576.0, 2_097_152.0],
);

/// The running export of metrics.
pub(super) struct Metrics {
    /// The listener for Prometheus, if there is one of its own.
    listener: Option<HttpListener>,
}

impl Metrics {
    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.listener.as_ref().map(HttpListener::address)
    }
}

/// Starts the export of metrics, and installs the meter of the process. The provider is there for a collector.
pub(super) fn start(
    settings: &TelemetrySettings,
    buckets: Vec<(String, Vec<f64>)>,
    collector: Option<&Collector>,
) -> Result<(Metrics, Option<SdkMeterProvider>), TelemetryError> {
    let mut overrides = HistogramBucketOverrides::default();
    let (own, bounds) = PAYLOAD_SIZES;
    overrides.overrides.insert(own.to_owned(), bounds.to_vec());
    overrides.overrides.extend(buckets);
    if settings.otlp_metrics {
        let collector = collector.ok_or(TelemetryError::NoEndpoint)?;
        let (meter, provider) = otlp::meter(settings, overrides, collector)?;
        metrics::install(Arc::new(meter), None);
        return Ok((Metrics { listener: None }, Some(provider)));
    }
    let address = settings.metrics_address.as_deref();
    let listener = address.map(prometheus::listen).transpose()?;
    let (meter, text) = prometheus::meter(settings, overrides)?;
    metrics::install(meter, Some(text));
    Ok((Metrics { listener }, None))
}
