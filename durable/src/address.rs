//! The address of a server: `host:port`, or a URL.

use std::fmt;

use url::Url;

/// The address of a server.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// `true` if the address is an `https` URL.
    pub(crate) is_https: bool,
    url: Url,
}

/// The error of a text that is not an address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidAddress {
    #[error("the port is missing")]
    MissingPort,
    #[error(transparent)]
    InvalidUrl(#[from] url::ParseError),
}

impl Address {
    /// Parses an address.
    ///
    /// # Errors
    /// Returns an error if it is neither `host:port` nor a URL.
    pub(crate) fn parse(address: &str) -> Result<Self, InvalidAddress> {
        let is_url = address.contains("://");
        let url = if is_url { address.to_owned() } else { format!("http://{address}") };
        let given = Url::parse(&url)?;
        let port = if is_url {
            given.port_or_known_default()
        } else {
            // `Url` drops the default port of the scheme.
            given.port().or_else(|| address.ends_with(":80").then_some(80))
        };
        let (Some(host), Some(port)) = (given.host_str(), port) else {
            return Err(InvalidAddress::MissingPort);
        };
        // The URL is always `http`, because the SDK gets a separate connector for TLS.
        let url = Url::parse(&format!("http://{host}:{port}"))?;
        Ok(Self { host: host.to_owned(), port, is_https: given.scheme() == "https", url })
    }

    /// Returns the `https` URL for a connection whose TLS the SDK sets up from the URL.
    pub(crate) fn https_url(&self) -> Url {
        let url = format!("https://{}:{}", self.host, self.port);
        Url::parse(&url).unwrap_or_else(|_| self.url())
    }

    /// Returns the `http` URL for the SDK.
    pub(crate) fn url(&self) -> Url {
        self.url.clone()
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
            shown(bad).unwrap_err();
        }
    }

    #[test]
    fn reads_back_every_address_that_it_accepts() {
        const PIECES: [&str; 24] = [
            "http://",
            "https://",
            "HTTPS://",
            "grpcs://",
            "localhost",
            "temporal",
            "127.0.0.1",
            "[::1]",
            "[",
            "]",
            ":",
            "7233",
            "99999",
            ":80",
            ":443",
            "/",
            "?",
            "#",
            "@",
            "user:secret@",
            " ",
            "%41",
            "ü",
            "\0",
        ];
        arbtest::arbtest(|u| {
            let mut text = String::new();
            for _ in 0..u.int_in_range(0..=8)? {
                text.push_str(u.choose(&PIECES)?);
            }
            if let Ok(address) = Address::parse(&text) {
                let again = Address::parse(&address.to_string()).expect(&text);
                assert_eq!((&again.host, again.port), (&address.host, address.port), "{text}");
                assert_eq!(again.url(), address.url(), "{text}");
            }
            Ok(())
        })
        .budget_ms(300)
        .run();
    }
}
