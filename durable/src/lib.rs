//! A typed workflow framework on [Temporal](https://temporal.io).
//!
//! Annotate workflow structs with [`#[workflow]`](macro@workflow) and
//! [`#[workflow_methods]`](macro@workflow_methods), and activity functions with
//! [`#[activity]`](macro@activity). The macros generate the rest from the annotations.
//!
//! ```no_run
//! use durable::prelude::*;
//!
//! /// An activity does the work. It remains an ordinary function.
//! #[activity(queue = "payments", start_to_close_timeout = "30s")]
//! async fn charge(order_id: String, amount: f64) -> Result<String, ActivityError> {
//!     Ok(format!("charged {amount} for order {order_id}"))
//! }
//!
//! #[derive(Debug, Serialize, Deserialize)]
//! struct Order {
//!     id: String,
//!     amount: f64,
//! }
//!
//! /// A workflow orchestrates activities, and survives crashes of its worker.
//! #[workflow(queue = "orders", id = "order-{id}")]
//! #[derive(Default)]
//! struct OrderWorkflow {
//!     approved: bool,
//! }
//!
//! #[workflow_methods]
//! impl OrderWorkflow {
//!     #[run]
//!     async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<String> {
//!         ctx.wait_condition(|state| state.approved).await?;
//!         Ok(charge::execute(ctx, order.id, order.amount).await?)
//!     }
//!
//!     #[signal]
//!     fn approve(&mut self) {
//!         self.approved = true;
//!     }
//! }
//!
//! #[durable::main]
//! async fn main() -> durable::Result<()> {
//!     let client = Client::from_env().await?;
//!     let workers = Workers::new(&client).start().await?;
//!
//!     let order = Order { id: "7".to_owned(), amount: 12.5 };
//!     let order = OrderWorkflow::start(&client, order).await?;
//!     order.approve().await?;
//!     println!("{}", order.result().await?);
//!
//!     workers.shutdown().await
//! }
//! ```
//!
//! # Modules
//! - [`BaseWorkflow`]: the trait of all workflows, for generic code.
//! - [`workflow`](mod@workflow): the types that workflow code uses.
//! - [`activity`](mod@activity): the types that activity code uses.
//! - [`client`]: starting workflows, and handles of workflows.
//! - [`error`]: errors and failures.
//! - [`worker`]: serving task queues.
//! - [`metrics`]: counters, gauges and histograms of activities and workflows.
//! - [`Registry`]: the annotated workflows and activities of this program.
//! - [`options`]: timeouts, retries and other options, and their precedence.
//! - [`config`]: configuration of the connection, the workers and the options from a file and the
//!   environment.
//! - [`codec`]: encryption and compression of payloads.
//! - `web`: handlers of axum: errors as answers, the shared client, live state, health.
//! - [`sdk`]: the Temporal SDK, for features that this crate does not cover.
//!
//! # Features
//! - `axum`: `web`, for services that start workflows and talk to them over HTTP, and a gateway to all of them.
//! - `cli`: [`cli`], a command-line program for the workflows of the registry: serve, start, signal,
//!   query, inspect and check.
//! - `codec-server`: [`codec::server`], by which the web UI and the `temporal` command show encoded values.
//! - `config` (default): [`config`], configuration from a file and the environment.
//! - `encryption`: [`codec`], encryption and compression of everything that is sent to the server.
//! - `schema`: [`contract`], the contract of workflows and activities with their callers, and its check.
//! - `dev-server`: [`dev_server`], which finds or downloads the official `temporal` command, and runs it.
//! - `telemetry`: `telemetry`, which exports metrics and traces.
//! - `testing`: [`testing`] and [`#[durable::test]`](macro@test), for tests of workflows and activities.

#![warn(unreachable_pub)]
#![deny(missing_debug_implementations)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![cfg_attr(
    not(all(feature = "encryption", feature = "schema", feature = "testing")),
    allow(rustdoc::broken_intra_doc_links)
)]

extern crate self as durable;

pub mod activity;
mod address;
mod background;
mod base_workflow;
#[cfg(feature = "cli")]
pub mod cli;
pub mod client;
#[cfg(feature = "encryption")]
pub mod codec;
#[cfg(any(feature = "codec-server", feature = "config"))]
mod codec_server_settings;
#[cfg(feature = "config")]
pub mod config;
#[cfg(feature = "schema")]
pub mod contract;
pub mod definition;
#[cfg(feature = "dev-server")]
pub mod dev_server;
#[cfg(any(feature = "config", feature = "dev-server"))]
mod dev_server_settings;
pub mod error;
mod http_listener;
mod id;
mod instrumentation;
mod logs;
pub mod metrics;
pub mod options;
pub mod prelude;
#[cfg(feature = "dev-server")]
mod private_file;
mod search_attribute;
mod secret;
mod settings;
#[cfg(any(feature = "axum", feature = "cli"))]
mod strict_json;
#[cfg(any(feature = "cli", feature = "telemetry"))]
pub mod telemetry;
#[cfg(any(feature = "cli", feature = "config", feature = "telemetry"))]
#[cfg_attr(not(any(feature = "cli", feature = "telemetry")), allow(unreachable_pub))]
mod telemetry_settings;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;
#[cfg(feature = "axum")]
pub mod web;
pub mod worker;
pub mod workflow;

#[doc(hidden)]
pub mod __private;

#[doc = include_str!("docs/search_attributes.md")]
#[macro_export]
macro_rules! search_attributes {
    ($($(#[$attribute:meta])* $visibility:vis const $name:ident: $key:ty = $value:expr;)*) => {
        $(
            $(#[$attribute])*
            $visibility const $name: $key = $value;

            $(#[$attribute])*
            const _: () = {
                $crate::__private::inventory::submit! {
                    $crate::__private::DeclaredSearchAttribute::new(
                        || $crate::__private::describe_key(&$name),
                        $crate::__private::source(
                            ::core::file!(),
                            ::core::line!(),
                            ::core::column!(),
                        ),
                    )
                }
            };
        )*
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`search_attributes!` takes constants, such as \
             `pub const CUSTOMER: SearchAttributeKey<String> = SearchAttributeKey::keyword(\"Customer\");`"
        );
    };
}

pub use activity::State;
pub use base_workflow::BaseWorkflow;
pub use client::{Client, WorkflowHandle};
pub use definition::Registry;
pub use error::{Error, Failure, Result};
pub use worker::Workers;

#[doc = include_str!("docs/application_error.md")]
pub use durable_macros::ApplicationError;
#[doc = include_str!("docs/activity.md")]
pub use durable_macros::activity;
#[doc = include_str!("docs/main.md")]
pub use durable_macros::main;
#[cfg(feature = "testing")]
#[doc = include_str!("docs/test.md")]
pub use durable_macros::test;
#[doc = include_str!("docs/workflow.md")]
pub use durable_macros::workflow;
#[doc = include_str!("docs/workflow_methods.md")]
pub use durable_macros::workflow_methods;

/// The crate whose `JsonSchema` types derive, so that the contract and the gateway describe them.
///
/// A crate that has no dependency on it derives with `#[schemars(crate = "durable::schemars")]`.
#[cfg(feature = "schema")]
pub use schemars;

/// The Temporal SDK on which this crate is built, for features that this crate does not cover.
pub mod sdk {
    pub use temporalio_client;
    pub use temporalio_common;
    pub use temporalio_sdk;
}
