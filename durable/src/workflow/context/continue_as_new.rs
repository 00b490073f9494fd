//! Continue-as-new: the end of a run, and the waits before it.

use std::convert::Infallible;
use std::panic::Location;

use temporalio_common::MemoValues;
use temporalio_common::data_converters::GenericPayloadConverter as _;
use temporalio_common::error::OutgoingWorkflowError;
use temporalio_common::protos::temporal::api::enums::v1::ContinueAsNewVersioningBehavior;
use temporalio_sdk::{ContinueAsNewOptions, WorkflowCancellationError, WorkflowTermination};

use crate::definition::arguments::Decoded;
use crate::definition::{InputOf, wire};
use crate::error::call::{ValueError, unserializable};
use crate::error::payload_limit::Value;
use crate::error::task_size;
use crate::workflow::calls::checks::Checks;
use crate::workflow::conversion::with_context;
use crate::workflow::waits::{Place, Subject, Wait};
use crate::workflow::{Parent, WorkflowContext};

impl<W> WorkflowContext<W> {
    /// Waits until no signal and no update is being handled.
    ///
    /// When a run ends, its unfinished handlers never finish, and the callers of its updates get an error.
    /// So wait for them before `#[run]` returns or continues as new. Read the state only after that,
    /// because handlers change it until they finish:
    ///
    /// ```no_run
    /// # use durable::prelude::*;
    /// # use durable::workflow::ContinueAsNewOptions;
    /// # #[workflow(queue = "counters")]
    /// # #[derive(Default)]
    /// # struct Counter { count: u64 }
    /// # #[workflow_methods]
    /// # impl Counter {
    /// # #[run]
    /// # async fn run(ctx: &mut WorkflowContext<Self>, _count: u64) -> WorkflowResult<()> {
    /// ctx.handlers_finished().await?;
    /// let options = ContinueAsNewOptions::default();
    /// ctx.continue_as_new(ctx.state(|state| state.count), options)?;
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    ///
    /// A handler never finishes if it waits for itself, or for something that `#[run]` does only later.
    ///
    /// # Errors
    /// Returns an error if the workflow is cancelled first. `?` then ends the workflow as cancelled.
    #[track_caller]
    pub fn handlers_finished(&self) -> Wait<'_, Result<(), WorkflowCancellationError>> {
        self.handlers_finished_at(Location::caller())
    }

    fn handlers_finished_at(
        &self,
        place: Place,
    ) -> Wait<'_, Result<(), WorkflowCancellationError>> {
        self.condition_at(place, Subject::Handlers, |_| self.all_handlers_finished())
    }

    /// Returns an error if the workflow is cancelled. Write `ctx.ensure_not_cancelled()?`.
    ///
    /// A wait reports the cancellation by itself. Use this method if the result of a wait is ignored, and
    /// before a run continues as new: the next run does not know of the cancellation.
    ///
    /// # Errors
    /// Returns an error if the workflow is cancelled.
    pub fn ensure_not_cancelled(&self) -> Result<(), WorkflowTermination> {
        if self.cancellation_token().is_cancelled() {
            return Err(WorkflowTermination::cancelled());
        }
        Ok(())
    }
}

/// Ends a run by continuing as new, with the memo and headers of this run. It fails the workflow if a
/// value cannot be sent.
fn ended<W>(
    context: &WorkflowContext<W>,
    input: W::Input,
    options: ContinueAsNewOptions,
) -> WorkflowTermination
where
    W: Parent,
{
    let mut checks = Checks::of(format!("the continued run of workflow `{}`", W::NAME));
    checks.continued(&options);
    for (name, value) in options.memo.iter().flat_map(MemoValues::iter) {
        let converter = context.payload_converter();
        if let Err(error) = with_context(converter, |context| converter.to_payload(context, value))
        {
            checks.problem(format!("the memo `{name}`: {}", unserializable(&error)));
        }
    }
    if let Err(error) = checks.finish() {
        return ValueError::Call(error).into_failure().into();
    }
    let sets_memo = options.memo.is_some();
    let input = Decoded(Ok(input));
    let Err(mut end) = temporalio_sdk::WorkflowContext::continue_as_new(context, input, options);
    let value = Value::new("input of continued workflow", W::NAME);
    match &mut end {
        WorkflowTermination::ContinueAsNew(request) => {
            // Server 1.32.0 gives the new run the memo of the first start, without later changes.
            if !sets_memo {
                request.memo = context.memo().into_raw().fields;
            }
            // Server 1.32.0 also gives it only the headers of the command, which the SDK's interceptors
            // may have set.
            for (name, header) in context.headers() {
                request.headers.entry(name.clone()).or_insert_with(|| header.clone());
            }
            let attributes = request.search_attributes.iter().flat_map(|all| &all.indexed_fields);
            let kept = request.memo.iter().chain(&request.headers).chain(attributes);
            task_size::count(
                kept.map(|(name, payload)| name.len() + payload.data.len() + 64).sum(),
            );
            match task_size::check_end(&request.arguments, &value) {
                Ok(()) => end,
                Err(error) => error.into_failure().into(),
            }
        }
        WorkflowTermination::Failed(OutgoingWorkflowError::PayloadConversion(error))
            if ValueError::of(error).is_none() =>
        {
            value.unserializable(error).into_failure().into()
        }
        _ => end,
    }
}

