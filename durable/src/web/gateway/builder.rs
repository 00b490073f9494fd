//! The settings of a gateway, and its routes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt as _;
use tokio::sync::Semaphore;

use super::access::{Access, Caller, Denied, Hook};
use super::catalogue::{Catalogue, Rules};
use super::idempotency::Seen;
use super::limits::Limits;
use super::service::Service;
use super::{GatewayError, Operation, document, routes};
use crate::client::Client;
use crate::definition::{Registry, Workflow};

/// The state of a gateway whose requests nobody authorizes yet.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "it has no values")]
pub enum Undecided {}

/// The state of a gateway that has an authorization, or was built without on purpose.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "it has no values")]
pub enum Decided {}

/// A builder of a gateway, as [`gateway`](super::gateway) returns it.
#[must_use = "a gateway does nothing before its router is mounted"]
pub struct Gateway<A = Decided> {
    hook: Option<Hook>,
    rules: Rules,
    limits: Limits,
    authorization: PhantomData<fn() -> A>,
}

impl Gateway<Undecided> {
    pub(super) fn new() -> Self {
        let (rules, limits) = (Rules::default(), Limits::default());
        Self { hook: None, rules, limits, authorization: PhantomData }
    }

    /// Asks a hook about each request. It is called after the path is read and before anything is done, and
    /// decides by the caller, the operation, the type and the id. It returns the caller, or [`Denied`]. A hook
    /// that panics, or takes longer than 10 seconds, refuses the request.
    ///
    /// ```
    /// use durable::web::gateway::{Access, Caller, Denied, Operation, gateway};
    ///
    /// let gateway = gateway().authorize(async |access: Access| {
    ///     let token = access.headers.get("authorization").and_then(|value| value.to_str().ok());
    ///     match (token, access.operation) {
    ///         (Some("Bearer reader"), operation) if Operation::READ_ONLY.contains(&operation) => {
    ///             Ok(Caller::new("reader"))
    ///         }
    ///         (Some("Bearer writer"), _) => Ok(Caller::new("writer")),
    ///         (Some(_), _) => Err(Denied::forbidden("this token may only read")),
    ///         (None, _) => Err(Denied::unauthenticated("send a token")),
    ///     }
    /// });
    /// # let _ = gateway;
    /// ```
    pub fn authorize<F, A, C>(self, hook: F) -> Gateway
    where
        F: Fn(Access) -> A + Send + Sync + 'static,
        A: Future<Output = Result<C, Denied>> + Send + 'static,
        C: Into<Caller>,
    {
        let hook: Hook =
            Arc::new(move |access| hook(access).map(|caller| caller.map(Into::into)).boxed());
        self.decided(Some(hook))
    }

    /// Lets everybody do everything that the gateway has. It is for a gateway that only the program's own
    /// services reach, or that a layer protects.
    pub fn without_authorization(self) -> Gateway {
        self.decided(None)
    }

    fn decided(self, hook: Option<Hook>) -> Gateway {
        let Self { rules, limits, .. } = self;
        Gateway { hook, rules, limits, authorization: PhantomData }
    }
}

impl<A> Gateway<A> {
    /// Allows operations on a workflow type. After the first call all other types are unknown to the gateway.
    /// By default it has all types of the registry. Several calls for one type add up.
    pub fn allow<W: Workflow>(self, operations: impl IntoIterator<Item = Operation>) -> Self {
        self.allow_type(W::NAME, operations)
    }

    /// Allows operations on the workflow type with this name, like [`allow`](Self::allow).
    pub fn allow_type(
        mut self,
        name: impl Into<String>,
        operations: impl IntoIterator<Item = Operation>,
    ) -> Self {
        let types = self.rules.types.get_or_insert_with(BTreeMap::new);
        types.entry(name.into()).or_default().extend(operations);
        self
    }

    /// Limits the gateway to these operations, on every type. By default it has all.
    pub fn operations(mut self, operations: impl IntoIterator<Item = Operation>) -> Self {
        self.rules.operations = Some(operations.into_iter().collect());
        self
    }

    /// Limits the gateway to the workflow types of these task queues. It is required if a type is on several
    /// queues. By default it has all queues.
    pub fn queues<Q: Into<String>>(mut self, queues: impl IntoIterator<Item = Q>) -> Self {
        self.rules.queues = Some(queues.into_iter().map(Into::into).collect::<BTreeSet<_>>());
        self
    }

    /// Sets the largest body of a request, in bytes. Defaults to 2 MiB, the server's limit for a value.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Sets the longest wait of a request for a workflow, which is also the default. A caller may ask for
    /// less. Defaults to 30 seconds.
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.limits.wait = wait;
        self
    }

    /// Sets the number of requests that may wait for workflows at once. More are answered with 503. Defaults
    /// to 256.
    pub fn max_waits(mut self, count: usize) -> Self {
        self.limits.waits = count;
        self
    }

    /// Sets the most items of a page of a list. Defaults to 200.
    pub fn max_page_size(mut self, items: u32) -> Self {
        self.limits.page = items;
        self
    }
}

impl Gateway {
    /// Returns the routes. They can be nested at any path of an application.
    ///
    /// # Errors
    /// [`GatewayError`] if the annotations contradict each other, the rules name unknown types or queues, or a
    /// limit is zero.
    pub fn router(self, client: &Client) -> Result<Router, GatewayError> {
        let Self { hook, rules, limits, .. } = self;
        let zero = [
            ("body_limit", limits.body == 0),
            ("longest_wait", limits.wait.is_zero()),
            ("max_waits", limits.waits == 0),
            ("max_page_size", limits.page == 0),
        ];
        if let Some((option, _)) = zero.into_iter().find(|(_, is_zero)| *is_zero) {
            return Err(GatewayError::ZeroLimit { option });
        }
        let registry = Registry::collect()?;
        let catalogue = Catalogue::new(&registry, &rules)?;
        let document = document::build(&registry, &catalogue, &limits, hook.is_some());
        let service = Service {
            client: client.clone(),
            document: document.to_string().into(),
            catalogue,
            hook,
            limits,
            waits: Semaphore::new(limits.waits.min(Semaphore::MAX_PERMITS)),
            seen: Seen::default(),
        };
        Ok(routes::all(Arc::new(service)))
    }
}

impl<A> fmt::Debug for Gateway<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("is_authorized", &self.hook.is_some())
            .field("rules", &self.rules)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
