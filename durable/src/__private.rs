//! All that generated code may name. It is no public interface: it changes without notice.

pub use futures_util::future::{BoxFuture, LocalBoxFuture};
pub use inventory;
pub use temporalio_common::data_converters::{
    MultiArgs2, MultiArgs3, MultiArgs4, MultiArgs5, MultiArgs6,
};
pub use temporalio_common::error::ActivityExecutionError;
pub use temporalio_common::{
    ActivityDefinition, HasWorkflowDefinition, Priority, QueryDefinition, SignalDefinition,
    UpdateDefinition, WorkflowDefinition,
};
pub use temporalio_sdk::activities::{ActivityContext, ActivityError, ExecutableActivity};
pub use temporalio_sdk::{WorkflowContextView, WorkflowTermination};

pub use crate::activity::state;
pub use crate::client::{
    Client, Execute, HasHandle, QueryCall, SignalCall, Start, UpdateCall, WorkflowHandle,
};
pub use crate::definition::registry::Registration;
pub use crate::definition::{
    Activity, ActivityDependency, Dependencies, Handler, HandlerDescription, Parameter, Payload,
    SourceLocation, Workflow, WorkflowAnnotation,
};
pub use crate::id::from_template;
pub use crate::options::{ActivityOptions, RetryOptions, WorkflowOptions};
pub use crate::workflow::{
    ActivityCall, AnswerQuery, HandleSignal, HandleSignalAsync, HandleUpdate, HandleUpdateAsync,
    HandlerError, QueryHandler, SignalHandler, StartedActivity, SyncWorkflowContext, UpdateHandler,
    WorkflowCode, WorkflowContext,
};

/// The parts of a `Result`, whatever alias it is written with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Result`",
    note = "a `#[run]` method returns `WorkflowResult<T>`"
)]
pub trait ResultType {
    /// The type of the success.
    type Ok;
    /// The type of the error.
    type Err;
}

impl<T, E> ResultType for Result<T, E> {
    type Ok = T;
    type Err = E;
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

impl<T: Default> DefaultState for T {
    fn default_state() -> Self {
        Self::default()
    }
}

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

/// Runs a blocking activity function on a thread that may block.
///
/// # Errors
/// Those of the function.
///
/// # Panics
/// When the function does; the SDK makes a failure of it.
pub async fn blocking<T, E>(
    function: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: Send + 'static,
{
    match tokio::task::spawn_blocking(function).await {
        Ok(result) => result,
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
/// [`ActivityError`] is no `std::error::Error`, so no one conversion covers both it and all errors;
/// method resolution picks between the two traits below, as `anyhow!` does.
pub struct FromActivityError;

impl FromActivityError {
    /// The error within the activity error.
    #[must_use]
    pub fn make(self, error: ActivityError) -> HandlerError {
        match error {
            ActivityError::Application(failure) => failure,
            other => format!("{other:?}").into(),
        }
    }
}

/// Picked for [`ActivityError`].
pub trait ActivityErrorKind: Sized {
    /// The conversion.
    fn handler_error_kind(&self) -> FromActivityError {
        FromActivityError
    }
}

impl ActivityErrorKind for ActivityError {}

/// Converts everything that a boxed error can be made of.
pub struct FromOtherError;

impl FromOtherError {
    /// The boxed error.
    #[must_use]
    pub fn make<E: Into<HandlerError>>(self, error: E) -> HandlerError {
        error.into()
    }
}

/// Picked for everything that a boxed error can be made of.
pub trait OtherErrorKind: Sized {
    /// The conversion.
    fn handler_error_kind(&self) -> FromOtherError {
        FromOtherError
    }
}

impl<E: Into<HandlerError>> OtherErrorKind for &E {}

/// Runs the body of an annotated `main`.
///
/// # Panics
/// When the operating system refuses the threads of a runtime.
pub fn block_on<F: Future>(main: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a program without threads cannot run")
        .block_on(main)
}
