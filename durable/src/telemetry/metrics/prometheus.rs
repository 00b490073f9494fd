//! The metrics in the text format of Prometheus.
//!
//! SDK 1.1.1 gives the text only by an HTTP listener of its own, which has no limits. So it listens on a free
//! port of this machine's loopback address, and the text is read from there.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper_util::rt::TokioIo;
use temporalio_common::telemetry::metrics::CoreMeter;
use temporalio_common::telemetry::{
    HistogramBucketOverrides, PrometheusExporterOptions, start_prometheus_metric_exporter,
};
use tokio::net::TcpStream;

use super::super::TelemetryError;
use super::kept::KeepingMeter;
use crate::background::CONTROL;
use crate::error::SharedError;
use crate::http_listener::{Answer, Answers, HttpListener};
use crate::metrics;
use crate::telemetry_settings::TelemetrySettings;

/// The time for the SDK's listener to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Returns the meter, and the source of its text.
pub(super) fn meter(
    settings: &TelemetrySettings,
    buckets: HistogramBucketOverrides,
) -> Result<(Arc<dyn CoreMeter>, metrics::Text), TelemetryError> {
    let options = PrometheusExporterOptions::builder()
        .socket_addr(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .counters_total_suffix(true)
        .unit_suffix(true)
        .use_seconds_for_durations(!settings.metrics_in_milliseconds)
        .histogram_bucket_overrides(buckets)
        .build();
    let started = CONTROL.enter(|| start_prometheus_metric_exporter(options));
    let started = started.map_err(|error| TelemetryError::Exporter {
        of: "metrics",
        source: SharedError::new(error),
    })?;
    let address = started.bound_addr;
    let text: metrics::Text = Box::new(move || CONTROL.run(read(address)).boxed());
    Ok((Arc::new(KeepingMeter::new(started.meter)), text))
}

/// Reads the metrics from the SDK's listener.
async fn read(address: SocketAddr) -> Option<String> {
    match tokio::time::timeout(TIMEOUT, scrape(address)).await {
        Ok(Ok(text)) => Some(text),
        Ok(Err(error)) => {
            tracing::warn!(error, "the metrics could not be read");
            None
        }
        Err(_) => {
            tracing::warn!("the metrics could not be read within {TIMEOUT:?}");
            None
        }
    }
}

async fn scrape(address: SocketAddr) -> Result<String, AnyError> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request =
        Request::get("/metrics").header(HOST, address.to_string()).body(Empty::<Bytes>::new())?;
    let answered = async {
        let body = sender.send_request(request).await?.into_body().collect().await?;
        Ok(String::from_utf8(body.to_bytes().to_vec())?)
    };
    tokio::select! {
        text = answered => text,
        ended = connection => Err(ended.err().map_or_else(|| "it ended".into(), Into::into)),
    }
}

/// Serves the metrics at an address.
pub(super) fn listen(address: &str) -> Result<HttpListener, TelemetryError> {
    let answers: Answers = Arc::new(|path| {
        async move {
            let is_metrics = path == "/metrics";
            if is_metrics { metrics::text().await.map(Answer::metrics) } else { None }
        }
        .boxed()
    });
    HttpListener::start(address, "/metrics", answers).map_err(|error| TelemetryError::Listener {
        address: address.to_owned(),
        source: SharedError::new(error),
    })
}
