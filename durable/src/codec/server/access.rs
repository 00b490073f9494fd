//! The authorization of requests: bearer tokens, JSON web tokens, and a hook of the program's own.

use std::fmt;
use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::jwt::{Claims, SharedVerifier};
use super::protocol::Refusal;
use super::token::Token;
use crate::definition::{caught, caught_async};

/// An operation of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Encodes plain payloads.
    Encode,
    /// Decodes encoded payloads.
    Decode,
}

impl Operation {
    /// Returns the word for what is done, for messages.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Encode => "encode",
            Self::Decode => "decode",
        }
    }
}

/// A request, for the hook that decides about it.
#[derive(Clone)]
#[non_exhaustive]
pub struct Access {
    /// The requested operation.
    pub operation: Operation,
    /// The namespace: the header `X-Namespace`, or else the part of the path before the operation. The
    /// caller chooses it, and it doesn't choose the key.
    pub namespace: Option<String>,
    /// The headers, with the credentials.
    pub headers: HeaderMap,
    /// The claims of the JSON web token, if there was one.
    pub claims: Option<serde_json::Map<String, serde_json::Value>>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and claims hold credentials and people's names.
        f.debug_struct("Access")
            .field("operation", &self.operation)
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

/// The refusal of a request, with the reason for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct Denied {
    /// The reason, which is sent to the caller.
    pub reason: String,
}

impl Denied {
    /// Creates a refusal with this reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// A hook of the program's own.
pub(super) type Hook = Arc<dyn Fn(Access) -> BoxFuture<'static, Result<(), Denied>> + Send + Sync>;

/// The checks of a request.
#[derive(Default)]
pub(super) struct Guard {
    pub(super) tokens: Vec<Token>,
    pub(super) jwt: Option<SharedVerifier>,
    pub(super) hooks: Vec<Hook>,
}

impl Guard {
    /// Returns whether requests need an authorization.
    pub(super) fn exists(&self) -> bool {
        self.needs_token() || !self.hooks.is_empty()
    }

    fn needs_token(&self) -> bool {
        !self.tokens.is_empty() || self.jwt.is_some()
    }

    /// Checks a request: one of the tokens must be right, and every hook must agree.
    pub(super) async fn check(
        &self,
        operation: Operation,
        namespace: Option<String>,
        headers: &HeaderMap,
    ) -> Result<(), Refusal> {
        let claims = if self.needs_token() { self.authenticate(headers).await? } else { None };
        for hook in &self.hooks {
            let (namespace, headers, claims) = (namespace.clone(), headers.clone(), claims.clone());
            let access = Access { operation, namespace, headers, claims };
            asked(hook, access).await?;
        }
        Ok(())
    }

    /// Returns the claims of the token, if it has any.
    async fn authenticate(&self, headers: &HeaderMap) -> Result<Option<Claims>, Refusal> {
        let presented = bearer(headers).ok_or_else(|| {
            let reason = "no token; send the header `Authorization: Bearer <token>`";
            Refusal::new(StatusCode::UNAUTHORIZED, reason)
        })?;
        // Every token is compared, so that the time doesn't tell which one it is.
        let is_known = self.tokens.iter().fold(false, |found, token| token.is(presented) | found);
        match &self.jwt {
            _ if is_known => Ok(None),
            Some(jwt) => jwt.verify(presented).await.map(Some),
            None => {
                let reason = "invalid token: it is not the one that is set on the server";
                Err(Refusal::new(StatusCode::UNAUTHORIZED, reason))
            }
        }
    }
}

/// Returns the token of the only `Authorization` header.
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (value, more) = (all.next()?.as_bytes(), all.next());
    let (scheme, token) = value.split_at_checked("bearer ".len())?;
    (more.is_none() && scheme.eq_ignore_ascii_case(b"bearer ")).then(|| token.trim_ascii())
}

/// Asks a hook. It is the program's code, which may panic.
async fn asked(hook: &Hook, access: Access) -> Result<(), Refusal> {
    let started = caught(|| hook(access).boxed());
    let answer = match started {
        Ok(answering) => caught_async(answering).await,
        Err(message) => Err(message),
    };
    match answer {
        Ok(Ok(())) => Ok(()),
        Ok(Err(denied)) => Err(Refusal::new(StatusCode::FORBIDDEN, denied.reason)),
        Err(_) => {
            tracing::error!("the authorization of a request panicked; the request is refused");
            let reason = "the authorization of the request failed";
            Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, reason))
        }
    }
}
