//! The API for workflow code: the context, calls of activities and other workflows, timers, and the
//! deterministic forms of `select!` and `join!`.
//!
//! A workflow is replayed from its history whenever a worker needs it, so its code must be deterministic.
//! Everything in this module is. It depends neither on clients nor on workers.

mod activity_call;
mod adapter;
mod attributes;
mod bounded;
mod built_in;
mod call_info;
mod cancellation;
mod checks;
mod children;
mod code;
mod context;
mod continue_as_new;
mod conversion;
pub mod entity;
mod failed_call;
mod handlers;
mod implementation;
mod metadata;
mod outgoing;
mod pending;
mod query_output;
mod register;
mod saga;
mod tables;
pub(crate) mod user_code;

pub use activity_call::{ActivityCall, StartedActivity};
pub use bounded::{JoinAllBounded, join_all_bounded};
pub use cancellation::Status;
pub use children::{
    ChildCall, ChildResult, ChildWorkflow, ChildWorkflowError, ExternalWorkflow, SignalWorkflow,
    StartChild, StartedChild, ToHandle, ToOutput,
};
pub use code::{Parent, WorkflowCode};
pub use context::{SyncWorkflowContext, WorkflowContext};
pub use handlers::{
    AnswerQuery, HandleSignal, HandleSignalAsync, HandleUpdate, HandleUpdateAsync, ValidateUpdate,
};
pub(crate) use register::register;
pub use saga::{CompensationError, Saga};
pub use tables::{HandlerError, QueryHandler, SignalHandler, UpdateHandler};

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
