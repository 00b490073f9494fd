//! The OTLP collector to which telemetry is sent.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_otlp::tonic_types::metadata::MetadataMap;
use opentelemetry_otlp::tonic_types::transport::ClientTlsConfig;
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use temporalio_client::tonic::codegen::http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::error::TelemetryError;
use crate::background::CONNECTIONS;
use crate::error::SharedError;
use crate::secret::without_credentials;
use crate::telemetry_settings::TelemetrySettings;

/// The time for one request to the collector.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// A collector, and the program as it sees it.
pub(super) struct Collector {
    url: Url,
    headers: HeaderMap,
    pub(super) resource: Resource,
}

impl Collector {
    /// Returns the collector of the settings, if there is one.
    pub(super) fn of(settings: &TelemetrySettings) -> Result<Option<Self>, TelemetryError> {
        let Some(endpoint) = &settings.otlp_endpoint else { return Ok(None) };
        let invalid = |problem: String| TelemetryError::InvalidEndpoint {
            endpoint: without_credentials(endpoint),
            problem,
        };
        let url = Url::parse(endpoint).map_err(|error| invalid(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(invalid("the scheme is neither `http` nor `https`".to_owned()));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &settings.otlp_headers {
            let refused = || TelemetryError::InvalidHeader { name: name.clone() };
            let header = HeaderName::try_from(name.to_lowercase()).map_err(|_| refused())?;
            headers.insert(header, HeaderValue::try_from(value).map_err(|_| refused())?);
        }
        let name = settings.service_name.clone().unwrap_or_default();
        let resource =
            Resource::builder().with_attribute(KeyValue::new("service.name", name)).build();
        Ok(Some(Self { url, headers, resource }))
    }

    /// Adds the address, its encryption and the headers to an exporter.
    fn applied<B: WithTonicConfig + WithExportConfig>(&self, builder: B) -> B {
        let builder = builder
            .with_endpoint(self.url.to_string())
            .with_timeout(REQUEST_TIMEOUT)
            .with_metadata(MetadataMap::from_headers(self.headers.clone()));
        if self.url.scheme() == "https" {
            builder.with_tls_config(ClientTlsConfig::new().with_native_roots())
        } else {
            builder
        }
    }

    /// Returns an exporter of traces. Its connection is on the runtime of connections, which never ends.
    pub(super) fn spans(&self) -> Result<SpanExporter, TelemetryError> {
        let build = || self.applied(SpanExporter::builder().with_tonic()).build();
        let failed =
            |error| TelemetryError::Exporter { of: "traces", source: SharedError::new(error) };
        CONNECTIONS.enter(build).map_err(failed)
    }

    /// Returns an exporter of metrics.
    pub(super) fn metrics(&self) -> Result<MetricExporter, TelemetryError> {
        let build = || self.applied(MetricExporter::builder().with_tonic()).build();
        let failed =
            |error| TelemetryError::Exporter { of: "metrics", source: SharedError::new(error) };
        CONNECTIONS.enter(build).map_err(failed)
    }
}
