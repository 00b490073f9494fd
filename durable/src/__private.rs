//! The items that generated code uses. They are not public API and change without notice.

#![allow(
    clippy::exhaustive_structs,
    reason = "generated code creates and takes apart what is here"
)]

mod contract;
mod create;
mod shape;
mod template;

pub use futures_util::future::{BoxFuture, LocalBoxFuture};
pub use inventory;
pub use temporalio_common::error::ActivityExecutionError;
pub use temporalio_common::{
    ActivityDefinition, HasWorkflowDefinition, Priority, WorkflowDefinition,
};
pub use temporalio_sdk::activities::{
    ActivityContext as SdkActivityContext, ActivityError, ExecutableActivity,
};
pub use temporalio_sdk::{WorkflowContextView, WorkflowTermination};

use crate::activity::ActivityError as OwnActivityError;
pub use crate::base_workflow::BaseWorkflow;
pub use crate::client::{
    Client, ExecuteCall, HasHandle, QueryCall, StartCall, UpdateCall, WorkflowHandle,
};
pub use crate::definition::activity::ActivityFacts;
use crate::definition::debug;
pub use crate::definition::dependencies::Dependencies;
pub use crate::definition::handler::HandlerFacts;
pub use crate::definition::registry::Registration;
pub use crate::definition::sealed::Sealed;
pub use crate::definition::search_attribute::{DeclaredSearchAttribute, describe_key};
pub use crate::definition::workflow::{Signature, WorkflowFacts};
pub use crate::definition::{
    Activity, ActivityDependency, HandlerDescription, Inputs, Parameter, Payload, SignalTarget,
    SourceLocation, Workflow, WorkflowAnnotation,
};
pub use crate::error::ApplicationFailure;
pub use crate::error::application::{Conversion, KnownError};
use crate::error::outgoing;
pub use crate::error::{Classification, Classified};
pub use crate::id::from_template;
use crate::logs::CallersSubscriber;
pub use crate::options::{ActivityOptions, RetryOptions, WorkflowOptions};
#[cfg(feature = "testing")]
pub use crate::testing::TimeSkipping;
#[cfg(feature = "testing")]
pub use crate::testing::run::{Test, TestOutput, TestParameter, run_test};
pub use crate::workflow::implementation::{
    AnswerQuery, CodeFacts, D0, D1, D2, D3, D4, D5, D6, D7, D8, D9, HandleSignal, HandleUpdate,
    HandlerError, Query, QueryHandler, Signal, SignalHandler, Update, UpdateHandler, WorkflowCode,
};
pub use crate::workflow::user_code::called_as_function;
pub use crate::workflow::{
    ActivityCall, ExecuteChildCall, ExternalWorkflowHandle, Parent, StartChildCall,
    StartedActivity, SyncWorkflowContext, WorkflowContext,
};
pub use contract::contract;
#[cfg(feature = "schema")]
pub use contract::types as contract_types;
pub use create::{
    activity, activity_facts, child, code, declared_code, external, handle, handler,
    local_activity, parameter, priority, query, signature, source, start, update, workflow_facts,
};
pub use shape::{
    ContextType, FromWorker, Pair, ResultType, Returned, Shape, all, dependencies, id_part, output,
    output_text,
};
pub use template::{Named, OnlyInput, WithMethods, only};

/// The traits by which generated code decides by type, without names that could hide those of users.
pub mod by_type {
    pub use super::shape::{OtherPair as _, OtherShape as _};
    pub use super::{
        ActivityErrorKind as _, OpaqueState as _, OtherErrorKind as _, SerializeState as _,
    };
}

/// A [`Payload`] type in generated code. It lets this crate define the compiler's message for a type that
/// is not a payload, which is then reported once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel to the Temporal server and back",
    label = "this type is not `Serialize` and `Deserialize`",
    note = "derive both on it, and on the types within: `#[derive(Serialize, Deserialize)]`",
    note = "an activity takes `ActivityContext` and `State<T>` by these names and before its inputs, and a \
            workflow's method its context by reference: they are no inputs"
)]
pub trait PayloadType {
    /// `true` for every payload.
    const IS_PAYLOAD: bool;
}

#[diagnostic::do_not_recommend]
impl<T: Payload> PayloadType for T {
    const IS_PAYLOAD: bool = true;
}

