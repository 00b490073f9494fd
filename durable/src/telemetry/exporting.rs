//! The settings of the export of metrics and traces.

use std::time::Duration;

use super::TelemetryBuilder;

impl TelemetryBuilder {
    /// Sets the name of the program in traces and in metrics that are sent to a collector. Defaults to the
    /// configured one, or else to `OTEL_SERVICE_NAME`, or else to the name of the executable.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        let name = Some(name.into());
        self.settings.change(move |settings| settings.service_name.clone_from(&name));
        self
    }

    /// Serves the metrics to Prometheus at this address, such as `0.0.0.0:9464`, with the path `/metrics`. Port
    /// 0 is a free one. Without it, they are at the [health listener](crate::Workers::health_address) and in
    /// [`Telemetry::metrics_text`](super::Telemetry::metrics_text).
    pub fn metrics_address(mut self, address: impl Into<String>) -> Self {
        let address = Some(address.into());
        self.settings.change(move |settings| settings.metrics_address.clone_from(&address));
        self
    }

    /// Measures durations in milliseconds, as Temporal's own dashboards expect it. The default is seconds.
    pub fn metrics_in_milliseconds(mut self, milliseconds: bool) -> Self {
        self.settings.change(move |settings| settings.metrics_in_milliseconds = milliseconds);
        self
    }

    /// Sets the upper bounds of the buckets of a histogram, and of others whose names contain this name.
    pub fn buckets(mut self, histogram: impl Into<String>, bounds: impl Into<Vec<f64>>) -> Self {
        self.buckets.push((histogram.into(), bounds.into()));
        self
    }

    /// Sets the collector to which traces are sent by OTLP over gRPC, such as `http://localhost:4317`. `https`
    /// encrypts the connection. Defaults to the configured one, or else to `OTEL_EXPORTER_OTLP_ENDPOINT`, or
    /// else to none: there are no traces.
    pub fn otlp_endpoint(mut self, url: impl Into<String>) -> Self {
        let url = Some(url.into());
        self.settings.change(move |settings| settings.otlp_endpoint.clone_from(&url));
        self
    }

    /// Adds a header to the requests to the collector, for example a key.
    pub fn otlp_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.settings.change(move |settings| {
            settings.otlp_headers.insert(name.clone(), value.clone());
        });
        self
    }

    /// Sends the metrics to the collector, and serves none to Prometheus. `interval` is the time between two
    /// exports.
    pub fn otlp_metrics(mut self, interval: Duration) -> Self {
        self.settings.change(move |settings| {
            settings.otlp_metrics = true;
            settings.otlp_metrics_interval = interval;
        });
        self
    }

    /// Sends traces to the collector, or not. The default is `true`.
    pub fn otlp_traces(mut self, traces: bool) -> Self {
        self.settings.change(move |settings| settings.otlp_traces = traces);
        self
    }

    /// Sets the fraction of traces that are exported, from 0 to 1, of those that begin in this program. For
    /// others the first program decides. The default is 1.
    pub fn trace_ratio(mut self, ratio: f64) -> Self {
        self.settings.change(move |settings| settings.trace_ratio = ratio);
        self
    }

    /// Limits the time that a drain or [`Telemetry::shutdown`](super::Telemetry::shutdown) waits for the exporters. The default is 3
    /// seconds.
    pub fn flush_timeout(mut self, timeout: Duration) -> Self {
        self.settings.change(move |settings| settings.flush_timeout = timeout);
        self
    }
}
