//! HTTP proxies.

use std::error::Error as StdError;
use std::fmt;

use temporalio_client::HttpConnectProxyOptions;

use crate::address::Address;
use crate::error::{ConnectionError, SharedError};
use crate::secret::without_credentials;

/// A proxy with its credentials.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) address: String,
    pub(crate) credentials: Option<(String, String)>,
}

impl Proxy {
    /// Returns the SDK's options.
    ///
    /// # Errors
    /// [`ConnectionError::InvalidAddress`] if the address is not `host:port`.
    pub(crate) fn options(self) -> Result<HttpConnectProxyOptions, ConnectionError> {
        let parsed = Address::parse_proxy(&self.address);
        let address = parsed.map_err(|problem| ConnectionError::InvalidAddress {
            address: without_credentials(&self.address),
            source: format!("proxy: {problem}").into(),
        })?;
        let target = address.to_string();
        Ok(HttpConnectProxyOptions::new(target).maybe_basic_auth(self.credentials).build())
    }
}

/// The error of a connection through a proxy.
#[derive(Debug)]
pub(crate) struct ProxyError {
    pub(crate) proxy: String,
    pub(crate) source: SharedError,
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the connection through the proxy at {} failed", self.proxy)
    }
}

impl StdError for ProxyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
