//! The API for workflow code: the context, calls of activities and other workflows, timers, and the
//! deterministic forms of `select!` and `join!`.
//!
//! ```
//! use durable::prelude::*;
//!
//! # #[activity(queue = "orders")]
//! # async fn remind(id: String) -> Result<(), ActivityError> { Ok(()) }
//! #[workflow(queue = "orders", id = "order-{}")]
//! #[derive(Default)]
//! struct OrderWorkflow {
//!     approved: bool,
//! }
//!
//! #[workflow_methods]
//! impl OrderWorkflow {
//!     #[run]
//!     async fn run(ctx: &mut WorkflowContext<Self>, id: String) -> WorkflowResult<()> {
//!         let day = Duration::from_secs(86_400);
//!         while !ctx.wait_condition_timeout(|state| state.approved, day).await? {
//!             remind::execute(ctx, id.clone()).await?;
//!         }
//!         Ok(())
//!     }
//!
//!     #[signal]
//!     fn approve(&mut self) {
//!         self.approved = true;
//!     }
//! }
//! ```
//!
//! A workflow is replayed from its history whenever a worker needs it, so its code must be deterministic.
//! Everything in this module is. It depends neither on clients nor on workers.

mod bounded;
mod calls;
mod children;
mod context;
mod conversion;
pub mod entity;
pub(crate) mod implementation;
mod saga;
mod waits;

pub use bounded::{JoinAllBounded, join_all_bounded};
pub use calls::{ActivityCall, StartedActivity};
pub use children::{
    ChildResult, ChildWorkflowError, ChildWorkflowHandle, ExecuteChildCall, ExternalSignalCall,
    ExternalWorkflowHandle, StartChildCall, StartedChild,
};
pub use context::{Status, SyncWorkflowContext, WorkflowContext};
pub use implementation::Parent;
pub(crate) use implementation::{handlers, register, user_code};
pub use saga::{CompensationError, Saga};
pub use waits::Wait;

pub use crate::definition::{ToHandle, ToOutput};
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
