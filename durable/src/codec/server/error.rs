//! The error of a codec server that can't be set up.

use std::io;
use std::path::PathBuf;

use crate::error::TlsProblem;

/// The error of a codec server that can't be set up or started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecServerError {
    /// A value isn't the origin of web pages.
    #[error(
        "invalid origin `{origin}`: {problem}; expected scheme, host and port, such as \
         `https://ui.example.com` or `http://localhost:8233`"
    )]
    InvalidOrigin {
        /// The value.
        origin: String,
        /// The problem.
        problem: String,
    },
    /// Every origin is allowed, and something forbids it.
    #[error("invalid origin `*`: {problem}; list the origins of the web UI")]
    EveryOrigin {
        /// The reason against it.
        problem: &'static str,
    },
    /// A value isn't the name of a header.
    #[error("invalid header name `{name}`; expected letters, digits and `-`, such as `x-team`")]
    InvalidHeader {
        /// The value.
        name: String,
    },
    /// A bearer token can't be used.
    #[error("invalid bearer token: {problem}")]
    InvalidToken {
        /// The problem, without the token, and the fix.
        problem: &'static str,
    },
    /// The file of a bearer token can't be read.
    #[error("cannot read the bearer token {}", path.display())]
    TokenFile {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The URL of the keys of JSON web tokens can't be used.
    #[error("invalid JWKS URL `{url}`: {problem}")]
    InvalidJwksUrl {
        /// The URL, without credentials.
        url: String,
        /// The problem, and the fix.
        problem: String,
    },
    /// Any token of the issuer would be accepted.
    #[error(
        "no audience and no issuer for JSON web tokens; set at least one of them, or every token that \
         the keys have signed is accepted"
    )]
    NoAudience,
    /// A limit is zero.
    #[error("invalid `{option}`: 0 lets no request through; set a positive value")]
    ZeroLimit {
        /// The option.
        option: &'static str,
    },
    /// The certificates or keys of TLS can't be used.
    #[error("{0}")]
    Tls(TlsProblem),
    /// The address can be reached from other machines, and requests need no authorization.
    #[error(
        "{address} can be reached from other machines, and requests need no authorization; set a bearer \
         token or a JWKS URL, listen on 127.0.0.1, or allow unauthenticated requests"
    )]
    Unauthenticated {
        /// The address.
        address: String,
    },
    /// The address can't be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: String,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl From<TlsProblem> for CodecServerError {
    fn from(problem: TlsProblem) -> Self {
        Self::Tls(problem)
    }
}
