//! All that generated code may name. It is no public interface: it changes without notice.

mod shape;
mod template;

pub use futures_util::future::{BoxFuture, LocalBoxFuture};
pub use inventory;
use temporalio_common::data_converters::{TemporalDeserializable, TemporalSerializable};
pub use temporalio_common::error::ActivityExecutionError;
pub use temporalio_common::{
    ActivityDefinition, HasWorkflowDefinition, Priority, QueryDefinition, SignalDefinition,
    UpdateDefinition, WorkflowDefinition,
};
pub use temporalio_sdk::activities::{
    ActivityContext as SdkActivityContext, ActivityError, ExecutableActivity,
};
pub use temporalio_sdk::{WorkflowContextView, WorkflowTermination};

use crate::activity::ActivityError as OwnActivityError;
pub use crate::base_workflow::BaseWorkflow;
pub use crate::client::{Client, Execute, HasHandle, QueryCall, Start, UpdateCall, WorkflowHandle};
pub use crate::definition::registry::Registration;
pub use crate::definition::search_attribute::{DeclaredSearchAttribute, describe_key};
pub use crate::definition::{
    Activity, ActivityDependency, Dependencies, Handler, HandlerDescription, Handles, Inputs,
    Parameter, Payload, SignalTarget, SourceLocation, Workflow, WorkflowAnnotation,
};
pub use crate::error::ApplicationFailure;
use crate::error::outgoing;
pub use crate::error::outgoing::{Conversion, KnownError};
pub use crate::error::{Classification, Classified};
pub use crate::id::from_template;
pub use crate::options::{ActivityOptions, RetryOptions, WorkflowOptions};
#[cfg(feature = "testing")]
pub use crate::testing::TimeSkipping;
#[cfg(feature = "testing")]
pub use crate::testing::run::{Test, TestOutput, TestParameter, run_test};
pub use crate::workflow::user_code::called_as_function;
pub use crate::workflow::{
    ActivityCall, AnswerQuery, ChildCall, ExternalWorkflow, HandleSignal, HandleSignalAsync,
    HandleUpdate, HandleUpdateAsync, HandlerError, QueryHandler, SignalHandler, StartChild,
    StartedActivity, SyncWorkflowContext, UpdateHandler, ValidateUpdate, WorkflowCode,
    WorkflowContext,
};
pub use shape::{
    ContextType, FromWorker, OtherPair, OtherShape, Pair, ResultType, Returned, Shape,
    dependencies, id_part,
};
pub use template::{OnlyInput, WithMethods, only, with_methods};

/// A [`Payload`], by which generated code names the type, so that what rustc says of one that is
/// none is said by this crate, and once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel to the Temporal server and back",
    label = "this type is not `Serialize` and `Deserialize`",
    note = "derive both on it, and on the types within: `#[derive(Serialize, Deserialize)]`",
    note = "an activity takes `ActivityContext` and `State<T>` by these names, and a workflow's method its \
            context by reference: they are no inputs"
)]
pub trait PayloadType {
    /// The type itself.
    type Type: TemporalSerializable + TemporalDeserializable + Send + 'static;
}

#[diagnostic::do_not_recommend]
impl<T: Payload> PayloadType for T {
    type Type = T;
}

/// Asks for a type that can travel.
pub const fn payload<T: PayloadType>() {}

/// What an activity may fail with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of an activity",
    label = "this error cannot be converted",
    note = "implement `std::error::Error` for it, or return `ActivityError`",
    note = "an error whose type and values callers see derives `ApplicationError` besides \
            `thiserror::Error`"
)]
pub trait IntoActivityError {
    /// The conversion.
    fn into_activity_error(self) -> OwnActivityError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<OwnActivityError>> IntoActivityError for E {
    fn into_activity_error(self) -> OwnActivityError {
        self.into()
    }
}

/// The result of an activity function, as the SDK takes it.
///
/// # Errors
/// Those of the function.
pub fn activity_result<T, E: IntoActivityError>(result: Result<T, E>) -> Result<T, ActivityError> {
    result.map_err(|error| error.into_activity_error().into_sdk())
}

/// What a workflow may end with instead of an output.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a workflow",
    label = "this error cannot be converted",
    note = "derive `ApplicationError` for an error of your own: `#[derive(Debug, thiserror::Error, \
            Serialize, Deserialize, ApplicationError)]`",
    note = "or return `WorkflowResult<T>`; `?` converts the errors of activities, child workflows and \
            waiting, and `.map_err(ApplicationFailure::new)?` every `std::error::Error`"
)]
pub trait IntoTermination {
    /// The conversion.
    fn into_termination(self) -> WorkflowTermination;
}

#[diagnostic::do_not_recommend]
impl<E: Into<WorkflowTermination>> IntoTermination for E {
    fn into_termination(self) -> WorkflowTermination {
        self.into()
    }
}

/// The result of `#[run]`, as the SDK takes it.
///
/// # Errors
/// Those of the method.
pub fn run_result<T, E: IntoTermination>(result: Result<T, E>) -> Result<T, WorkflowTermination> {
    result.map_err(E::into_termination)
}

/// The failure that an error of the program is.
#[must_use]
pub fn failure<E: Classified>(error: E) -> ApplicationFailure {
    E::CONVERSION.failure(error)
}

/// What a workflow ends with that an error of the program ends.
#[must_use]
pub fn termination<E: Classified>(error: E) -> WorkflowTermination {
    failure(error).into()
}

