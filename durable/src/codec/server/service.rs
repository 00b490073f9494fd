//! The service: its settings, and the router.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt as _;
use temporalio_common::data_converters::PayloadCodec;
use tokio::sync::Semaphore;

use super::access::{Access, Denied, Guard, Hook, Operation};
use super::answer::{Service, answer};
use super::coding::SharedCodec;
use super::cors::Cors;
use super::failures::Failures;
use super::jwt::Verifier;
use super::token::{Token, TokenSource};
use super::{CodecServerError, Jwt};
use crate::codec_server_settings::CodecServerSettings;
use crate::settings::Settings;

/// Creates a service that encodes and decodes payloads with this codec.
///
/// The [module](super) has an example.
pub fn service(codec: impl PayloadCodec + Send + Sync + 'static) -> CodecService {
    CodecService {
        codec: Arc::new(codec),
        settings: Settings::new(CodecServerSettings::default()),
        tokens: Vec::new(),
        jwt: None,
        hooks: Vec::new(),
    }
}

/// The settings of a codec service: Temporal's remote codec protocol over HTTP.
///
/// Without an authorization, everybody who reaches the service can decode. Without an origin, no web page
/// can use it. A caller needs one of the bearer tokens or a valid JSON web token, if any is set, and the
/// consent of every hook.
#[must_use = "a service answers only as a router or behind a `CodecServer`"]
pub struct CodecService {
    codec: SharedCodec,
    pub(crate) settings: Settings<CodecServerSettings>,
    tokens: Vec<TokenSource>,
    jwt: Option<Jwt>,
    hooks: Vec<Hook>,
}

impl CodecService {
    /// Allows the pages of an origin, such as `http://localhost:8233`, to use the service.
    ///
    /// An origin is scheme, host and port: `http://localhost:8233` and `http://127.0.0.1:8233` are two
    /// origins. `*` allows all pages, and needs an authorization.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        let origin = origin.into();
        self.settings.change(move |settings| settings.allowed_origins.push(origin.clone()));
        self
    }

    /// Allows the pages to send this header, besides `Content-Type`, `Authorization` and `X-Namespace`.
    pub fn allow_header(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.settings.change(move |settings| settings.allowed_headers.push(name.clone()));
        self
    }

    /// Sets whether browsers send cookies and client certificates with the requests of the pages; the
    /// default is `false`. The web UI sends them with "Include cross-origin credentials".
    pub fn allow_credentials(mut self, allow: bool) -> Self {
        self.settings.change(move |settings| settings.allow_credentials = allow);
        self
    }

    /// Accepts this bearer token, of at least 16 characters. Several may be set, for a rotation.
    pub fn bearer_token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(TokenSource::Text(token.into()));
        self
    }

    /// Accepts the bearer token in this file, which is read again when it changes.
    pub fn bearer_token_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.tokens.push(TokenSource::File(path.into()));
        self
    }

    /// Accepts JSON web tokens.
    pub fn jwt(mut self, jwt: Jwt) -> Self {
        self.jwt = Some(jwt);
        self
    }

    /// Accepts JSON web tokens as configured, unless they are set already.
    #[cfg(feature = "config")]
    pub(crate) fn configured_jwt(mut self, jwt: Jwt) -> Self {
        self.jwt.get_or_insert(jwt);
        self
    }

    /// Asks a function about each request whose token was accepted. It must return within the
    /// [timeout](Self::timeout). Its panics are caught, and refuse the request.
    ///
    /// ```
    /// use durable::codec::server::{Access, CodecService, Denied, Operation};
    ///
    /// fn for_support(service: CodecService) -> CodecService {
    ///     service.authorize(|access: Access| async move {
    ///         let groups = access.claims.as_ref().and_then(|claims| claims.get("groups"));
    ///         let groups = groups.and_then(|groups| groups.as_array());
    ///         match groups.is_some_and(|groups| groups.iter().any(|group| group == "support")) {
    ///             true if access.operation == Operation::Decode => Ok(()),
    ///             _ => Err(Denied::new("only the group `support` may decode")),
    ///         }
    ///     })
    /// }
    /// ```
    pub fn authorize<F, A>(mut self, hook: F) -> Self
    where
        F: Fn(Access) -> A + Send + Sync + 'static,
        A: Future<Output = Result<(), Denied>> + Send + 'static,
    {
        self.hooks.push(Arc::new(move |access| hook(access).boxed()));
        self
    }

    /// Sets the largest body of a request, in bytes; the default is 8 MiB.
    pub fn body_limit(mut self, bytes: u32) -> Self {
        self.settings.change(move |settings| settings.body_limit = bytes);
        self
    }

    /// Sets the number of requests whose payloads are in memory at once; the default is 32. Others wait.
    pub fn max_concurrent_requests(mut self, count: u32) -> Self {
        self.settings.change(move |settings| settings.max_concurrent_requests = count);
        self
    }

    /// Sets the longest time for a request; the default is 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.change(move |settings| settings.timeout = timeout);
        self
    }

    /// Returns whether requests need an authorization.
    pub(super) fn is_secured(&self) -> bool {
        !self.tokens.is_empty() || self.jwt.is_some() || !self.hooks.is_empty()
    }

    /// Returns the service as a router of axum, which is a `tower` service too. It can be nested at any
    /// path of an application.
    ///
    /// # Errors
    /// [`CodecServerError`] if a setting is invalid, or a file can't be read.
    pub fn router(self) -> Result<Router, CodecServerError> {
        let Self { codec, settings, tokens, jwt, hooks } = self;
        let settings = settings.effective();
        let tokens = tokens.iter().map(Token::new).collect::<Result<_, _>>()?;
        let jwt = jwt.as_ref().map(Verifier::new).transpose()?.map(Arc::new);
        let guard = Guard { tokens, jwt, hooks };
        let limits = [
            ("body_limit", settings.body_limit == 0),
            ("max_concurrent_requests", settings.max_concurrent_requests == 0),
            ("timeout", settings.timeout.is_zero()),
        ];
        if let Some((option, _)) = limits.into_iter().find(|(_, is_zero)| *is_zero) {
            return Err(CodecServerError::ZeroLimit { option });
        }
        let cors = Cors::new(
            &settings.allowed_origins,
            &settings.allowed_headers,
            settings.allow_credentials,
            guard.exists(),
        )?;
        let size = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        let places = size(settings.max_concurrent_requests).min(Semaphore::MAX_PERMITS);
        let service = Service {
            codec,
            cors,
            guard,
            body_limit: size(settings.body_limit),
            timeout: settings.timeout,
            places: Semaphore::new(places),
            encoding: Failures::new(Operation::Encode),
            decoding: Failures::new(Operation::Decode),
        };
        Ok(Router::new().fallback(answer).with_state(Arc::new(service)))
    }
}

impl fmt::Debug for CodecService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodecService").field("settings", &self.settings).finish_non_exhaustive()
    }
}
