//! Starting a workflow together with a signal or an update, in one request.

use std::fmt;
use std::future::IntoFuture;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_common::{SignalDefinition, UpdateDefinition};

use super::settings::StartKind;
use super::{Prepared, StartCall};
use crate::client::handle::outcome::Operation;
use crate::client::handle::updates::RejectionRecorder;
use crate::client::{HasHandle, SignalCall, UpdateCall, UpdateHandle, WorkflowHandle};
use crate::definition::arguments::answer::ExactOutput;
use crate::definition::{Payload, Workflow};
use crate::error::Result;

impl<W: HasHandle> StartCall<W> {
    /// Sends a signal with the start. A running workflow with this id gets the signal. Otherwise a
    /// new one is started, and gets it before its code runs.
    ///
    /// The closure takes a handle of the workflow, and returns one of its signals. Set the options
    /// of the start before this call.
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
    /// #     #[signal]
    /// #     fn add(&mut self, _item: String) {}
    /// # }
    /// # async fn example(client: &Client) -> durable::Result<()> {
    /// let cart = CartWorkflow::start(client, 7).with_signal(|cart| cart.add("pear".into())).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// All options of a start are supported, except for an eager start. The id conflict policy
    /// defaults to `UseExisting`. Options of the new workflow do not change a running one.
    pub fn with_signal<S>(
        mut self,
        signal: impl FnOnce(&W::Handle) -> SignalCall<S>,
    ) -> SignalWithStartCall<W, S>
    where
        S: SignalDefinition<Workflow = W>,
    {
        let (handle, id) = self.planned_handle();
        let signal = signal(&handle);
        self.check_target("signal", &signal.handle, &id);
        if signal.request_id.is_some() {
            // The request has one id for both.
            self.settings.request_id.clone_from(&signal.request_id);
        }
        SignalWithStartCall { start: self, signal }
    }

    /// Sends an update with the start. A running workflow with this id gets the update. Otherwise a
    /// new one is started, and gets it.
    ///
    /// The closure takes a handle of the workflow, and returns one of its updates. Set the options
    /// of the start before this call.
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
    /// let start = CartWorkflow::start(client, 7);
    /// let items: u64 = start.with_update(|cart| cart.add("pear".into())).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// All options of a start are supported, except for an eager start, a cron schedule and a start
    /// delay. The id conflict policy defaults to `UseExisting`. Options of the new workflow do not
    /// change a running one.
    pub fn with_update<U>(
        mut self,
        update: impl FnOnce(&W::Handle) -> UpdateCall<U>,
    ) -> UpdateWithStartCall<W, U>
    where
        U: UpdateDefinition<Workflow = W>,
    {
        let (handle, id) = self.planned_handle();
        let update = update(&handle);
        self.check_target("update", &update.handle, &id);
        UpdateWithStartCall { start: self, update }
    }

    /// Returns a handle of the workflow before it is started, and its id.
    fn planned_handle(&mut self) -> (W::Handle, String) {
        let id = self.resolve_id();
        (WorkflowHandle::existing(&self.client, &id).into(), id)
    }

    /// Adds a problem if a closure returned a call on another handle than the given one.
    fn check_target(&mut self, what: &str, handle: &WorkflowHandle<W>, id: &str) {
        let (theirs, ours) = (handle.client(), &self.client);
        let same_place =
            (theirs.address(), theirs.namespace()) == (ours.address(), ours.namespace());
        if handle.id() != id || handle.run_id().is_some() || !same_place {
            self.settings.problems.push(format!(
                "the {what} is addressed to workflow `{}`, but `{id}` is started; use \
                 the handle that is passed to the closure",
                handle.id()
            ));
        }
    }
}

/// A signal-with-start. Awaiting it sends the request and returns the workflow's handle.
///
/// # Errors
/// Those of a [`StartCall`]. [`Error::AlreadyStarted`](crate::Error::AlreadyStarted) only if the id of
/// an ended workflow must not be reused.
#[must_use = "nothing is started or signalled before this is awaited"]
pub struct SignalWithStartCall<W: Workflow, S: SignalDefinition> {
    start: StartCall<W>,
    signal: SignalCall<S>,
}

