//! Starting workflows and talking to them, from any Rust program.
//!
//! [`Client`] connects. The functions that `#[workflow_methods]` generates start workflows and
//! return typed handles. This module uses the definitions, but no workers.

mod any;
mod batch;
mod calls;
pub(crate) mod clock;
mod completion;
#[cfg_attr(not(feature = "config"), path = "unconfigured.rs")]
mod configured;
mod connect;
mod connected;
mod deadline;
mod deployment;
mod description;
mod expired;
mod handle;
mod health;
mod idempotency;
mod io;
mod list;
mod outcome;
mod payloads;
mod proxy;
mod request_amender;
mod schedule;
mod search_attributes;
mod security;
mod service;
mod settings;
mod start;
mod updates;
mod with_start;

pub use any::{AnyInput, AnyQuery, AnySignal, AnyUpdate, AnyWorkflow, AnyWorkflowHandle};
pub use batch::start_all;
pub use calls::{QueryCall, SignalCall};
pub use completion::ActivityCompletion;
pub use connect::ClientBuilder;
pub use connected::Client;
pub use deployment::{DeploymentVersion, VersionOverride};
pub use description::WorkflowDescription;
pub use handle::{HasHandle, WorkflowHandle};
pub use health::Health;
pub use idempotency::Idempotency;
pub use list::{ListWorkflows, ListedWorkflow, Listing};
pub use payloads::Payloads;
pub use schedule::{
    Calendar, CreateSchedule, ListSchedules, ScheduleDescription, ScheduleHandle, ScheduleRun,
    ScheduleSpec, ScheduleSummary, ScheduleUpdate, ScheduledWorkflow,
};
pub use security::{Pem, Tls};
pub use service::ClientService;
pub use start::{AsHandle, AsOutput, Execute, Start};
pub use updates::{UpdateCall, UpdateHandle, UpdateMethod};
pub use with_start::{SignalWithStart, UpdateWithStart};

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
