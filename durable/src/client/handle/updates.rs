//! Updates, as the methods of generated handles return them, and handles of updates.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_client::errors::{WorkflowUpdateError, WorkflowUpdateWithStartError};
use temporalio_client::interceptors::{
    ClientInterceptor, Next, StartWorkflowUpdateInput, StartWorkflowUpdateOutput,
    UpdateWithStartWorkflowInput, UpdateWithStartWorkflowOutput,
};
use temporalio_client::tonic::Code;
use temporalio_client::{
    RpcOptions, WorkflowExecuteUpdateOptions, WorkflowStartUpdateOptions, WorkflowUpdateHandle,
};
use temporalio_common::UpdateDefinition;
use temporalio_common::protos::temporal::api::failure::v1::Failure as RawFailure;
use temporalio_common::protos::temporal::api::update::v1::{Outcome, outcome};

use crate::client::WorkflowHandle;
use crate::definition::arguments::answer::{Exact, ExactOutput};
use crate::definition::debug;
use crate::definition::{Handler, Payload, Workflow, caught_async};
use crate::error::{Error, Result};

/// An update of a workflow. Awaiting it sends the update and waits for its result.
///
/// # Errors
/// [`UpdateFailed`](crate::Error::UpdateFailed): the validator rejected the update, the handler
/// failed, or the workflow ended before the handler (the failure then has the type
/// `AcceptedUpdateCompletedWorkflow`); [`NotFound`](crate::Error::NotFound), also if the workflow
/// has ended, [`WrongType`](crate::Error::WrongType), [`CallTimedOut`](crate::Error::CallTimedOut),
/// [`Unreachable`](crate::error::ConnectionError::Unreachable) and [`Rpc`](crate::Error::Rpc).
#[must_use = "an update is sent only when this is awaited or started"]
pub struct UpdateCall<U: UpdateDefinition> {
    pub(crate) handle: WorkflowHandle<U::Workflow>,
    pub(crate) update: U,
    pub(crate) input: U::Input,
    pub(crate) id: Option<String>,
    pub(crate) call_timeout: Option<Duration>,
}

debug!([U: UpdateDefinition] UpdateCall[U]: handle, id, call_timeout);

impl<U: UpdateDefinition<Workflow: Workflow>> UpdateCall<U> {
    /// Creates an update.
    pub(crate) fn new(handle: &WorkflowHandle<U::Workflow>, update: U, input: U::Input) -> Self {
        Self { handle: handle.clone(), update, input, id: None, call_timeout: None }
    }

    /// Sets the update's id, which makes it idempotent: a second update with this id gets the
    /// result of the first. Defaults to a UUID.
    ///
    /// The server knows the id for one run. A workflow that continues as new can recognize the update
    /// by `ctx.update_id()`, and an entity does.
    ///
    /// The id is also used to get a handle of the update later, see
    /// [`WorkflowHandle::update_handle`](crate::WorkflowHandle::update_handle).
    pub fn update_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Limits the time until the update's result, or with [`start`](Self::start) until its
    /// acceptance, retries included. Defaults to the [client's
    /// limit](crate::Client::with_call_timeout), or else to no limit.
    ///
    /// The workflow continues with an update that it has accepted.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(timeout);
        self
    }
}

impl<W: Workflow> WorkflowHandle<W> {
    /// Returns a handle of an update that was sent before, by the method that sends it and its id.
    /// It does not call the server.
    ///
    /// ```no_run
    /// # use durable::prelude::*;
    /// # #[workflow(queue = "carts", id = "cart-{}")]
    /// # #[derive(Default)]
    /// # struct CartWorkflow;
    /// # #[workflow_methods]
    /// # impl CartWorkflow {
    /// #     #[run]
    /// #     async fn run(_customer: u32) -> WorkflowResult<()> { Ok(()) }
    /// #     #[update]
    /// #     fn add(&mut self, _item: String) -> u64 { 1 }
    /// # }
    /// # async fn example(client: &Client) -> durable::Result<()> {
    /// let cart = CartWorkflow::handle(client, "cart-7");
    /// let items: u64 = cart.update_handle(CartWorkflowHandle::add, "pear-1").result().await?;
    /// # let _ = items;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn update_handle<H, A, M>(
        &self,
        _method: M,
        update_id: impl Into<String>,
    ) -> UpdateHandle<M::Update>
    where
        M: UpdateMethod<H, A, Update: Handler + UpdateDefinition<Workflow = W>>,
    {
        UpdateHandle::existing(self, M::Update::NAME, update_id.into())
    }
}

