//! Signals, queries and updates to a workflow, as the generated handles' methods return them.

use std::fmt;
use std::future::IntoFuture;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_client::{
    QueryRejectCondition, RpcOptions, WorkflowExecuteUpdateOptions, WorkflowQueryOptions,
    WorkflowSignalOptions, WorkflowStartUpdateOptions, WorkflowUpdateHandle,
};
use temporalio_common::{QueryDefinition, SignalDefinition, UpdateDefinition};

use super::WorkflowHandle;
use crate::definition::exact::{Exact, Reading};
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
}

impl<S: SignalDefinition<Workflow: Workflow>> SignalCall<S> {
    /// A signal; made by the generated handles' methods.
    pub(super) fn new(handle: &WorkflowHandle<S::Workflow>, signal: S, input: S::Input) -> Self {
        Self { handle: handle.clone(), signal, input }
    }
}

impl<S> IntoFuture for SignalCall<S>
where
    S: SignalDefinition<Workflow: Workflow, Input: Payload> + Send + 'static,
{
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { handle, signal, input } = self;
        async move {
            let sent = handle.sdk().signal(signal, input, WorkflowSignalOptions::default()).await;
            sent.map_err(|error| handle.doing("signal").interaction(error))
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
}

impl<Q: QueryDefinition<Workflow: Workflow>> QueryCall<Q> {
    /// A query; made by generated code.
    pub fn new(handle: &WorkflowHandle<Q::Workflow>, query: Q, input: Q::Input) -> Self {
        Self { handle: handle.clone(), query, input, reject_condition: None }
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
        let Self { handle, query, input, reject_condition } = self;
        async move {
            let name = query.name().to_owned();
            let options =
                WorkflowQueryOptions::builder().maybe_reject_condition(reject_condition).build();
            let answer = handle.sdk().query(Reading(query), input, options).await;
            answer
                .map(|Exact(answer)| answer)
                .map_err(|error| handle.doing("query").query(&name, error))
        }
        .boxed()
    }
}

/// An update of a workflow; awaiting it sends it and waits for its result.
///
/// # Errors
/// [`UpdateFailed`](crate::Error::UpdateFailed): the validator rejected it, the handler failed, or the
/// workflow ended before the handler (its failure then has the type `AcceptedUpdateCompletedWorkflow`);
/// [`NotFound`](crate::Error::NotFound) also when the workflow has ended,
/// [`WrongType`](crate::Error::WrongType), [`Unreachable`](crate::Error::Unreachable) and
/// [`Rpc`](crate::Error::Rpc).
#[must_use = "an update is sent only when this is awaited or started"]
pub struct UpdateCall<U: UpdateDefinition> {
    pub(super) handle: WorkflowHandle<U::Workflow>,
    pub(super) update: U,
    pub(super) input: U::Input,
    pub(super) id: Option<String>,
}

impl<U: UpdateDefinition<Workflow: Workflow>> UpdateCall<U> {
    /// An update; made by generated code.
    pub fn new(handle: &WorkflowHandle<U::Workflow>, update: U, input: U::Input) -> Self {
        Self { handle: handle.clone(), update, input, id: None }
    }

    /// Makes the update idempotent: a second one of this id gets the result of the first.
    pub fn update_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

impl<U> UpdateCall<U>
where
    U: UpdateDefinition<Workflow: Workflow, Input: Payload> + Send + 'static,
{
    /// Sends the update and waits only until the workflow has accepted it.
    ///
    /// # Errors
    /// Those of awaiting the update, but for a handler that fails later.
    pub async fn start(self) -> Result<UpdateHandle<U>> {
        let Self { handle, update, input, id } = self;
        let name = update.name().to_owned();
        let options = WorkflowStartUpdateOptions::builder().maybe_update_id(id).build();
        match handle.sdk().start_update(Reading(update), input, options).await {
            Ok(update) => Ok(UpdateHandle { handle, name, update }),
            Err(error) => Err(handle.doing("update").update(&name, error).await),
        }
    }
}

impl<U> IntoFuture for UpdateCall<U>
where
    U: UpdateDefinition<Workflow: Workflow, Input: Payload, Output: Send + Sync> + Send + 'static,
{
    type Output = Result<U::Output>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { handle, update, input, id } = self;
        async move {
            let name = update.name().to_owned();
            let options = WorkflowExecuteUpdateOptions::builder().maybe_update_id(id).build();
            match handle.sdk().execute_update(Reading(update), input, options).await {
                Ok(Exact(output)) => Ok(output),
                Err(error) => Err(handle.doing("update").update(&name, error).await),
            }
        }
        .boxed()
    }
}

/// An update that the workflow has accepted.
pub struct UpdateHandle<U: UpdateDefinition> {
    pub(super) handle: WorkflowHandle<U::Workflow>,
    pub(super) name: String,
    pub(super) update: WorkflowUpdateHandle<temporalio_client::Client, Exact<U::Output>>,
}

impl<U: UpdateDefinition<Workflow: Workflow>> UpdateHandle<U> {
    /// The update's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.update.id()
    }

    /// Waits for the update's result.
    ///
    /// # Errors
    /// Those of awaiting an [`UpdateCall`].
    pub async fn result(&self) -> Result<U::Output> {
        match self.update.get_result(RpcOptions::default()).await {
            Ok(Exact(output)) => Ok(output),
            Err(error) => Err(self.handle.doing("update").update(&self.name, error).await),
        }
    }
}

impl<U: UpdateDefinition<Workflow: Workflow>> fmt::Debug for UpdateHandle<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateHandle")
            .field("name", &self.name)
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}