/// An input type, whose parameter is the constant of [`PayloadType`].
///
/// The compiler reports the evaluation of a constant once. A type with a constant that can't be evaluated is
/// an error type, about which the compiler is silent in all other places.
pub trait Sent<const IS_PAYLOAD: bool> {
    /// The type itself.
    type Type;
}

#[diagnostic::do_not_recommend]
impl<T> Sent<true> for T {
    type Type = T;
}

/// An error that an activity can return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of an activity",
    label = "this error cannot be converted",
    note = "implement `std::error::Error` for it, or return `ActivityError`",
    note = "an error whose type and values callers see derives `ApplicationError` besides \
            `thiserror::Error`"
)]
pub trait IntoActivityError {
    /// Converts the error.
    fn into_activity_error(self) -> OwnActivityError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<OwnActivityError>> IntoActivityError for E {
    fn into_activity_error(self) -> OwnActivityError {
        self.into()
    }
}

/// Converts the result of an activity function for the SDK.
///
/// # Errors
/// Returns the error of the function.
pub fn activity_result<T, E: IntoActivityError>(result: Result<T, E>) -> Result<T, ActivityError> {
    result.map_err(|error| error.into_activity_error().into_sdk())
}

/// An error that a workflow can return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a workflow",
    label = "this error cannot be converted",
    note = "derive `ApplicationError` for an error of your own: `#[derive(Debug, thiserror::Error, \
            Serialize, Deserialize, ApplicationError)]`",
    note = "or return `WorkflowResult<T>`; `?` converts the errors of activities, child workflows and \
            waiting, and `.map_err(ApplicationFailure::new)?` every `std::error::Error`"
)]
pub trait IntoTermination {
    /// Converts the error.
    fn into_termination(self) -> WorkflowTermination;
}

#[diagnostic::do_not_recommend]
impl<E: Into<WorkflowTermination>> IntoTermination for E {
    fn into_termination(self) -> WorkflowTermination {
        self.into()
    }
}

/// Converts the result of `#[run]` for the SDK.
///
/// # Errors
/// Returns the error of the method.
pub fn run_result<T, E: IntoTermination>(result: Result<T, E>) -> Result<T, WorkflowTermination> {
    result.map_err(E::into_termination)
}

/// Converts an application error to a failure.
#[must_use]
pub fn failure<E: Classified>(error: E) -> ApplicationFailure {
    E::CONVERSION.failure(error)
}

/// Converts an application error to the termination of a workflow.
#[must_use]
pub fn termination<E: Classified>(error: E) -> WorkflowTermination {
    failure(error).into()
}

/// A workflow state that is created without an `#[init]` method.
#[diagnostic::on_unimplemented(
    message = "the state of workflow `{Self}` cannot be made",
    label = "this struct has no `Default`, and no `#[init]` method",
    note = "derive it: `#[derive(Default)]`",
    note = "or write how the state is made: `#[init] fn new() -> Self {{ .. }}`"
)]
pub trait DefaultState {
    /// Creates the default state.
    fn default_state() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> DefaultState for T {
    fn default_state() -> Self {
        Self::default()
    }
}

/// A deprecated constant that `#[workflow_methods]` uses in methods that print, because a macro cannot
/// emit a warning itself.
#[deprecated(
    note = "this prints again on every replay of the workflow; log with `tracing`, which is silent \
            then, or print in an activity"
)]
pub const PRINTS_ON_EVERY_REPLAY: () = ();

/// Returns the name of a workflow.
#[must_use]
pub fn workflow_name<W: Workflow>() -> &'static str {
    W::NAME
}

/// Creates the registration of a workflow.
#[must_use]
pub const fn register_workflow<W: WorkflowCode<Input: Payload>>() -> Registration {
    Registration::workflow::<W>(crate::workflow::register::<W>, crate::workflow::handlers::<W>)
}

/// Creates the registration of an activity.
#[must_use]
pub const fn register_activity<A>() -> Registration
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Input: Payload + Sync,
    A::Output: Send + Sync,
{
    Registration::activity::<A>(crate::activity::register::<A>)
}

/// Creates the registration of a workflow that is only declared, and served by another program.
#[must_use]
pub const fn register_declared_workflow<W: WorkflowCode<Input: Payload>>() -> Registration {
    register_workflow::<W>().declared()
}

/// Creates the registration of an activity that is only declared, and served by another program.
#[must_use]
pub const fn register_declared_activity<A>() -> Registration
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Input: Payload + Sync,
    A::Output: Send + Sync,
{
    register_activity::<A>().declared()
}

