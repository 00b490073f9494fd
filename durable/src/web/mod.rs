//! Workflows in a web service: handlers of [axum](https://docs.rs/axum).
//!
//! A handler takes the [`Client`](crate::Client) and an [`Input`], calls the typed functions of a workflow, and
//! returns a [`durable::Result`](crate::Result). An error is answered as a [`Problem`]: the right status, and a
//! body of `application/problem+json` (RFC 9457) without values or secrets.
//!
//! ```no_run
//! use durable::client::ClientService;
//! use durable::prelude::*;
//! use durable::web::axum::extract::Path;
//! use durable::web::axum::routing::{get, post};
//! use durable::web::axum::{Json, Router};
//! use durable::web::{Input, Started};
//!
//! # #[derive(Debug, Serialize, Deserialize)]
//! # struct Order {
//! #     id: String,
//! # }
//! #
//! # #[workflow(queue = "orders", id = "order-{id}")]
//! # #[derive(Default)]
//! # struct OrderWorkflow;
//! #
//! # #[workflow_methods]
//! # impl OrderWorkflow {
//! #     #[run]
//! #     async fn run(_ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<String> {
//! #         Ok(order.id)
//! #     }
//! # }
//! #
//! /// Starts an order and returns at once: 202 with the ids, or 409 if it is there already.
//! async fn place(client: Client, Input(order): Input<Order>) -> durable::Result<Started> {
//!     Ok(Started::of(&OrderWorkflow::start(&client, order).await?))
//! }
//!
//! /// Waits for the result: 504 with the id if there is none after 20 seconds.
//! async fn result(client: Client, Path(id): Path<String>) -> durable::Result<Json<String>> {
//!     let order = OrderWorkflow::handle(&client, id);
//!     Ok(Json(order.result_within(Duration::from_secs(20)).await?))
//! }
//!
//! # fn app() -> Router {
//! let temporal = ClientService::new(Client::builder());
//! Router::new()
//!     .route("/orders", post(place))
//!     .route("/orders/{id}/result", get(result))
//!     .with_state(temporal)
//! # }
//! ```
//!
//! If the HTTP client goes away, its handler is dropped, and with it the wait for a result. The workflow goes on.
//! docs/web.md has all patterns, and the table of the errors.

mod answers;
mod client;
mod events;
pub mod gateway;
mod health;
mod input;
pub(crate) mod kind;
mod problem;
#[cfg(test)]
mod reference;
mod started;
mod traces;

pub use events::{Events, LastEventId};
pub use gateway::gateway;
pub use health::{health, health_with_workers};
pub use input::Input;
pub use problem::Problem;
pub use started::Started;
pub use traces::trace;

/// The crate of the handlers and routers.
pub use axum;
