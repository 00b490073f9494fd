//! Continuing as a new run when the server suggests it and no handler is half done.

use std::convert::Infallible;

use temporalio_common::data_converters::GenericPayloadConverter as _;
use temporalio_common::error::OutgoingWorkflowError;
use temporalio_common::protos::temporal::api::enums::v1::ContinueAsNewVersioningBehavior;
use temporalio_sdk::{ContinueAsNewOptions, WorkflowCancellationError, WorkflowTermination};

use super::checks::Checks;
use super::hosted::{Hosted, with_context};
use super::{WorkflowCode, WorkflowContext};
use crate::definition::arguments::Decoded;
use crate::definition::{InputOf, Payload};
use crate::error::ApplicationError as _;
use crate::error::call::{ValueError, unserializable};
use crate::error::payload_limit::{PayloadLimit, Value};

impl<W> WorkflowContext<W> {
    /// Waits until no signal and no update is being handled.
    ///
    /// Where a run ends, whatever its async handlers have not done yet is never done, and the callers
    /// of its updates get an error. So wait for them before `#[run]` returns or continues as new, and
    /// look at the state only after that, because handlers change it until they have finished:
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
    /// A handler that waits for itself, or for something that `#[run]` does only later, never
    /// finishes.
    ///
    /// # Errors
    /// When the workflow is cancelled first; `?` then ends it as cancelled.
    pub async fn handlers_finished(&self) -> Result<(), WorkflowCancellationError> {
        self.wait_condition(|_| self.all_handlers_finished()).await
    }

    /// Ends a workflow that is cancelled; write `ctx.ensure_not_cancelled()?`.
    ///
    /// Whoever waits is told of a cancellation by the wait. This is for where the outcome of a wait is
    /// not passed on, and before a run continues as new: the next one would know nothing of the
    /// cancellation.
    ///
    /// # Errors
    /// When the workflow is cancelled.
    pub fn ensure_not_cancelled(&self) -> Result<(), WorkflowTermination> {
        if self.cancellation_token().is_cancelled() {
            return Err(WorkflowTermination::cancelled());
        }
        Ok(())
    }
}

/// The end of a run that continues as new, with what this run has set; or a failure where something in it
/// cannot be sent.
pub(super) fn ended<W>(
    context: &temporalio_sdk::WorkflowContext<Hosted<W>>,
    input: W::Input,
    options: ContinueAsNewOptions,
) -> WorkflowTermination
where
    W: WorkflowCode<Input: Payload>,
{
    let mut checks = Checks::of(format!("the continued run of workflow `{}`", W::NAME));
    checks.continued(&options);
    for (name, value) in options.memo.iter().flat_map(|memo| memo.iter()) {
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
    let Err(mut end) = context.continue_as_new(Decoded(Ok(input)), options);
    let value = Value::new("input of continued workflow", W::NAME);
    match &mut end {
        WorkflowTermination::ContinueAsNew(request) => {
            if let Err(error) = PayloadLimit::of_workflows().check(&request.arguments, &value) {
                return error.into_failure().into();
            }
            // Server 1.32.0 gives the new run the memo of the first start, whatever was set since.
            if !sets_memo {
                request.memo = context.memo().into_raw().fields;
            }
            // And no headers but those of the command, which the SDK's interceptors may have set.
            for (name, header) in context.headers() {
                request.headers.entry(name.clone()).or_insert_with(|| header.clone());
            }
            end
        }
        WorkflowTermination::Failed(OutgoingWorkflowError::PayloadConversion(error))
            if ValueError::of(error).is_none() =>
        {
            value.unserializable(error).into_failure().into()
        }
        _ => end,
    }
}

impl<W: WorkflowCode<Input: Payload>> WorkflowContext<W> {
    /// As [`continue_as_new`](Self::continue_as_new), and the new run begins on the current version of
    /// the deployment.
    ///
    /// It matters where workflows are pinned to a
    /// version: otherwise all runs stay on that of the first. The new version has no history to
    /// replay, only the input to understand. Elsewhere it changes nothing.
    ///
    /// # Errors
    /// Always: the error is what ends the run.
    pub fn continue_as_new_on_current_version(
        &self,
        input: InputOf<W>,
        options: ContinueAsNewOptions,
    ) -> Result<Infallible, WorkflowTermination> {
        // The SDK has an option for it, in a feature that it calls experimental.
        let behavior = ContinueAsNewVersioningBehavior::AutoUpgrade.into();
        self.continue_as_new(input, options).map_err(|mut end| {
            if let WorkflowTermination::ContinueAsNew(request) = &mut end {
                request.initial_versioning_behavior = behavior;
            }
            end
        })
    }

    /// Continues as a new run if the server suggests it, as soon as all handlers have finished; does
    /// nothing otherwise.
    ///
    /// `carry` makes the new run's input of the state. It is called when nothing comes between it and
    /// the end of the run any more, so no signal that has arrived is lost if the state holds what
    /// signals brought. A signal that arrives still later makes the server refuse the end of the run,
    /// and the workflow handles it first.
    ///
    /// A loop that waits for something else calls this after each wait, and also wakes for the
    /// suggestion: `ctx.wait_condition(|state| state.has_work() || ctx.continue_as_new_suggested())`.
    ///
    /// The new run takes its input best in `#[init]`: a signal may be handled before `#[run]` begins,
    /// and `#[run]` would have to merge what it brought with what was carried.
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
    /// What ends the run, if it continues as new; and where it would, but the workflow is cancelled, of
    /// which the next run would know nothing. Write `?`.
    pub async fn continue_as_new_when_suggested(
        &self,
        carry: impl FnOnce(&W) -> InputOf<W>,
    ) -> Result<(), WorkflowTermination> {
        if self.continue_as_new_suggested() {
            self.handlers_finished().await?;
            self.ensure_not_cancelled()?;
            self.continue_as_new(self.state(carry), ContinueAsNewOptions::default())?;
        }
        Ok(())
    }
}