impl<W, S> IntoFuture for SignalWithStartCall<W, S>
where
    W: HasHandle,
    W::Input: Payload,
    S: SignalDefinition<Workflow = W, Input: Payload> + Send + 'static,
{
    type Output = Result<W::Handle>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { start, signal } = self;
        async move {
            let SignalCall { signal, input: signal_input, call_timeout, .. } = signal;
            let limit = call_timeout.or(start.settings.call_timeout);
            let Prepared { client, workflow, input, id, request } =
                start.prepare(StartKind::SignalWithStart)?;
            let timeouts = request.timeouts;
            let operation =
                Operation { client: &client, workflow_id: &id, verb: "signal and start" };
            let starting = async {
                let sdk = request.client(&client).await?;
                let options = request.options;
                let started = sdk
                    .signal_with_start_workflow(workflow, input, signal, signal_input, options)
                    .await;
                started.map_err(|error| operation.start(error))
            };
            let started = operation.within(limit, starting).await?;
            let info = started.info();
            let (id, run_id) = (info.workflow_id.clone(), info.run_id.clone());
            Ok(WorkflowHandle::new(&client, id, run_id, true).with_timeouts(timeouts).into())
        }
        .boxed()
    }
}

/// An update-with-start. Awaiting it sends the request and returns the update's output.
///
/// # Errors
/// Those of a [`StartCall`] and of an [`UpdateCall`]. A workflow that was started continues to run even
/// if the validator rejects the update.
#[must_use = "nothing is started or updated before this is awaited or started"]
pub struct UpdateWithStartCall<W: Workflow, U: UpdateDefinition> {
    start: StartCall<W>,
    update: UpdateCall<U>,
}

impl<W, U> UpdateWithStartCall<W, U>
where
    W: HasHandle,
    W::Input: Payload,
    U: UpdateDefinition<Workflow = W, Input: Payload> + Send + 'static,
{
    /// Sends the request, waits until the workflow has accepted the update, and returns the handles
    /// of the workflow and of the update.
    ///
    /// # Errors
    /// Those of awaiting it: [`UpdateFailed`](crate::Error::UpdateFailed) if the validator rejected
    /// the update, or if the handler has failed before the server answers.
    pub async fn start(self) -> Result<(W::Handle, UpdateHandle<U>)> {
        let Self { start, update } = self;
        let UpdateCall { handle, update, input: update_input, id: update_id, call_timeout } =
            update;
        let limit = call_timeout.or(start.settings.call_timeout);
        let Prepared { client, workflow, input, id, request } =
            start.prepare(StartKind::UpdateWithStart)?;
        let name = update.name().to_owned();
        let timeouts = request.timeouts;
        let operation = Operation { client: &client, workflow_id: &id, verb: "update and start" };
        let starting = async {
            let recorder = RejectionRecorder::default();
            let sdk = recorder.clone().added_to(request.client(&client).await?);
            let options = request.with_update(update_id);
            let started = sdk
                .start_update_with_start_workflow(
                    workflow,
                    input,
                    ExactOutput(update),
                    update_input,
                    options,
                )
                .await;
            match started {
                Ok(update) => match recorder.check(update) {
                    Ok(update) => Ok(update),
                    Err(error) => Err(operation.update(&name, error).await),
                },
                Err(error) => Err(operation.update_with_start(&name, error).await),
            }
        };
        let update = operation.within(limit, starting).await?;
        let run_id = update.workflow_run_id().map(ToOwned::to_owned);
        let workflow =
            WorkflowHandle::new(&client, id, run_id, true).with_timeouts(timeouts).into();
        Ok((workflow, UpdateHandle { handle, name, update }))
    }
}

impl<W, U> IntoFuture for UpdateWithStartCall<W, U>
where
    W: HasHandle,
    W::Input: Payload,
    U: UpdateDefinition<Workflow = W, Input: Payload, Output: Send + Sync> + Send + 'static,
{
    type Output = Result<U::Output>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move {
            let limit = self.update.call_timeout.or(self.start.settings.call_timeout);
            let client = self.start.client.clone();
            let updating = async { self.start().await?.1.result().await };
            client.within(limit, || "an update and start".to_owned(), updating).await
        }
        .boxed()
    }
}

impl<W: Workflow, S: SignalDefinition> fmt::Debug for SignalWithStartCall<W, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignalWithStartCall").field("id", &self.start.id).finish_non_exhaustive()
    }
}

impl<W: Workflow, U: UpdateDefinition> fmt::Debug for UpdateWithStartCall<W, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateWithStartCall").field("id", &self.start.id).finish_non_exhaustive()
    }
}