impl<U> UpdateCall<U>
where
    U: UpdateDefinition<Workflow: Workflow, Input: Payload> + Send + 'static,
{
    /// Sends the update and waits until the workflow has accepted it.
    ///
    /// # Errors
    /// Those of awaiting the update: [`UpdateFailed`](crate::Error::UpdateFailed) if the validator
    /// rejected it, or if the handler has failed before the server answers. A later failure is an
    /// error of [`UpdateHandle::result`].
    pub async fn start(self) -> Result<UpdateHandle<U>> {
        let Self { handle, update, input, id, call_timeout } = self;
        let name = update.name().to_owned();
        let operation = handle.operation("update");
        let options = WorkflowStartUpdateOptions::builder().maybe_update_id(id).build();
        let starting = async {
            let recorder = RejectionRecorder::default();
            let sdk = handle.sdk_with(recorder.clone().added_to(handle.client().sdk().clone()));
            match sdk.start_update(ExactOutput(update), input, options).await {
                Ok(started) => recorder.check(started),
                Err(error) => Err(error),
            }
        };
        let starting = async {
            match starting.await {
                Ok(update) => Ok(update),
                Err(error) => Err(operation.update(&name, error).await),
            }
        };
        let update = operation.within(call_timeout, starting).await?;
        Ok(UpdateHandle { handle, name, update })
    }
}

impl<U> IntoFuture for UpdateCall<U>
where
    U: UpdateDefinition<Workflow: Workflow, Input: Payload, Output: Send + Sync> + Send + 'static,
{
    type Output = Result<U::Output>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { handle, update, input, id, call_timeout } = self;
        async move {
            let name = update.name().to_owned();
            let operation = handle.operation("update");
            let updating = async {
                let options = WorkflowExecuteUpdateOptions::builder().maybe_update_id(id).build();
                match handle.sdk().execute_update(ExactOutput(update), input, options).await {
                    Ok(Exact(output)) => Ok(output),
                    Err(error) => Err(operation.update(&name, error).await),
                }
            };
            operation.within(call_timeout, updating).await
        }
        .boxed()
    }
}

/// A handle of an update.
pub struct UpdateHandle<U: UpdateDefinition> {
    pub(crate) handle: WorkflowHandle<U::Workflow>,
    pub(crate) name: String,
    pub(crate) update: WorkflowUpdateHandle<temporalio_client::Client, Exact<U::Output>>,
}

impl<U: UpdateDefinition<Workflow: Workflow>> UpdateHandle<U> {
    /// Returns a handle of an update that was sent before.
    pub(crate) fn existing(
        handle: &WorkflowHandle<U::Workflow>,
        name: &str,
        update_id: String,
    ) -> Self {
        let update = handle.sdk().get_update_handle(OutputOf::<U>(PhantomData), update_id);
        Self { handle: handle.clone(), name: name.to_owned(), update }
    }