/// Returns the failure of a declared activity that a test runs without a mock.
///
/// # Errors
/// Always returns a non-retryable failure.
#[must_use]
pub fn not_mocked<T: Send + 'static>(
    activity: &'static str,
) -> BoxFuture<'static, Result<T, ActivityError>> {
    crate::activity::not_mocked(activity)
}

/// Runs a blocking activity function on a thread for blocking code, with the subscriber and the span of
/// its caller.
///
/// # Panics
/// Panics if the function panics. The SDK converts the panic to a failure.
pub async fn blocking<T: Send + 'static>(function: impl FnOnce() -> T + Send + 'static) -> T {
    let (subscriber, span) = (CallersSubscriber::current(), tracing::Span::current());
    let function = move || subscriber.within(|| span.in_scope(function));
    match tokio::task::spawn_blocking(function).await {
        Ok(output) => output,
        // The runtime only cancels blocking tasks while it shuts down, when nothing awaits them.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}

/// Returns the input for `#[init]` or `#[run]`, whichever takes it.
///
/// # Panics
/// Panics if there is no input. The workflow adapter passes it to the method that a constant in the
/// generated code selects.
pub fn given<T>(input: Option<T>) -> T {
    input.expect("the adapter passes the input to the method that takes it")
}

/// The conversion of an [`ActivityError`](OwnActivityError) of a query or update to the SDK's error.
///
/// An activity error is not a `std::error::Error`, so there is no single conversion for it and all other
/// errors. Method resolution selects one of the two traits below, as in `anyhow!`.
#[derive(Debug)]
pub struct FromActivityError;

impl FromActivityError {
    /// Converts the error.
    #[must_use]
    pub fn make(self, error: OwnActivityError) -> HandlerError {
        match error {
            OwnActivityError::Application(failure) => outgoing::handler_failure(*failure),
            other => format!("{other:?}").into(),
        }
    }
}

/// Selects the conversion of an activity error.
pub trait ActivityErrorKind: Sized {
    /// Returns the conversion.
    fn handler_error_kind(&self) -> FromActivityError {
        FromActivityError
    }
}

impl ActivityErrorKind for OwnActivityError {}

/// The conversion of all types that convert to a boxed error.
#[derive(Debug)]
pub struct FromOtherError;

impl FromOtherError {
    /// Converts the error.
    #[must_use]
    pub fn make<E: IntoHandlerError>(self, error: E) -> HandlerError {
        error.into_handler_error()
    }
}

/// An error other than an activity error that a query or update can return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a query or update",
    label = "this error cannot be converted",
    note = "implement `std::error::Error` for it, or return `String` or `ActivityError`"
)]
pub trait IntoHandlerError {
    /// Converts the error.
    fn into_handler_error(self) -> HandlerError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<HandlerError> + 'static> IntoHandlerError for E {
    fn into_handler_error(self) -> HandlerError {
        outgoing::handler_error(self)
    }
}

/// Selects the conversion of every other type, including those that cannot be converted, so that the
/// compiler's message is that of [`IntoHandlerError`].
pub trait OtherErrorKind: Sized {
    /// Returns the conversion.
    fn handler_error_kind(&self) -> FromOtherError {
        FromOtherError
    }
}

impl<E> OtherErrorKind for &E {}

/// The state of a workflow as JSON, or `None` if it is not `Serialize`.
pub type Serialized = Option<serde_json::Result<crate::definition::exact::Json>>;

/// The state of a workflow, for the built-in query. Method resolution selects the first of the two traits
/// below if the state is `Serialize`, and otherwise the second.
pub struct StateOf<'a, W>(pub &'a W);

debug!([W] StateOf['_, W]:);

/// A state that is `Serialize`.
pub trait SerializeState {
    /// Serializes the state to JSON.
    fn serialized(&self) -> Serialized;
}

impl<W: serde::Serialize> SerializeState for StateOf<'_, W> {
    fn serialized(&self) -> Serialized {
        Some(crate::definition::exact::Json::of(self.0))
    }
}

/// A state that is not `Serialize`.
pub trait OpaqueState {
    /// Returns `None`.
    fn serialized(&self) -> Serialized {
        None
    }
}

impl<W> OpaqueState for &StateOf<'_, W> {}

/// Runs the body of an annotated `main`, without waiting for activities that the workers left behind.
///
/// # Panics
/// Panics if the Tokio runtime cannot be created.
pub fn block_on<F: Future>(main: F) -> F::Output {
    crate::worker::block_on(main)
}
