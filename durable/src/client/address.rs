//! The address of a server: `host:port`, or a URL.

use std::error::Error as StdError;
use std::fmt;

use temporalio_client::tonic::codegen::http::Uri;
use url::Url;

use crate::error::{Error, Result};

/// Where a server is.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) host: String,
    pub(super) port: u16,
    /// Whether it was written as a URL that asks for TLS.
    pub(super) is_https: bool,
    url: Url,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`].
    pub(super) fn parse(address: &str) -> Result<Self> {
        let invalid = |source: Box<dyn StdError + Send + Sync>| Error::InvalidAddress {
            address: address.to_owned(),
            source,
        };
        let is_url = address.contains("://");
        let url = if is_url { address.to_owned() } else { format!("http://{address}") };
        let given = Url::parse(&url).map_err(|error| invalid(error.into()))?;
        let port = if is_url { given.port_or_known_default() } else { given.port() };
        let (Some(host), Some(port)) = (given.host_str(), port) else {
            return Err(invalid("it has no port".into()));
        };
        // TLS is not made by whoever reads the URL: the SDK takes a connector of its own.
        let url = Url::parse(&format!("http://{host}:{port}"));
        let url = url.map_err(|error| invalid(error.into()))?;
        Ok(Self { host: host.to_owned(), port, is_https: given.scheme() == "https", url })
    }

    /// The URL for the SDK.
    pub(super) fn url(&self) -> Url {
        self.url.clone()
    }

    /// What requests over TLS say that they are for.
    pub(super) fn secure_origin(&self, server_name: Option<&str>) -> Option<Uri> {
        let origin = match server_name {
            Some(name) => format!("https://{name}"),
            None => format!("https://{self}"),
        };
        origin.parse().ok()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_host_and_port_or_a_url() {
        let shown = |address: &str| Address::parse(address).map(|address| address.to_string());
        assert_eq!(shown("localhost:7233").unwrap(), "localhost:7233");
        assert_eq!(shown("127.0.0.1:1").unwrap(), "127.0.0.1:1");
        assert_eq!(shown("localhost:80").unwrap(), "localhost:80");
        assert_eq!(shown("[::1]:7233").unwrap(), "[::1]:7233");
        assert_eq!(shown("http://temporal:7233").unwrap(), "temporal:7233");
        assert_eq!(shown("https://temporal").unwrap(), "temporal:443");
        assert!(Address::parse("https://temporal").unwrap().is_https);
        for bad in ["localhost", "", "local host:7233", "localhost:70000"] {
            let error = shown(bad).unwrap_err();
            assert!(matches!(error, Error::InvalidAddress { .. }), "{bad}: {error}");
            assert!(error.to_string().contains("host:port"), "{error}");
        }
    }
}
