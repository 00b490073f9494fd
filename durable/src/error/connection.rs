//! Errors of the connection to the server.

use std::error::Error as StdError;
use std::path::PathBuf;

use super::report::because;
use super::server::ServerError;
use super::shared::SharedError;
use super::tls::TlsProblem;

/// The error of a connection: its settings, the network, TLS, credentials, or the namespace.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// No Temporal server answers at the address.
    #[error(
        "no Temporal server answers at {address}; start one with `temporal server start-dev`, or \
         set another address with TEMPORAL_ADDRESS or `Client::builder().address(..)`"
    )]
    Unreachable {
        /// The address, as host and port.
        address: String,
        /// The error of the last attempt.
        source: SharedError,
    },
    /// The TLS connection cannot be established. Retrying does not help.
    #[error("cannot connect to {address}: {problem}")]
    Tls {
        /// The address, as host and port.
        address: String,
        /// The problem, with its solution.
        problem: TlsProblem,
    },
    /// The server does not accept the credentials of this client.
    #[error(
        "the Temporal server at {address} refused the API key, headers or client certificate of this client{}",
        because(cause)
    )]
    Refused {
        /// The address, as host and port.
        address: String,
        /// The server's response.
        cause: ServerError,
    },
    /// Something other than a Temporal server answers at the address, such as a proxy. Retrying does not
    /// help.
    #[error(
        "no Temporal server answers at {address}, but something else: {answer}; set the address of the \
         gRPC port of a Temporal server, or correct the proxy in front of it"
    )]
    NotTemporal {
        /// The address, as host and port.
        address: String,
        /// The answer.
        answer: String,
    },
    /// The HTTP proxy does not connect to the server. Retrying does not help.
    #[error(
        "the HTTP proxy at {proxy} does not connect to {address}: {answer}; check the credentials and the \
         rules of the proxy"
    )]
    ProxyRefused {
        /// The proxy, as host and port.
        proxy: String,
        /// The server's address, as host and port.
        address: String,
        /// The proxy's answer.
        answer: String,
    },
    /// The scheme of the address and another setting contradict each other.
    #[error(
        "the address `{address}` means {}, and {setting} turns TLS {}; change one of them",
        if *is_on { "no TLS" } else { "TLS" },
        if *is_on { "on" } else { "off" }
    )]
    TlsContradiction {
        /// The address, with its scheme.
        address: String,
        /// The other setting, with its place if it is configured.
        setting: String,
        /// `true` if the other setting turns TLS on.
        is_on: bool,
    },
    /// The API key cannot be read from its file.
    #[error("cannot use the API key in {}: {reason}", path.display())]
    ApiKeyFile {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A header's name or value has characters that gRPC does not allow.
    #[error(
        "invalid header `{name}`: a name consists of lower-case letters, digits and `-`, and a value of \
         printable ASCII; remove the line break at the end of a value that was read from a file"
    )]
    InvalidHeader {
        /// The header's name.
        name: String,
    },
    /// The address of the server or of the proxy is invalid.
    #[error("invalid address `{address}`; write `host:port`, such as `localhost:7233`")]
    InvalidAddress {
        /// The given text.
        address: String,
        /// The parse error.
        source: SharedError,
    },
    /// The namespace does not exist on the server.
    #[error(
        "the Temporal server at {address} has no namespace `{namespace}`; create it with \
         `temporal operator namespace create --namespace {namespace}`"
    )]
    NamespaceNotFound {
        /// The namespace.
        namespace: String,
        /// The address, as host and port.
        address: String,
    },
    /// The keys for the encryption of payloads cannot be used.
    #[error("payloads cannot be encrypted: {problem}")]
    Encryption {
        /// The problems of the keys, which are not shown.
        problem: String,
    },
    /// The configuration disables Temporal.
    #[error(
        "Temporal is disabled by the configuration ({by}); set `temporal.enabled` to true to use it"
    )]
    Disabled {
        /// The place of the setting.
        by: String,
    },
}

impl ConnectionError {
    /// Returns the cause that `Display` prints, as of [`Error`](super::Error).
    pub(super) fn printed_cause(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Refused { cause, .. } => Some(cause),
            _ => None,
        }
    }

    /// Returns `true` for an error of the program's settings, for which waiting does not help.
    pub(crate) fn is_misuse(&self) -> bool {
        match self {
            Self::Unreachable { .. } => false,
            Self::Tls { .. }
            | Self::Refused { .. }
            | Self::NotTemporal { .. }
            | Self::ProxyRefused { .. }
            | Self::TlsContradiction { .. }
            | Self::ApiKeyFile { .. }
            | Self::InvalidHeader { .. }
            | Self::InvalidAddress { .. }
            | Self::Encryption { .. }
            | Self::NamespaceNotFound { .. }
            | Self::Disabled { .. } => true,
        }
    }
}
