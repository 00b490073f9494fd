//! HTTP proxies.

use std::error::Error as StdError;
use std::fmt;

use temporalio_client::HttpConnectProxyOptions;
use url::Url;

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
        let target =
            target(&self.address).map_err(|(address, source)| ConnectionError::InvalidAddress {
                address: without_credentials(&address),
                source: format!("proxy: {source}").into(),
            })?;
        let credentials = self.credentials;
        Ok(HttpConnectProxyOptions::new(target).maybe_basic_auth(credentials).build())
    }
}

/// Returns the proxy's host and port, or the address without credentials and its problem.
fn target(address: &str) -> Result<String, (String, String)> {
    let url =
        if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    if let Ok(url) = Url::parse(&url) {
        if !url.username().is_empty() || url.password().is_some() {
            let shown = url.host_str().unwrap_or_default().to_owned();
            let problem = "the address contains credentials; set them with \
                           `proxy_credentials`, or with the keys `proxy_user` and `proxy_password`";
            return Err((shown, problem.to_owned()));
        }
        if url.scheme() != "http" {
            let problem = "only `http` proxies are supported; write `host:port`";
            return Err((address.to_owned(), problem.to_owned()));
        }
    }
    let parsed = Address::parse(address);
    parsed
        .map(|address| address.to_string())
        .map_err(|error| (address.to_owned(), error.to_string()))
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

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn takes_host_and_port_without_a_password() {
        assert_eq!(target("proxy:3128").expect("host and port"), "proxy:3128");
        assert_eq!(target("http://proxy:3128/").expect("a URL"), "proxy:3128");
        for bad in ["proxy", "", "https://proxy:3128", "socks5://proxy:1080"] {
            target(bad).expect_err(bad);
        }
        let (shown, problem) = target("http://me:s3cret@proxy:3128").expect_err("a password");
        assert_eq!(shown, "proxy");
        assert!(!problem.contains("s3cret") && problem.contains("proxy_credentials"), "{problem}");
    }
}
