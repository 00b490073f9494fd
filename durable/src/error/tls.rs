//! Problems of TLS connections.

use std::fmt;
use std::path::PathBuf;

/// A problem that prevents a TLS connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsProblem {
    /// A certificate or key could not be read.
    Unreadable {
        /// The kind of the certificate or key.
        what: &'static str,
        /// The file, or `None` if it was given as text.
        file: Option<PathBuf>,
        /// The reason.
        reason: String,
    },
    /// The server requires a client certificate, and none is set.
    NoClientCertificate,
    /// The server does not accept the client certificate.
    ClientCertificateRefused {
        /// The TLS alert of the server.
        alert: String,
        /// The expiry date of the certificate, if it has expired.
        expired: Option<String>,
    },
    /// The server's certificate is not issued by a trusted certificate authority.
    UnknownIssuer {
        /// The trusted authorities: a file, or the system's certificates.
        trusted: String,
    },
    /// The server's certificate is for another name.
    WrongName {
        /// The expected name.
        expected: String,
        /// The names that the certificate is for.
        presented: Vec<String>,
    },
    /// The server's certificate has expired.
    Expired {
        /// The expiry date.
        on: String,
    },
    /// The server's certificate is not valid yet.
    NotValidYet {
        /// The date from which it is valid.
        from: String,
    },
    /// The server does not speak TLS.
    ServerWithoutTls,
    /// The server requires TLS, and this connection does not use it.
    ServerWithTls,
    /// Another problem.
    Other {
        /// The message of the TLS library.
        reason: String,
    },
}

impl fmt::Display for TlsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { what, file: Some(file), reason } => {
                write!(f, "cannot use the {what} {}: {reason}", file.display())
            }
            Self::Unreadable { what, file: None, reason } => {
                write!(f, "cannot use the given {what}: {reason}")
            }
            Self::NoClientCertificate => f.write_str(
                "the server asks for a client certificate, and none is set; set `client_cert` and \
                 `client_key`, or `Tls::client_certificate`",
            ),
            Self::ClientCertificateRefused { alert, expired: Some(on) } => write!(
                f,
                "the server refuses the client certificate ({alert}), which expired on {on}; renew it"
            ),
            Self::ClientCertificateRefused { alert, expired: None } => write!(
                f,
                "the server refuses the client certificate ({alert}); use a certificate of an issuer that \
                 the server trusts"
            ),
            Self::UnknownIssuer { trusted } => write!(
                f,
                "the server's certificate is not issued by {trusted}; set its issuer with \
                 `server_ca_cert`, or `Tls::server_ca_certificate`"
            ),
            Self::WrongName { expected, presented } => write!(
                f,
                "the server's certificate is for {}, not for {expected}; if it is the right server, \
                 set `tls_server_name`, or `Tls::server_name`",
                if presented.is_empty() { "no name".to_owned() } else { presented.join(", ") }
            ),
            Self::Expired { on } => {
                write!(f, "the server's certificate expired on {on}; renew it on the server")
            }
            Self::NotValidYet { from } => write!(
                f,
                "the server's certificate is not valid before {from}; check the clocks of both machines"
            ),
            Self::ServerWithoutTls => f.write_str(
                "the server does not speak TLS; set `tls` to false, or use another port",
            ),
            Self::ServerWithTls => f.write_str(
                "the server requires TLS, and this connection does not use it; set `tls` to true, or use \
                 `ClientBuilder::tls`",
            ),
            Self::Other { reason } => f.write_str(reason),
        }
    }
}

impl std::error::Error for TlsProblem {}
