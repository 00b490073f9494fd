//! What workflow code may touch: its context, calls to activities and other workflows, timers, and
//! the deterministic forms of `select!` and `join!`.
//!
//! A workflow runs again from its history whenever a worker needs it, so everything it does must
//! come out the same. What this room offers does. It knows neither clients nor workers.

mod activity_call;
mod answer;
mod attributes;
mod bounded;
mod built_in;
mod cancellation;
mod checks;
mod children;
mod code;
mod context;
mod continue_as_new;
pub mod entity;
mod explained;
mod failed_call;
mod handlers;
mod hosted;
mod metadata;
mod pending;
mod saga;
mod tables;
mod too_large;
pub(crate) mod user_code;

pub use activity_call::{ActivityCall, StartedActivity};
pub use bounded::{JoinAllBounded, join_all_bounded};
pub use cancellation::Status;
pub use children::{
    ChildCall, ChildResult, ChildWorkflow, ChildWorkflowError, ExternalWorkflow, SignalWorkflow,
    StartChild, StartedChild, ToHandle, ToOutput,
};
pub(crate) use code::register;
pub use code::{Parent, WorkflowCode};
pub use context::{SyncWorkflowContext, WorkflowContext};
pub use handlers::{
    AnswerQuery, HandleSignal, HandleSignalAsync, HandleUpdate, HandleUpdateAsync, HandlerError,
    QueryHandler, SignalHandler, UpdateHandler, ValidateUpdate,
};
pub use saga::{CompensationError, Saga};

#[doc(inline)]
pub use crate::error::{ApplicationFailure, ApplicationFailureBuilder};
#[doc(inline)]
pub use temporalio_common::data_converters::PayloadConversionError;
pub use temporalio_common::error::{
    ActivityExecutionError, ApplicationErrorCategory, IncomingError,
};
#[doc(inline)]
pub use temporalio_common::search_attributes::SearchAttributeKey;
#[doc(inline)]
pub use temporalio_sdk::workflows::{join, join_all, select};
#[doc(inline)]
pub use temporalio_sdk::{
    ActivityCancellationType, CancellableFuture, ChildWorkflowCancellationType,
    ContinueAsNewOptions, ParentClosePolicy, TimerOptions, TimerResult, WorkflowCancellationError,
    WorkflowCancellationToken, WorkflowContextView, WorkflowIdReusePolicy, WorkflowResult,
    WorkflowTermination,
};