    /// Returns the update's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.update.id()
    }

    /// Waits for the update's result.
    ///
    /// # Errors
    /// Those of awaiting an [`UpdateCall`], and [`UpdateNotFound`](crate::Error::UpdateNotFound) if
    /// the workflow has no update with this id.
    pub async fn result(&self) -> Result<U::Output> {
        let ended = caught_async(Box::pin(self.read_result())).await;
        ended.unwrap_or_else(|message| {
            let operation = format!("get the result of update `{}`", self.id());
            Err(Error::Panicked { operation, message })
        })
    }

    async fn read_result(&self) -> Result<U::Output> {
        let error = match self.update.get_result(RpcOptions::default()).await {
            Ok(Exact(output)) => return Ok(output),
            Err(error) => error,
        };
        match error {
            // The server (as of 1.32) distinguishes a missing update only by the message.
            WorkflowUpdateError::NotFound(status) | WorkflowUpdateError::Rpc(status)
                if status.code() == Code::NotFound && status.message().starts_with("update ") =>
            {
                Err(Error::UpdateNotFound {
                    workflow_id: self.handle.id().to_owned(),
                    update_id: self.id().to_owned(),
                    source: status.into(),
                })
            }
            error => Err(self.handle.operation("update").update(&self.name, error).await),
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

/// An update with the same workflow and output. The SDK needs a value of it to create a handle.
struct OutputOf<U>(PhantomData<fn() -> U>);

impl<U: UpdateDefinition> UpdateDefinition for OutputOf<U> {
    type Workflow = U::Workflow;
    type Input = ();
    type Output = Exact<U::Output>;

    fn name(&self) -> &'static str {
        ""
    }
}

/// A method of a generated handle that sends an update, such as `CartWorkflowHandle::add`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a method that sends an update",
    label = "write the path of a method of the handle, such as `CartWorkflowHandle::add`"
)]
pub trait UpdateMethod<H, A> {
    /// The update that the method sends.
    type Update;
}

macro_rules! update_methods {
    ($(($($input:ident),*))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<M, H, U, $($input),*> UpdateMethod<H, ($($input,)*)> for M
        where
            M: Fn(&H, $($input),*) -> UpdateCall<U>,
            U: UpdateDefinition,
        {
            type Update = U;
        }
    )*};
}

update_methods! { () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) }

/// An interceptor that records the rejection of an update, which the server reports as its outcome.
///
/// The SDK 1.1.1 returns a handle for a rejected update, without an error.
#[derive(Clone, Default)]
pub(crate) struct RejectionRecorder(Arc<Mutex<Option<RawFailure>>>);

impl RejectionRecorder {
    /// Returns the client with this interceptor as its outermost.
    pub(crate) fn added_to(
        self,
        mut client: temporalio_client::Client,
    ) -> temporalio_client::Client {
        client.options_mut().client_interceptors.insert(0, Arc::new(self));
        client
    }

    fn record(&self, known: Option<&Outcome>) {
        if let Some(outcome::Value::Failure(failure)) =
            known.and_then(|outcome| outcome.value.as_ref())
        {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure.clone());
        }
    }

    /// Returns `started`, or the recorded failure.
    pub(crate) fn check<T>(&self, started: T) -> Result<T, WorkflowUpdateError> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(failure) => Err(WorkflowUpdateError::Failed(Box::new(failure))),
            None => Ok(started),
        }
    }
}

impl ClientInterceptor for RejectionRecorder {
    fn start_workflow_update<'a>(
        &'a self,
        input: StartWorkflowUpdateInput,
        next: Next<
            'a,
            StartWorkflowUpdateInput,
            BoxFuture<'a, Result<StartWorkflowUpdateOutput, WorkflowUpdateError>>,
        >,
    ) -> BoxFuture<'a, Result<StartWorkflowUpdateOutput, WorkflowUpdateError>> {
        let started = next.run(input);
        async move {
            let started = started.await?;
            self.record(started.known_outcome.as_ref());
            Ok(started)
        }
        .boxed()
    }

    fn update_with_start_workflow<'a>(
        &'a self,
        input: UpdateWithStartWorkflowInput,
        next: Next<
            'a,
            UpdateWithStartWorkflowInput,
            BoxFuture<'a, Result<UpdateWithStartWorkflowOutput, WorkflowUpdateWithStartError>>,
        >,
    ) -> BoxFuture<'a, Result<UpdateWithStartWorkflowOutput, WorkflowUpdateWithStartError>> {
        let started = next.run(input);
        async move {
            let started = started.await?;
            self.record(started.known_outcome.as_ref());
            Ok(started)
        }
        .boxed()
    }
}
