//! The address of a server: `host:port`, or a URL.

use std::fmt;

use url::Url;

/// The address of a server or proxy.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The scheme, if the address is a URL.
    pub(crate) scheme: Option<Scheme>,
    url: Url,
}

/// The scheme of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// No TLS.
    Http,
    /// TLS.
    Https,
}

impl Scheme {
    pub(crate) fn is_tls(self) -> bool {
        self == Self::Https
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_tls() { "https://" } else { "http://" })
    }
}

/// The error of a text that is not an address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidAddress {
    #[error("the port is missing")]
    MissingPort,
    /// Another scheme may ask for TLS, so none is ignored.
    #[error("unknown scheme `{scheme}`; write `https://` for TLS, or `http://` for no TLS")]
    UnknownScheme { scheme: String },
    #[error("only `http` proxies are supported")]
    UnsupportedProxy,
    #[error(
        "the address contains credentials; set them with `proxy_credentials`, or with the keys \
         `proxy_user` and `proxy_password`"
    )]
    CredentialsOfProxy,
    #[error(transparent)]
    InvalidUrl(#[from] url::ParseError),
}

impl Address {
    /// Parses an address.
    ///
    /// # Errors
    /// Returns an error if it is neither `host:port` nor a URL with the scheme `http` or `https`.
    pub(crate) fn parse(address: &str) -> Result<Self, InvalidAddress> {
        let address = address.trim();
        let is_url = address.contains("://");
        let url = if is_url { address.to_owned() } else { format!("http://{address}") };
        // Before the URL is parsed, because some schemes have rules of their own.
        let scheme = match url.split_once("://").map(|(scheme, _)| scheme.to_lowercase()).as_deref()
        {
            Some("http") => Scheme::Http,
            Some("https") => Scheme::Https,
            other => {
                let scheme = format!("{}://", other.unwrap_or_default());
                return Err(InvalidAddress::UnknownScheme { scheme });
            }
        };
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
        Ok(Self { host: host.to_owned(), port, scheme: is_url.then_some(scheme), url })
    }

    /// Parses the address of an HTTP proxy.
    ///
    /// # Errors
    /// Returns an error if it is neither `host:port` nor an `http` URL, or if it contains credentials, which
    /// would be shown with it.
    pub(crate) fn parse_proxy(address: &str) -> Result<Self, InvalidAddress> {
        // The host begins after the credentials, so an address without a scheme can have some too.
        if address.contains('@') {
            return Err(InvalidAddress::CredentialsOfProxy);
        }
        match Self::parse(address) {
            Ok(Self { scheme: Some(Scheme::Https), .. })
            | Err(InvalidAddress::UnknownScheme { .. }) => Err(InvalidAddress::UnsupportedProxy),
            parsed => parsed,
        }
    }

    /// Returns the host without the brackets of an IPv6 address.
    pub(crate) fn bare_host(&self) -> &str {
        self.host.trim_matches(['[', ']'])
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
        for bad in ["localhost", "", "local host:7233", "localhost:70000"] {
            shown(bad).unwrap_err();
        }
    }

    #[test]
    fn knows_two_schemes_in_any_case() {
        for (address, scheme) in [
            ("temporal:7233", None),
            ("http://temporal:7233", Some(Scheme::Http)),
            ("HTTP://temporal:7233", Some(Scheme::Http)),
            ("https://temporal:7233", Some(Scheme::Https)),
            ("HTTPS://temporal:7233", Some(Scheme::Https)),
            (" hTTps://temporal:7233", Some(Scheme::Https)),
        ] {
            assert_eq!(Address::parse(address).unwrap().scheme, scheme, "{address}");
        }
        for scheme in ["grpc", "GRPCS", "tls", "ftp", "ws", "wss", "dns", "file", "xhttps"] {
            let error = Address::parse(&format!("{scheme}://temporal:7233")).unwrap_err();
            let shown = format!("unknown scheme `{}://`; write `https://`", scheme.to_lowercase());
            assert!(error.to_string().starts_with(&shown), "{error}");
        }
    }

    #[test]
    fn a_proxy_has_an_http_url_without_a_password() {
        for good in ["proxy:3128", "http://proxy:3128/", "HTTP://proxy:3128"] {
            assert_eq!(Address::parse_proxy(good).unwrap().to_string(), "proxy:3128");
        }
        for bad in ["proxy", "", "https://proxy:3128", "socks5://proxy:1080"] {
            Address::parse_proxy(bad).unwrap_err();
        }
        for bad in ["http://me:s3cret@proxy:3128", "me:s3cret@proxy:3128"] {
            let problem = Address::parse_proxy(bad).unwrap_err().to_string();
            assert!(
                !problem.contains("s3cret") && problem.contains("proxy_credentials"),
                "{problem}"
            );
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
