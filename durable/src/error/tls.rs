//! Why a connection could not be protected as it was asked for.

use std::fmt;
use std::path::PathBuf;

/// Why a connection could not be protected as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsProblem {
    /// A certificate or key could not be read.
    Unreadable {
        /// What it is for.
        what: &'static str,
        /// Its file, unless it was given as text.
        file: Option<PathBuf>,
        /// Why.
        reason: String,
    },
    /// The server asks who this side is, and there is no client certificate.
    NoClientCertificate,
    /// The server does not accept this side's certificate.
    ClientCertificateRefused {
        /// What the server said.
        alert: String,
        /// When it expired, if it did.
        expired: Option<String>,
    },
    /// The server's certificate is not issued by anybody who is trusted.
    UnknownIssuer {
        /// Who is trusted: a file, or the system's certificates.
        trusted: String,
    },
    /// The server's certificate is for another name.
    WrongName {
        /// The name that was looked for.
        expected: String,
        /// The names that the certificate is for.
        presented: Vec<String>,
    },
    /// The server's certificate has expired.
    Expired {
        /// When.
        on: String,
    },
    /// The server's certificate is not valid yet.
    NotValidYet {
        /// From when on it is.
        from: String,
    },
    /// The server does not speak TLS.
    ServerWithoutTls,
    /// The server speaks TLS, and this side does not.
    ServerWithTls,
    /// Something else went wrong.
    Other {
        /// In the words of the TLS library.
        reason: String,
    },
}

impl fmt::Display for TlsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { what, file: Some(file), reason } => {
                write!(f, "the {what} {} cannot be used: {reason}", file.display())
            }
            Self::Unreadable { what, file: None, reason } => {
                write!(f, "the {what} that was given cannot be used: {reason}")
            }
            Self::NoClientCertificate => f.write_str(
                "the server asks for a client certificate, and there is none; set `client_cert` and \
                 `client_key`, or `Tls::client_certificate`",
            ),
            Self::ClientCertificateRefused { alert, expired: Some(on) } => write!(
                f,
                "the server refuses this side's certificate ({alert}), which expired on {on}; renew it"
            ),
            Self::ClientCertificateRefused { alert, expired: None } => write!(
                f,
                "the server refuses this side's certificate ({alert}); use one of an issuer that the \
                 server trusts"
            ),
            Self::UnknownIssuer { trusted } => write!(
                f,
                "the server's certificate is not issued by {trusted}; name its issuer with \
                 `server_ca_cert`, or `Tls::server_ca_certificate`"
            ),
            Self::WrongName { expected, presented } => write!(
                f,
                "the server's certificate is for {}, and not for {expected}; if that is the server, \
                 set `tls_server_name`, or `Tls::server_name`",
                if presented.is_empty() { "no name".to_owned() } else { presented.join(", ") }
            ),
            Self::Expired { on } => {
                write!(f, "the server's certificate expired on {on}; it must be renewed there")
            }
            Self::NotValidYet { from } => write!(
                f,
                "the server's certificate is valid from {from} on only; look at the clocks of both \
                 machines"
            ),
            Self::ServerWithoutTls => f.write_str(
                "the server does not speak TLS; set `tls` to false, or use another port",
            ),
            Self::ServerWithTls => f.write_str(
                "the server speaks TLS, and this connection does not; set `tls` to true, or \
                 `ClientBuilder::tls`",
            ),
            Self::Other { reason } => f.write_str(reason),
        }
    }
}

impl std::error::Error for TlsProblem {}
