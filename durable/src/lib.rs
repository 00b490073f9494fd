//! A typed workflow framework on [Temporal](https://temporal.io).

extern crate self as durable;

pub mod activity;
pub mod client;
pub mod definition;
#[cfg(feature = "dev-server")]
pub mod dev_server;
pub mod error;
mod id;
pub mod options;
pub mod prelude;
pub mod worker;
pub mod workflow;

#[doc(hidden)]
pub mod __private;

pub use activity::State;
pub use client::{Client, WorkflowHandle};
pub use definition::Registry;
pub use durable_macros::{activity, workflow, workflow_methods};
pub use error::{Error, Failure, Result};
pub use worker::Workers;

/// The SDK that this crate is built on, for what it does not cover.
pub mod sdk {
    pub use temporalio_client;
    pub use temporalio_common;
    pub use temporalio_sdk;
}