/// A state that can be made without an `#[init]` method.
#[diagnostic::on_unimplemented(
    message = "the state of workflow `{Self}` cannot be made",
    label = "this struct has no `Default`, and no `#[init]` method",
    note = "derive it: `#[derive(Default)]`",
    note = "or write how the state is made: `#[init] fn new() -> Self {{ .. }}`"
)]
pub trait DefaultState {
    /// The default.
    fn default_state() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> DefaultState for T {
    fn default_state() -> Self {
        Self::default()
    }
}

/// What `#[workflow_methods]` names where a method prints, because a macro has no other way to warn.
#[deprecated(
    note = "this prints again on every replay of the workflow; print in an activity, or log \
            with `tracing` inside `if !ctx.is_replaying() { .. }`"
)]
pub const PRINTS_ON_EVERY_REPLAY: () = ();

/// The priority of an annotation.
#[must_use]
pub fn priority(key: u32) -> Priority {
    Priority::builder().priority_key(key).build()
}

/// The registration of a workflow.
#[must_use]
pub const fn register_workflow<W: WorkflowCode<Input: Payload>>() -> Registration {
    Registration::workflow::<W>(crate::workflow::register::<W>)
}

/// The registration of an activity.
#[must_use]
pub const fn register_activity<A>() -> Registration
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Input: Payload + Sync,
    A::Output: Send + Sync,
{
    Registration::activity::<A>(crate::activity::register::<A>)
}

/// The registration of a workflow that is declared, and served elsewhere.
#[must_use]
pub const fn register_declared_workflow<W: WorkflowCode<Input: Payload>>() -> Registration {
    register_workflow::<W>().declared()
}

/// The registration of an activity that is declared, and served elsewhere.
#[must_use]
pub const fn register_declared_activity<A>() -> Registration
where
    A: Activity + ExecutableActivity<Implementer = Dependencies>,
    A::Input: Payload + Sync,
    A::Output: Send + Sync,
{
    register_activity::<A>().declared()
}

/// What a declared activity does where a test serves it, and has no mock of it.
///
/// # Errors
/// Always, and not to be retried: it says what to do.
#[must_use]
pub fn not_mocked<T: Send + 'static>(
    activity: &'static str,
) -> BoxFuture<'static, Result<T, ActivityError>> {
    crate::activity::not_mocked(activity)
}

/// Runs a blocking activity function on a thread that may block.
///
/// # Panics
/// When the function does; the SDK makes a failure of it.
pub async fn blocking<T: Send + 'static>(function: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(function).await {
        Ok(output) => output,
        // The runtime cancels blocking tasks only while it shuts down, when nobody waits any more.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}

/// The input that the host hands to the one of `#[init]` and `#[run]` that takes it.
///
/// # Panics
/// Never under the host, which decides by the constant that generated code gives it.
pub fn given<T>(input: Option<T>) -> T {
    input.expect("the host gives the input to the method that takes it")
}

/// How the error of a query or update becomes the error of the SDK.
///
/// The error of an activity is no `std::error::Error`, so no one conversion covers both it and all errors;
/// method resolution picks between the two traits below, as `anyhow!` does.
pub struct FromActivityError;

impl FromActivityError {
    /// The error within the activity error.
    #[must_use]
    pub fn make(self, error: OwnActivityError) -> HandlerError {
        match error {
            OwnActivityError::Application(failure) => outgoing::carried(*failure),
            other => format!("{other:?}").into(),
        }
    }
}

/// Picked for the error of an activity.
pub trait ActivityErrorKind: Sized {
    /// The conversion.
    fn handler_error_kind(&self) -> FromActivityError {
        FromActivityError
    }
}

impl ActivityErrorKind for OwnActivityError {}

/// Converts everything that a boxed error can be made of.
pub struct FromOtherError;

impl FromOtherError {
    /// The boxed error.
    #[must_use]
    pub fn make<E: IntoHandlerError>(self, error: E) -> HandlerError {
        error.into_handler_error()
    }
}

/// What a query or update may fail with, besides that of an activity.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a query or update",
    label = "this error cannot be converted",
    note = "implement `std::error::Error` for it, or return `String` or `ActivityError`"
)]
pub trait IntoHandlerError {
    /// The conversion.
    fn into_handler_error(self) -> HandlerError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<HandlerError> + 'static> IntoHandlerError for E {
    fn into_handler_error(self) -> HandlerError {
        outgoing::handler_error(self)
    }
}

/// Picked for every other type, also for what cannot be converted, so that the message is that of
/// [`IntoHandlerError`].
pub trait OtherErrorKind: Sized {
    /// The conversion.
    fn handler_error_kind(&self) -> FromOtherError {
        FromOtherError
    }
}

impl<E> OtherErrorKind for &E {}

/// The state of a workflow as JSON, where it can be shown.
pub type Serialized = Option<serde_json::Result<crate::definition::exact::Json>>;

/// The state of a workflow, for the built-in query. Method resolution picks the first of the two
/// traits below where the state is `Serialize`, and the second elsewhere.
pub struct StateOf<'a, W>(pub &'a W);

/// The state by its `Serialize`.
pub trait SerializeState {
    /// The state as JSON.
    fn serialized(&self) -> Serialized;
}

impl<W: serde::Serialize> SerializeState for StateOf<'_, W> {
    fn serialized(&self) -> Serialized {
        Some(crate::definition::exact::Json::of(self.0))
    }
}

/// No state that could be shown.
pub trait OpaqueState {
    /// Nothing.
    fn serialized(&self) -> Serialized {
        None
    }
}

impl<W> OpaqueState for &StateOf<'_, W> {}

/// Runs the body of an annotated `main`. What the workers left behind is not waited for.
///
/// # Panics
/// When the operating system refuses the threads of a runtime.
pub fn block_on<F: Future>(main: F) -> F::Output {
    crate::worker::block_on(main)
}
