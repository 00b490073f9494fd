//! Starting workflows and talking to them, from any Rust program.
//!
//! [`Client`] connects; the functions that `#[workflow_methods]` puts on a workflow start it and
//! give typed handles. This room knows the definitions, and no workers.

mod batch;
mod calls;
pub(crate) mod clock;
#[cfg_attr(not(feature = "config"), path = "unconfigured.rs")]
mod configured;
mod connect;
mod handle;
mod health;
mod outcome;
mod relay;
mod security;
mod service;
mod settings;
mod start;

pub use batch::start_all;
pub use calls::{QueryCall, SignalCall, UpdateCall, UpdateHandle};
pub use connect::{Client, ClientBuilder};
pub use handle::{HasHandle, WorkflowHandle};
pub use health::Health;
pub use security::{Pem, Tls};
pub use service::ClientService;
pub use start::{AsHandle, AsOutput, Execute, Start};

#[doc(inline)]
pub use temporalio_client::interceptors::ClientInterceptor;
#[doc(inline)]
pub use temporalio_client::{
    WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHistory,
    WorkflowIdConflictPolicy, WorkflowIdReusePolicy,
};
#[doc(inline)]
pub use temporalio_common::Priority;
#[doc(inline)]
pub use temporalio_common::data_converters::DataConverter;
#[doc(inline)]
pub use temporalio_common::search_attributes::{SearchAttributeKey, SearchAttributes};
