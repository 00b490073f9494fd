//! Errors of the connection to the server.

use std::error::Error as StdError;

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

    /// Returns `true` for an error of the program's settings.
    pub(super) fn is_misuse(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Refused { .. } => false,
            Self::Tls { .. }
            | Self::InvalidHeader { .. }
            | Self::InvalidAddress { .. }
            | Self::NamespaceNotFound { .. }
            | Self::Disabled { .. } => true,
        }
    }
}
