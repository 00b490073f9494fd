//! The export of metrics and traces: its settings, its start, its flush and its end.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures_util::FutureExt as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SpanProcessor as _;
use tokio::sync::oneshot;

use super::TelemetryError;
use super::collector::Collector;
use super::logs::BoxedLayer;
use super::metrics::{self, Metrics};
use super::traces::{self, Tracer};
use crate::background::CONTROL;
use crate::instrumentation::{self, Instrumentation};
use crate::telemetry_settings::TelemetrySettings;

/// `true` once telemetry was set up.
static INSTALLED: AtomicBool = AtomicBool::new(false);

/// The export of metrics and traces, ready to be installed.
pub(super) struct Prepared {
    settings: TelemetrySettings,
    buckets: Vec<(String, Vec<f64>)>,
    collector: Option<Collector>,
    tracer: Option<Arc<Tracer>>,
}

/// Prepares the export, and returns the layer that traces the program's own spans.
pub(super) fn prepare(
    settings: TelemetrySettings,
    buckets: Vec<(String, Vec<f64>)>,
) -> Result<(Prepared, Option<BoxedLayer>), TelemetryError> {
    if INSTALLED.load(Ordering::Relaxed) {
        return Err(TelemetryError::AlreadyRunning);
    }
    let settings = with_environment(settings);
    let collector = Collector::of(&settings)?;
    if settings.otlp_metrics && collector.is_none() {
        return Err(TelemetryError::NoEndpoint);
    }
    let receiver = collector.as_ref().filter(|_| settings.otlp_traces);
    let tracer = receiver.map(|collector| Tracer::new(&settings, collector)).transpose()?;
    let layer = tracer.as_ref().map(traces::layer);
    Ok((Prepared { settings, buckets, collector, tracer }, layer))
}

impl Prepared {
    /// Starts the export.
    pub(super) fn install(self) -> Result<Export, TelemetryError> {
        let Self { settings, buckets, collector, tracer } = self;
        let (metrics, provider) = metrics::start(&settings, buckets, collector.as_ref())?;
        let exporters = Exporters { metrics: provider, tracer, timeout: settings.flush_timeout };
        let flushed = exporters.clone();
        let flush = Box::new(move || flushed.clone().flush().boxed());
        let traces = exporters.tracer.as_ref().map(traces::interceptors);
        instrumentation::install(Instrumentation { traces, flush });
        INSTALLED.store(true, Ordering::Relaxed);
        Ok(Export { metrics, exporters })
    }
}

/// The running export.
pub(super) struct Export {
    metrics: Metrics,
    exporters: Exporters,
}

impl Export {
    pub(super) fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.address()
    }

    /// Exports what was recorded, within the flush timeout.
    pub(super) async fn flush(&self) {
        self.exporters.clone().flush().await;
    }

    /// Exports what was recorded, and ends the exporters, within the flush timeout.
    pub(super) fn end(self) {
        self.exporters.end();
    }
}

/// The exporters that send to a collector.
#[derive(Clone)]
pub(super) struct Exporters {
    metrics: Option<SdkMeterProvider>,
    tracer: Option<Arc<Tracer>>,
    timeout: Duration,
}

impl Exporters {
    /// Exports what was recorded, within the flush timeout.
    async fn flush(self) {
        let timeout = self.timeout;
        let (done, waiting) = oneshot::channel();
        self.in_the_background(false, move || {
            let _ = done.send(());
        });
        let waited = CONTROL.run(tokio::time::timeout(timeout, waiting)).await;
        if waited.is_err() {
            late(timeout);
        }
    }

    /// Exports what was recorded, and ends the exporters, within the flush timeout. It blocks.
    fn end(self) {
        let timeout = self.timeout;
        let (done, waiting) = mpsc::channel();
        self.in_the_background(true, move || {
            let _ = done.send(());
        });
        if waiting.recv_timeout(timeout) == Err(mpsc::RecvTimeoutError::Timeout) {
            late(timeout);
        }
    }

    /// Flushes or ends the exporters on a thread of their own, because they block, and longer than they should.
    fn in_the_background(self, end: bool, done: impl FnOnce() + Send + 'static) {
        if self.metrics.is_none() && self.tracer.is_none() {
            return done();
        }
        let work = move || {
            if let Some(tracer) = &self.tracer {
                let processor = tracer.processor();
                let ended = if end {
                    processor.shutdown_with_timeout(self.timeout)
                } else {
                    processor.force_flush()
                };
                log("traces", ended);
            }
            if let Some(metrics) = &self.metrics {
                let ended = if end {
                    metrics.shutdown_with_timeout(self.timeout)
                } else {
                    metrics.force_flush()
                };
                log("metrics", ended);
            }
            done();
        };
        if let Err(error) = std::thread::Builder::new().name("durable-flush".to_owned()).spawn(work)
        {
            tracing::warn!(%error, "telemetry cannot be flushed");
        }
    }
}

fn late(timeout: Duration) {
    tracing::warn!(?timeout, "telemetry was not exported in time; the rest is lost");
}

fn log(what: &str, ended: OTelSdkResult) {
    if let Err(error) = ended {
        tracing::debug!(%error, "{what} were not exported");
    }
}

/// Completes the settings with OpenTelemetry's own variables.
fn with_environment(mut settings: TelemetrySettings) -> TelemetrySettings {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let endpoint = || variable("OTEL_EXPORTER_OTLP_ENDPOINT");
    settings.otlp_endpoint = settings.otlp_endpoint.or_else(endpoint);
    settings.service_name = settings.service_name.or_else(|| variable("OTEL_SERVICE_NAME"));
    settings.service_name = settings.service_name.or_else(executable);
    settings
}

fn executable() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_stem()?.to_string_lossy().into_owned())
}
