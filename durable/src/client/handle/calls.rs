//! Signals and queries, as the methods of generated handles return them.

use std::future::IntoFuture;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_client::{
    QueryRejectCondition, RpcOptions, WorkflowQueryOptions, WorkflowSignalOptions,
};
use temporalio_common::data_converters::{TemporalDeserializable, TemporalSerializable};
use temporalio_common::{QueryDefinition, SignalDefinition};

use crate::client::WorkflowHandle;
use crate::definition::arguments::answer::{Exact, ExactOutput};
use crate::definition::debug;
use crate::definition::{
    CancelSignal, Payload, Sealed, SignalTarget, StackTraceQuery, StateQuery, Workflow,
};
use crate::error::Result;

/// A signal to a workflow. Awaiting it sends the signal.
///
/// # Errors
/// [`NotFound`](crate::Error::NotFound), also if the workflow has ended,
/// [`WrongType`](crate::Error::WrongType), [`Unreachable`](crate::error::ConnectionError::Unreachable) and
/// [`Rpc`](crate::Error::Rpc).
#[must_use = "a signal is sent only when this is awaited"]
pub struct SignalCall<S: SignalDefinition> {
    pub(crate) handle: WorkflowHandle<S::Workflow>,
    pub(crate) signal: S,
    pub(crate) input: S::Input,
    pub(crate) request_id: Option<String>,
    pub(crate) call_timeout: Option<Duration>,
}

debug!([S: SignalDefinition] SignalCall[S]: handle, request_id, call_timeout);

impl<S: SignalDefinition<Workflow: Workflow>> SignalCall<S> {
    /// Creates a signal.
    pub(crate) fn new(handle: &WorkflowHandle<S::Workflow>, signal: S, input: S::Input) -> Self {
        Self { handle: handle.clone(), signal, input, request_id: None, call_timeout: None }
    }

    /// Sets the request id, by which the server delivers a signal once. Defaults to a random one, so only
    /// the retries within one call are known to be the same signal. With an id of your own, such as
    /// one of the attempts of an activity have in common, the same is true for repeated calls.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Limits the time that the server may take to answer, retries included. Defaults to the
    /// [client's limit](crate::Client::with_call_timeout), or else to the SDK's.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(timeout);
        self
    }
}

impl<W: Workflow> WorkflowHandle<W> {
    /// Sends the signal `cancel`, which every workflow has. It cancels the running activities. The
    /// workflow itself is not cancelled, and decides about the rest.
    ///
    /// A workflow that defines a signal with that name handles it instead.
    pub fn request_cancel(&self, reason: impl Into<String>) -> SignalCall<CancelSignal<W>> {
        SignalCall::new(self, CancelSignal::new(), Some(reason.into()))
    }

    /// Sends the query `state`, which every workflow has. The answer is the workflow's struct if it
    /// is `Serialize`, and otherwise a `durable::workflow::Status`.
    ///
    /// `T` is the type to deserialize the answer to: the struct, another type with the same fields,
    /// or `serde_json::Value`. It is `Serialize` too, because the SDK asks this of each answer of a query.
    pub fn state<T>(&self) -> QueryCall<StateQuery<W, T>>
    where
        T: TemporalSerializable + TemporalDeserializable + 'static,
    {
        QueryCall::new(self, StateQuery::new(), ())
    }

    /// Sends the query `__stack_trace`, which workflows of every SDK answer: where the code of the workflow
    /// waits.
    ///
    /// The answer is a text for people. For a workflow of this crate it lists `#[run]` and the handlers that
    /// have not ended, and under each the activities, timers, conditions and child workflows that it waits
    /// for, with the place in the source. Calls of the SDK's own context aren't listed.
    ///
    /// A closed workflow answers too, as long as a worker serves its queue.
    pub fn stack_trace(&self) -> QueryCall<StackTraceQuery<W>> {
        QueryCall::new(self, StackTraceQuery::new(), ())
    }
}

impl<W> Sealed for WorkflowHandle<W> {}

impl<W: Workflow> SignalTarget<W> for WorkflowHandle<W> {
    type Signal<'a, S: SignalDefinition<Workflow = W> + 'static> = SignalCall<S>;

    fn signal_with<S>(&self, signal: S, input: S::Input) -> SignalCall<S>
    where
        S: SignalDefinition<Workflow = W> + 'static,
    {
        SignalCall::new(self, signal, input)
    }
}

impl<S> IntoFuture for SignalCall<S>
where
    S: SignalDefinition<Workflow: Workflow, Input: Payload> + Send + 'static,
{
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { handle, signal, input, request_id, call_timeout } = self;
        async move {
            let operation = handle.operation("signal");
            let sending = async {
                let options = WorkflowSignalOptions::builder().maybe_request_id(request_id).build();
                let sent = handle.sdk().signal(signal, input, options).await;
                sent.map_err(|error| operation.interaction(error))
            };
            operation.within(call_timeout, sending).await
        }
        .boxed()
    }
}

/// A query of a workflow. Awaiting it sends the query.
///
/// # Errors
/// [`QueryFailed`](crate::Error::QueryFailed): the handler returned an error, or no worker
/// answered; [`QueryRejected`](crate::Error::QueryRejected), [`NotFound`](crate::Error::NotFound),
/// [`WrongType`](crate::Error::WrongType), [`Unreachable`](crate::error::ConnectionError::Unreachable) and
/// [`Rpc`](crate::Error::Rpc).
#[must_use = "a query is asked only when this is awaited"]
pub struct QueryCall<Q: QueryDefinition> {
    handle: WorkflowHandle<Q::Workflow>,
    query: Q,
    input: Q::Input,
    reject_condition: Option<QueryRejectCondition>,
    call_timeout: Option<Duration>,
}

debug!([Q: QueryDefinition] QueryCall[Q]: handle, call_timeout);

impl<Q: QueryDefinition<Workflow: Workflow>> QueryCall<Q> {
    /// Creates a query.
    pub(crate) fn new(handle: &WorkflowHandle<Q::Workflow>, query: Q, input: Q::Input) -> Self {
        let handle = handle.clone();
        Self { handle, query, input, reject_condition: None, call_timeout: None }
    }

    /// Limits the time that the workflow's worker may take to answer, retries included. Defaults to
    /// the [client's limit](crate::Client::with_call_timeout), or else to the SDK's 30 seconds.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(timeout);
        self
    }

    /// Rejects the query if the workflow is in this state, for example not open.
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
            let operation = handle.operation("query");
            let asking = async {
                // The SDK's own limit (30 seconds in SDK 1.1.1) may be shorter than the given one.
                let limit = call_timeout.map(|limit| limit.saturating_add(Duration::from_secs(1)));
                let rpc_options = RpcOptions::builder().maybe_timeout(limit).build();
                let options = WorkflowQueryOptions::builder()
                    .maybe_reject_condition(reject_condition)
                    .rpc_options(rpc_options)
                    .build();
                let answer = handle.sdk().query(ExactOutput(query), input, options).await;
                match answer {
                    Ok(Exact(answer)) => Ok(answer),
                    Err(error) => Err(operation.query(&name, error).await),
                }
            };
            operation.within(call_timeout, asking).await
        }
        .boxed()
    }
}
