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
//! # The book
//! The [book] goes from the first workflow to production:
//!
//! - First steps: [getting started], [concepts].
//! - Writing workflows: [definitions], [starting and talking], [inside a workflow], [failures], [determinism],
//!   [versioning], [tests].
//! - Running them: [configuration], [command line], [operations], [scaling], [security], [encryption], [codec server],
//!   [logs], [metrics pages], [traces], [performance], [troubleshooting].
//! - Other programs: [web services], [gateways], [contracts].
//! - Coming from elsewhere: [Python original], [SDK], [other SDKs].
//! - Reference: [commands and options], [errors and their messages].
//! - About the project: [architecture], [design decisions], [dependencies].
//!
#![doc = concat!("[book]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/README.md")]
#![doc = concat!("[getting started]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/getting-started.md")]
#![doc = concat!("[concepts]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/concepts.md")]
#![doc = concat!("[definitions]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/defining.md")]
#![doc = concat!("[starting and talking]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/starting.md")]
#![doc = concat!("[inside a workflow]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/inside.md")]
#![doc = concat!("[failures]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/failures.md")]
#![doc = concat!("[determinism]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/determinism.md")]
#![doc = concat!("[versioning]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/versioning.md")]
#![doc = concat!("[tests]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/testing.md")]
#![doc = concat!("[configuration]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md")]
#![doc = concat!("[command line]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/cli.md")]
#![doc = concat!("[operations]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md")]
#![doc = concat!("[scaling]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/scaling.md")]
#![doc = concat!("[security]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/security.md")]
#![doc = concat!("[encryption]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/encryption.md")]
#![doc = concat!("[codec server]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/codec-server.md")]
#![doc = concat!("[logs]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/logging.md")]
#![doc = concat!("[metrics pages]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md")]
#![doc = concat!("[traces]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/tracing.md")]
#![doc = concat!("[performance]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/performance.md")]
#![doc = concat!("[troubleshooting]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/troubleshooting.md")]
#![doc = concat!("[web services]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/web.md")]
#![doc = concat!("[gateways]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/gateway.md")]
#![doc = concat!("[contracts]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/contract.md")]
#![doc = concat!("[Python original]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/from-python.md")]
#![doc = concat!("[SDK]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/from-the-sdk.md")]
#![doc = concat!("[other SDKs]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/from-other-sdks.md")]
#![doc = concat!("[commands and options]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/cli-reference.md")]
#![doc = concat!("[errors and their messages]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/errors.md")]
#![doc = concat!("[architecture]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/architecture.md")]
#![doc = concat!("[design decisions]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/design.md")]
#![doc = concat!("[dependencies]: file://", env!("CARGO_MANIFEST_DIR"), "/../docs/dependencies.md")]
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
// On docs.rs, and wherever `--cfg docsrs` is given to a nightly rustdoc, items of a feature are labelled with it.
#![cfg_attr(docsrs, feature(doc_cfg))]
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
///
/// ```no_run
/// use durable::sdk::temporalio_client::grpc::WorkflowService as _;
/// use durable::sdk::temporalio_client::tonic::IntoRequest as _;
/// use durable::sdk::temporalio_common::protos::temporal::api::workflowservice::v1::GetClusterInfoRequest;
///
/// # async fn example(client: &durable::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let mut sdk = client.sdk().clone();
/// let cluster = sdk.get_cluster_info(GetClusterInfoRequest {}.into_request()).await?;
/// println!("{}", cluster.into_inner().server_version);
/// # Ok(())
/// # }
/// ```
pub mod sdk {
    pub use temporalio_client;
    pub use temporalio_common;
    pub use temporalio_sdk;
}
