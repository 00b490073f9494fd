//! Starting workflows and talking to them, from any Rust program.
//!
//! ```no_run
//! # use durable::prelude::*;
//! # #[workflow(queue = "orders", id = "order-{}")]
//! # #[derive(Default)]
//! # struct OrderWorkflow;
//! # #[workflow_methods]
//! # impl OrderWorkflow {
//! #     #[run]
//! #     async fn run(ctx: &mut WorkflowContext<Self>, id: String) -> WorkflowResult<String> {
//! #         Ok(id)
//! #     }
//! #     #[signal]
//! #     fn approve(&mut self) {}
//! # }
//! use durable::client::Client;
//!
//! # async fn example() -> durable::Result<()> {
//! let client = Client::connect("localhost:7233").await?;
//! let order = OrderWorkflow::start(&client, "7".to_owned()).await?;
//! order.approve().await?;
//! println!("{}", order.result().await?);
//!
//! // Another program gets the handle by the id.
//! let order = OrderWorkflow::handle(&client, "order-7");
//! println!("stuck: {}", order.describe().await?.is_stuck());
//! # Ok(())
//! # }
//! ```
//!
//! [`Client`] connects. The functions that `#[workflow_methods]` generates start workflows and
//! return typed handles. This module uses the definitions, but no workers.

mod connection;
mod deployment;
mod handle;
mod list;
mod payloads;
mod queue;
mod schedule;
mod search_attributes;
mod start;

#[cfg(feature = "config")]
pub(crate) use connection::{ApiKey, ConnectionSettings, Switch, Transport};
pub use connection::{Client, ClientBuilder, ClientService, Health, Pem, Tls};
pub(crate) use connection::{ServerAnswer, is_refusal, is_transient};
pub use deployment::{DeploymentVersion, VersionOverride};
pub use handle::{
    ActivityHandle, ActivitySelection, ActivityState, AnyInput, AnyQuery, AnySignal, AnyUpdate,
    AnyWorkflow, AnyWorkflowHandle, HasHandle, PauseNote, PendingActivity, PendingChild,
    PendingTimer, PendingWorkflowTask, QueryCall, ResetPoint, SignalCall, UpdateCall, UpdateHandle,
    UpdateMethod, WorkflowDescription, WorkflowEnding, WorkflowHandle,
};
#[cfg(feature = "axum")]
pub(crate) use list::STATUSES;
pub use list::{Batch, BatchProgress, ListWorkflowsCall, ListedWorkflow, Listing};
pub use payloads::Payloads;
pub use queue::{
    Poller, TaskQueueDescription, TaskQueueHandle, TaskQueuePart, WorkerStatus, WorkerSummary,
};
pub use schedule::{
    Calendar, CreateScheduleCall, ListSchedulesCall, ScheduleDescription, ScheduleHandle,
    ScheduleRun, ScheduleSpec, ScheduleSummary, ScheduleUpdate, ScheduledWorkflow,
};
#[cfg(feature = "testing")]
pub(crate) use start::clock;
pub use start::{
    ExecuteCall, Idempotency, SignalWithStartCall, StartCall, UpdateWithStartCall, start_all,
};

pub use crate::definition::{ToHandle, ToOutput};
#[doc(inline)]
pub use temporalio_client::interceptors::ClientInterceptor;
#[doc(inline)]
pub use temporalio_client::schedules::ScheduleOverlapPolicy;
pub use temporalio_client::{ActivityHeartbeatResponse, ActivityIdentifier};
#[doc(inline)]
pub use temporalio_client::{
    WorkflowExecution, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHistory,
    WorkflowIdConflictPolicy, WorkflowIdReusePolicy,
};
#[doc(inline)]
pub use temporalio_common::Priority;
#[doc(inline)]
pub use temporalio_common::data_converters::DataConverter;
#[doc(inline)]
pub use temporalio_common::search_attributes::{SearchAttributeKey, SearchAttributes, Timestamp};