impl<W: Parent> WorkflowContext<W> {
    /// Ends this run and continues the workflow as a new one.
    ///
    /// Write `ctx.continue_as_new(input, ContinueAsNewOptions::default())?;`. Pass several inputs as a
    /// tuple, `(order_id, email)`. The new run starts with an empty history. It keeps the current memo and
    /// search attributes, the headers, timeouts, retry policy and priority. It does not keep the static
    /// summary and details (server 1.32.0). See [Temporal's
    /// continue-as-new](https://docs.temporal.io/workflow-execution/continue-as-new).
    ///
    /// # Errors
    /// Always returns an error, which ends the run. If the input or an option cannot be sent, the error
    /// fails the workflow with an [`InvalidCall`](crate::error::InvalidCall).
    pub fn continue_as_new(
        &self,
        input: InputOf<W>,
        options: ContinueAsNewOptions,
    ) -> Result<Infallible, WorkflowTermination> {
        Err(ended::<W>(self, wire::<W>(input), options))
    }

    /// Ends this run like [`continue_as_new`](Self::continue_as_new), and starts the new run on the
    /// current version of the deployment.
    ///
    /// This matters for workflows that are pinned to a version, whose new runs otherwise stay on the
    /// version of the first run. The new version replays no history, and only has to understand the input.
    /// Other workflows are not affected.
    ///
    /// # Errors
    /// Always returns an error, which ends the run.
    pub fn continue_as_new_on_current_version(
        &self,
        input: InputOf<W>,
        options: ContinueAsNewOptions,
    ) -> Result<Infallible, WorkflowTermination> {
        // The SDK has an option for this, in a feature that it calls experimental.
        let behavior = ContinueAsNewVersioningBehavior::AutoUpgrade.into();
        self.continue_as_new(input, options).map_err(|mut end| {
            if let WorkflowTermination::ContinueAsNew(request) = &mut end {
                request.initial_versioning_behavior = behavior;
            }
            end
        })
    }

    /// Continues as a new run if the server suggests it, as soon as all handlers have finished. Otherwise
    /// it does nothing.
    ///
    /// `carry` creates the new run's input from the state. Nothing else runs between this call and the end
    /// of the run, so no signal that has arrived is lost if the state contains what signals brought. If
    /// another signal arrives later, the server refuses the end of the run, and the workflow handles the
    /// signal first.
    ///
    /// A loop that waits for something else calls this after each wait, and also wakes for the suggestion:
    /// `ctx.wait_condition(|state| state.has_work() || ctx.continue_as_new_suggested())`.
    ///
    /// Take the input in `#[init]`. A signal may be handled before `#[run]` starts, and `#[run]` would
    /// then have to merge the input into the changed state.
    ///
    /// ```no_run
    /// use durable::prelude::*;
    ///
    /// #[workflow(queue = "meters", id = "meter-{}")]
    /// struct Meter {
    ///     total: u64,
    ///     readings: Vec<u64>,
    /// }
    ///
    /// #[workflow_methods]
    /// impl Meter {
    ///     #[init]
    ///     fn new(total: u64) -> Self {
    ///         Self { total, readings: Vec::new() }
    ///     }
    ///
    ///     #[run]
    ///     async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
    ///         loop {
    ///             ctx.wait_condition(|meter| !meter.readings.is_empty()).await?;
    ///             ctx.state_mut(|meter| meter.total += meter.readings.drain(..).sum::<u64>());
    ///             let sum = |meter: &Self| meter.total + meter.readings.iter().sum::<u64>();
    ///             ctx.continue_as_new_when_suggested(sum).await?;
    ///         }
    ///     }
    ///
    ///     #[signal]
    ///     fn read(&mut self, pulses: u64) {
    ///         self.readings.push(pulses);
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// Returns the error that ends the run if it continues as new, or an error if the workflow is
    /// cancelled. Pass it on with `?`.
    #[track_caller]
    pub fn continue_as_new_when_suggested(
        &self,
        carry: impl FnOnce(&W) -> InputOf<W>,
    ) -> impl Future<Output = Result<(), WorkflowTermination>> {
        let place = Location::caller();
        async move {
            if self.continue_as_new_suggested() {
                self.handlers_finished_at(place).await?;
                self.ensure_not_cancelled()?;
                self.continue_as_new(self.state(carry), ContinueAsNewOptions::default())?;
            }
            Ok(())
        }
    }
}
