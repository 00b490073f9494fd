//! The authorization of requests: a hook of the program's own.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::header::{HeaderValue, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::Operation;
use super::kind;
use crate::definition::{caught, caught_async};
use crate::web::Problem;

/// The longest time for a hook to decide.
const LONGEST: Duration = Duration::from_secs(10);

/// A request, for the hook that decides about it.
///
/// The gateway carries out the operation only on a workflow of this type and with this id. An id of another
/// type is not found.
#[derive(Clone)]
#[non_exhaustive]
pub struct Access {
    /// The requested operation.
    pub operation: Operation,
    /// The type of the workflow. It is `None` for [`Operation::Document`], and for types that the gateway
    /// doesn't have.
    pub workflow_type: Option<String>,
    /// The id of the workflow. For a start it is the id that the caller gives, or that the annotation's template
    /// makes of the input. It is `None` for lists and schedules, and for a start whose id the gateway chooses or
    /// whose input is invalid.
    pub workflow_id: Option<String>,
    /// The id of the schedule.
    pub schedule_id: Option<String>,
    /// The name of the signal, query or update.
    pub handler: Option<String>,
    /// The headers, with the credentials.
    pub headers: HeaderMap,
    /// The values that layers of the program have added, such as the user of a session.
    pub extensions: Extensions,
    /// The address of the other end of the connection, if the application is served with
    /// [`into_make_service_with_connect_info`](axum::Router::into_make_service_with_connect_info). Behind a
    /// proxy it is the proxy's.
    pub remote_address: Option<SocketAddr>,
}

impl Access {
    pub(super) fn new(operation: Operation, parts: &Parts) -> Self {
        let remote = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Self {
            operation,
            workflow_type: None,
            workflow_id: None,
            schedule_id: None,
            handler: None,
            headers: parts.headers.clone(),
            extensions: parts.extensions.clone(),
            remote_address: remote.map(|ConnectInfo(address)| *address),
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers and extensions hold credentials and people's names.
        f.debug_struct("Access")
            .field("operation", &self.operation)
            .field("workflow_type", &self.workflow_type)
            .field("workflow_id", &self.workflow_id)
            .field("schedule_id", &self.schedule_id)
            .field("handler", &self.handler)
            .finish_non_exhaustive()
    }
}

/// The caller of an allowed request. Idempotency keys of different callers are different.
///
/// A hook returns it, or a text with the caller's name, or `()` if it doesn't know callers.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Caller {
    name: Option<String>,
}

impl Caller {
    /// Creates a caller with a name that is the same for each of its requests, such as the id of a user or a
    /// tenant.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()) }
    }

    /// Creates the caller of requests that aren't told apart.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::default()
    }

    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").finish_non_exhaustive()
    }
}

impl From<()> for Caller {
    fn from((): ()) -> Self {
        Self::anonymous()
    }
}

impl From<String> for Caller {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<&str> for Caller {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// The refusal of a request, with the reason for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Denied {
    reason: String,
    /// The header `WWW-Authenticate` of a caller that isn't known.
    challenge: Option<String>,
}

impl Denied {
    /// Creates the refusal of a caller that isn't known: status 401, with the header
    /// `WWW-Authenticate: Bearer`.
    pub fn unauthenticated(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), challenge: Some("Bearer".to_owned()) }
    }

    /// Creates the refusal of a caller that is known, but may not do this: status 403.
    pub fn forbidden(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), challenge: None }
    }

    /// Sets the header `WWW-Authenticate`, such as `Basic realm="orders"`, and the status 401.
    #[must_use]
    pub fn challenge(mut self, challenge: impl Into<String>) -> Self {
        self.challenge = Some(challenge.into());
        self
    }
}

/// The answer to a request that isn't carried out.
pub(super) enum Refusal {
    Problem(Box<Problem>),
    /// A problem with the header `WWW-Authenticate`.
    Challenge(Box<Problem>, HeaderValue),
}

impl<P: Into<Problem>> From<P> for Refusal {
    fn from(problem: P) -> Self {
        Self::Problem(Box::new(problem.into()))
    }
}

impl From<Denied> for Refusal {
    fn from(Denied { reason, challenge }: Denied) -> Self {
        let Some(challenge) = challenge else {
            return Problem::of(kind::FORBIDDEN, reason).into();
        };
        let header = HeaderValue::from_str(&challenge);
        let header = header.unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
        Self::Challenge(Box::new(Problem::of(kind::UNAUTHENTICATED, reason)), header)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Challenge(problem, challenge) => {
                let mut response = problem.into_response();
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                response
            }
        }
    }
}

/// A hook of the program's own.
pub(super) type Hook =
    Arc<dyn Fn(Access) -> BoxFuture<'static, Result<Caller, Denied>> + Send + Sync>;

/// Asks the hook. It is the program's code, which may panic or hang. Both refuse the request.
pub(super) async fn ask(hook: Option<&Hook>, access: Access) -> Result<Caller, Refusal> {
    let Some(hook) = hook else { return Ok(Caller::anonymous()) };
    let started = caught(|| hook(access).boxed());
    let failed = |reason: &str| {
        tracing::error!("a request was refused, because its authorization {reason}");
        Problem::of(kind::AUTHORIZATION_FAILED, "the authorization failed; the log has the reason")
    };
    let answering = started.map_err(|message| failed(&format!("panicked: {message}")))?;
    match tokio::time::timeout(LONGEST, caught_async(answering)).await {
        Ok(Ok(Ok(caller))) => Ok(caller),
        Ok(Ok(Err(denied))) => Err(denied.into()),
        Ok(Err(message)) => Err(failed(&format!("panicked: {message}")).into()),
        Err(_) => Err(failed(&format!("took longer than {LONGEST:?}")).into()),
    }
}
