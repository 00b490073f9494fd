//! The target of a connection: the address, and the way to it.

use std::collections::BTreeMap;

use temporalio_client::tonic::codegen::http::Uri;
use temporalio_client::{ConnectionOptions, GrpcCompression, HttpConnectProxyOptions};

use super::api_key::ApiKey;
use super::proxy::{Proxy, ProxyError};
use super::settings::ConnectionSettings;
use crate::address::Address;
use crate::error::ConnectionError;
use crate::metrics;
use crate::secret::without_credentials;
use crate::tls::TlsSetup;

/// The target of a connection: the address, and how it is reached.
pub(super) struct Target {
    pub(super) address: Address,
    pub(super) secured: Option<TlsSetup>,
    pub(super) proxy: Option<HttpConnectProxyOptions>,
    /// The API key as it is now.
    pub(super) api_key: Option<String>,
    pub(super) headers: BTreeMap<String, String>,
}

impl Target {
    /// Checks the settings, and reads the files that they name.
    pub(super) fn new(settings: &ConnectionSettings) -> Result<Self, ConnectionError> {
        let address = &settings.address;
        let address = Address::parse(address).map_err(|error| ConnectionError::InvalidAddress {
            address: without_credentials(address),
            source: error.into(),
        })?;
        let is_encrypted = settings.transport.is_encrypted(&address, settings.api_key.is_some())?;
        let api_key = settings.api_key.as_ref().map(ApiKey::read).transpose()?;
        let secured = is_encrypted.then(|| TlsSetup::new(&settings.transport.tls, &address));
        let secured = secured
            .transpose()
            .map_err(|problem| ConnectionError::Tls { address: address.to_string(), problem })?;
        let credentials = settings.proxy_credentials.clone();
        let proxy = settings.proxy.clone().map(|address| Proxy { address, credentials });
        let proxy = proxy.map(Proxy::options).transpose()?;
        Ok(Self { address, secured, proxy, api_key, headers: settings.headers.clone() })
    }

    /// Returns the SDK's options.
    pub(super) fn options(&self, settings: &ConnectionSettings) -> ConnectionOptions {
        let address = &self.address;
        let (url, tls) = match &self.secured {
            // With a proxy the SDK 1.1.1 uses a connector, for which only an `https` URL enables
            // TLS.
            Some(secured) if self.proxy.is_some() => (address.https_url(), Some(secured.proxied())),
            secured => (address.url(), secured.as_ref().map(TlsSetup::options)),
        };
        // SDK 1.1.1 compresses each call by default, which costs more than most workflows do.
        let compression =
            if settings.compress_calls { GrpcCompression::Gzip } else { GrpcCompression::None };
        let headers = &self.headers;
        ConnectionOptions::new(url)
            .identity(settings.identity.clone().unwrap_or_else(default_identity))
            .connect_timeout(settings.connect_timeout)
            // A single address needs no balancing, and without it errors are reported at once.
            .dns_load_balancing(None)
            .grpc_compression(compression)
            .maybe_tls_options(tls)
            .maybe_override_origin(self.origin())
            .maybe_http_connect_proxy(self.proxy.clone())
            .maybe_api_key(self.api_key.clone())
            .maybe_metrics_meter(metrics::of_connections())
            .maybe_headers((!headers.is_empty()).then(|| headers.clone().into_iter().collect()))
            .build()
    }

    fn origin(&self) -> Option<Uri> {
        self.secured.as_ref().and_then(|secured| secured.origin(&self.address))
    }

    /// Returns the authority of requests.
    pub(super) fn authority(&self) -> String {
        let origin = self.origin().and_then(|origin| origin.authority().map(ToString::to_string));
        origin.unwrap_or_else(|| self.address.to_string())
    }

    /// Adds the proxy to the error of a connection that failed.
    pub(super) fn through_proxy(&self, error: ConnectionError) -> ConnectionError {
        match (error, &self.proxy) {
            (ConnectionError::Unreachable { address, source }, Some(proxy)) => {
                let source = ProxyError { proxy: proxy.target_addr.clone(), source }.into();
                ConnectionError::Unreachable { address, source }
            }
            (error, _) => error,
        }
    }
}

fn default_identity() -> String {
    let host = gethostname::gethostname();
    format!("{}@{}", std::process::id(), host.to_string_lossy())
}
