//! Sagas: compensations for the successful steps of a workflow that fails later.

use std::error::Error;
use std::fmt;
use std::future::Future;

use crate::error::report::{links, one_line};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use temporalio_common::error::{ActivityExecutionError, ApplicationFailure};
use temporalio_sdk::{WorkflowResult, WorkflowTermination};

use crate::definition::Activity;
use crate::workflow::{ActivityCall, Parent, join_all};

/// The failure type of a workflow whose compensations failed.
const COMPENSATION_FAILED: &str = "CompensationFailed";

/// The compensations of the steps that a workflow has taken so far.
///
/// Register a compensation after each successful step, usually a call of an activity. The call is
/// scheduled only if it is needed. [`end`](Self::end) runs the compensations if the workflow fails or is
/// cancelled. It runs them in reverse order, and continues if one of them fails.
///
/// ```no_run
/// use durable::prelude::*;
/// use durable::workflow::Saga;
/// # #[activity(queue = "trips")]
/// # async fn book_hotel(guest: String) -> Result<u32, ActivityError> { Ok(7) }
/// # #[activity(queue = "trips")]
/// # async fn cancel_hotel(booking: u32) -> Result<(), ActivityError> { Ok(()) }
/// # #[activity(queue = "trips")]
/// # async fn book_flight(guest: String) -> Result<u32, ActivityError> { Ok(8) }
///
/// #[workflow(queue = "trips")]
/// #[derive(Default)]
/// struct Trip;
///
/// #[workflow_methods]
/// impl Trip {
///     #[run]
///     async fn run(ctx: &mut WorkflowContext<Self>, guest: String) -> WorkflowResult<u32> {
///         let mut saga = Saga::new();
///         let booked = Self::book(ctx, &mut saga, guest).await;
///         saga.end(booked).await
///     }
/// }
///
/// impl Trip {
///     async fn book<'a>(
///         ctx: &'a WorkflowContext<Self>,
///         saga: &mut Saga<'a>,
///         guest: String,
///     ) -> WorkflowResult<u32> {
///         let hotel = book_hotel::execute(ctx, guest.clone()).await?;
///         saga.undo_with(cancel_hotel::execute(ctx, hotel));
///         Ok(book_flight::execute(ctx, guest).await?)
///     }
/// }
/// ```
#[derive(Default)]
#[must_use = "a saga undoes steps only when `end` or `compensate` is called"]
pub struct Saga<'a> {
    steps: Vec<Step<'a>>,
    at_once: bool,
}

struct Step<'a> {
    name: String,
    undo: LocalBoxFuture<'a, Result<(), ActivityExecutionError>>,
}

impl<'a> Saga<'a> {
    /// Creates a saga without steps.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs all compensations at the same time, if their order does not matter.
    pub fn at_once(mut self) -> Self {
        self.at_once = true;
        self
    }

    /// Registers the call of an activity as the compensation of a step.
    ///
    /// The call is [detached](ActivityCall::detached), so it is also made if the workflow was cancelled.
    pub fn undo_with<W, A>(&mut self, call: ActivityCall<'a, W, A>)
    where
        W: Parent,
        A: Activity,
    {
        self.undo(A::NAME, async move { call.detached().await.map(drop) });
    }

    /// Registers a future as the compensation of a step. A failure is reported with its name.
    ///
    /// After a cancellation, only detached calls in the future continue.
    pub fn undo(
        &mut self,
        name: impl Into<String>,
        undo: impl Future<Output = Result<(), ActivityExecutionError>> + 'a,
    ) {
        self.steps.push(Step { name: name.into(), undo: undo.boxed_local() });
    }

    /// Ends the workflow with its output, or undoes the steps and ends it with its failure or
    /// cancellation.
    ///
    /// # Errors
    /// Returns the error of the workflow. If a compensation fails, it is a failure of type
    /// `CompensationFailed` that names the compensation and contains the original reason.
    pub async fn end<T>(mut self, outcome: WorkflowResult<T>) -> WorkflowResult<T> {
        let termination = match outcome {
            Err(termination) => termination,
            Ok(output) => return Ok(output),
        };
        // A workflow that continues as new has not failed, and an evicted one has not ended.
        if matches!(
            termination,
            WorkflowTermination::ContinueAsNew(_) | WorkflowTermination::Evicted
        ) {
            return Err(termination);
        }
        match self.compensate().await {
            Ok(()) => Err(termination),
            Err(error) => Err(error.failure(Some(&termination)).into()),
        }
    }

    /// Undoes the steps in reverse order, and continues if one of them fails. Each step is undone once.
    ///
    /// # Errors
    /// Returns a [`CompensationError`] with every failed compensation.
    pub async fn compensate(&mut self) -> Result<(), CompensationError> {
        let steps = std::mem::take(&mut self.steps).into_iter().rev();
        let mut failed = Vec::new();
        if self.at_once {
            let (names, undos): (Vec<_>, Vec<_>) = steps.map(|step| (step.name, step.undo)).unzip();
            let outcomes = names.into_iter().zip(join_all(undos).await);
            failed.extend(outcomes.filter_map(|(name, undone)| Some((name, undone.err()?))));
        } else {
            for Step { name, undo } in steps {
                if let Err(error) = undo.await {
                    failed.push((name, error));
                }
            }
        }
        if failed.is_empty() { Ok(()) } else { Err(CompensationError { failed }) }
    }
}

impl fmt::Debug for Saga<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.steps.iter().map(|step| &step.name)).finish()
    }
}

/// The error of failed compensations. All others were run.
#[non_exhaustive]
pub struct CompensationError {
    /// The names and errors of the failed compensations, in the order in which they were run.
    pub failed: Vec<(String, ActivityExecutionError)>,
}

impl CompensationError {
    /// Creates the failure of the workflow. It is not retryable, because a retry would not repair it.
    fn failure(&self, because: Option<&WorkflowTermination>) -> ApplicationFailure {
        // The innermost cause is the actual reason; the outer ones only repeat it.
        let because = because.and_then(|because| links(because).last());
        let because = because.map_or_else(String::new, |because| format!("{because}; "));
        ApplicationFailure::builder(format!("{because}{self}"))
            .type_name(COMPENSATION_FAILED.to_owned())
            .non_retryable(true)
            .build()
    }
}

impl fmt::Display for CompensationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.failed.iter().map(|(name, error)| match error.cause() {
            Some(cause) => format!("`{name}` ({})", cause.failure().message),
            None => format!("`{name}` ({error})"),
        });
        let failed: Vec<_> = failed.collect();
        write!(f, "these compensations failed: {}", failed.join(", "))
    }
}

/// Prints the names and the messages, without the values in the details of failures.
impl fmt::Debug for CompensationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.failed.iter().map(|(name, error)| (name, one_line(error)));
        f.debug_map().entries(failed).finish()
    }
}

impl Error for CompensationError {}

impl From<CompensationError> for WorkflowTermination {
    fn from(error: CompensationError) -> Self {
        error.failure(None).into()
    }
}
