//! Signals to a workflow and queries of it, as the generated handles' methods return them.

use std::future::IntoFuture;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_client::{
    QueryRejectCondition, RpcOptions, WorkflowQueryOptions, WorkflowSignalOptions,
};
use temporalio_common::{QueryDefinition, SignalDefinition};

use super::WorkflowHandle;
use crate::definition::exact::{Exact, ExactOutput};
use crate::definition::{Payload, Workflow};
use crate::error::Result;

/// A signal to a workflow; awaiting it sends it.
///
/// # Errors
/// [`NotFound`](crate::Error::NotFound) also when the workflow has ended,
/// [`WrongType`](crate::Error::WrongType), [`Unreachable`](crate::Error::Unreachable) and
/// [`Rpc`](crate::Error::Rpc).
#[must_use = "a signal is sent only when this is awaited"]
pub struct SignalCall<S: SignalDefinition> {
    pub(super) handle: WorkflowHandle<S::Workflow>,
    pub(super) signal: S,
    pub(super) input: S::Input,
    pub(super) call_timeout: Option<Duration>,
}

impl<S: SignalDefinition<Workflow: Workflow>> SignalCall<S> {
    /// A signal; made by the generated handles' methods.
    pub(super) fn new(handle: &WorkflowHandle<S::Workflow>, signal: S, input: S::Input) -> Self {
        Self { handle: handle.clone(), signal, input, call_timeout: None }
    }

    /// Limits how long the server may take to answer, retries included; without it the
    /// [client's limit](crate::Client::with_call_timeout), or else none beside the SDK's.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(timeout);
        self
    }
}

impl<S> IntoFuture for SignalCall<S>
where
    S: SignalDefinition<Workflow: Workflow, Input: Payload> + Send + 'static,
{
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { handle, signal, input, call_timeout } = self;
        async move {
            let doing = handle.doing("signal");
            let sending = async {
                let options = WorkflowSignalOptions::default();
                let sent = handle.sdk().signal(signal, input, options).await;
                sent.map_err(|error| doing.interaction(error))
            };
            doing.within(call_timeout, sending).await
        }
        .boxed()
    }
}

/// A query of a workflow; awaiting it asks.
///
/// # Errors
/// [`QueryFailed`](crate::Error::QueryFailed): the workflow's answer is an error, or no worker
/// answered; [`QueryRejected`](crate::Error::QueryRejected), [`NotFound`](crate::Error::NotFound),
/// [`WrongType`](crate::Error::WrongType), [`Unreachable`](crate::Error::Unreachable) and
/// [`Rpc`](crate::Error::Rpc).
#[must_use = "a query is asked only when this is awaited"]
pub struct QueryCall<Q: QueryDefinition> {
    handle: WorkflowHandle<Q::Workflow>,
    query: Q,
    input: Q::Input,
    reject_condition: Option<QueryRejectCondition>,
    call_timeout: Option<Duration>,
}

impl<Q: QueryDefinition<Workflow: Workflow>> QueryCall<Q> {
    /// A query; made by generated code.
    pub fn new(handle: &WorkflowHandle<Q::Workflow>, query: Q, input: Q::Input) -> Self {
        let handle = handle.clone();
        Self { handle, query, input, reject_condition: None, call_timeout: None }
    }

    /// Limits how long the workflow's worker may take to answer, retries included; without it the
    /// [client's limit](crate::Client::with_call_timeout), or else the SDK's 30 seconds.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(timeout);
        self
    }

    /// In which status of the workflow the query is not to be asked.
    pub fn reject_if(mut self, condition: QueryRejectCondition) -> Self {
        self.reject_condition = Some(condition);
        self
    }
}

impl<Q> IntoFuture for QueryCall<Q>
where
    Q: QueryDefinition<Workflow: Workflow, Input: Payload, Output: Send + Sync> + Send + 'static,
{
    type Output = Result<Q::Output>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { handle, query, input, reject_condition, call_timeout } = self;
        async move {
            let name = query.name().to_owned();
            let doing = handle.doing("query");
            let asking = async {
                // The SDK's own limit would be shorter than a long one that is asked for.
                let limit = call_timeout.map(|limit| limit.saturating_add(Duration::from_secs(1)));
                let rpc_options = RpcOptions::builder().maybe_timeout(limit).build();
                let options = WorkflowQueryOptions::builder()
                    .maybe_reject_condition(reject_condition)
                    .rpc_options(rpc_options)
                    .build();
                let answer = handle.sdk().query(ExactOutput(query), input, options).await;
                answer.map(|Exact(answer)| answer).map_err(|error| doing.query(&name, error))
            };
            doing.within(call_timeout, asking).await
        }
        .boxed()
    }
}
