//! A gateway: routes for all workflows of the registry, for callers that don't know their Rust types.
//!
//! [`gateway`] returns a builder. It must get an authorization, or be told that there is none. Its router is
//! mounted in an application of axum. Without that, there is no gateway.
//!
//! ```no_run
//! # async fn example(client: durable::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use durable::web::axum::Router;
//! use durable::web::gateway::{Access, Caller, Denied, Operation, gateway};
//!
//! let gateway = gateway()
//!     .authorize(async |access: Access| match access.headers.get("x-api-key") {
//!         Some(key) if key == "0123456789abcdef" => Ok(Caller::new("shop")),
//!         Some(_) => Err(Denied::forbidden("this key is not valid")),
//!         None => Err(Denied::unauthenticated("send the header X-Api-Key")),
//!     })
//!     .allow_type("OrderWorkflow", [Operation::Start, Operation::Describe, Operation::Document]);
//! let app: Router = Router::new().nest("/gateway", gateway.router(&client)?);
//! # let _ = app;
//! # Ok(())
//! # }
//! ```
//!
//! A gateway without a decision about authorization has no router:
//!
//! ```compile_fail,E0599
//! # fn example(client: &durable::Client) {
//! let router = durable::web::gateway().router(client);
//! # }
//! ```
//!
//! # Routes
//! | | |
//! |---|---|
//! | `POST /start/{type}` | starts a workflow |
//! | `POST /execute/{type}` | starts a workflow and waits for its output |
//! | `GET /workflows` | lists workflows, page by page |
//! | `GET /workflows/{type}/{id}` | describes a workflow |
//! | `GET /workflows/{type}/{id}/result` | waits for the output |
//! | `POST /workflows/{type}/{id}/signal/{name}` | sends a signal |
//! | `POST /workflows/{type}/{id}/query/{name}` | sends a query |
//! | `POST /workflows/{type}/{id}/update/{name}` | sends an update and waits for its output |
//! | `GET /workflows/{type}/{id}/update/{name}/{update_id}` | waits for the output of an update |
//! | `POST /workflows/{type}/{id}/cancel`, `/terminate` | ends a workflow |
//! | `GET /schedules` | lists schedules, page by page |
//! | `POST`, `GET`, `DELETE /schedules/{type}/{id}` | creates, describes, deletes a schedule |
//! | `POST /schedules/{type}/{id}/pause`, `/unpause`, `/trigger` | changes a schedule |
//! | `GET /openapi.json` | the `OpenAPI` 3.1 document, with the types of this program |
//! | `GET /docs` | a page on which people read and try the operations |
//!
//! docs/gateway.md describes the bodies, the limits and the threats.

mod access;
mod builder;
mod calls;
mod catalogue;
mod document;
mod error;
mod fields;
mod idempotency;
pub(super) mod kind;
mod limits;
mod list;
mod location;
mod operation;
mod page;
mod request;
mod routes;
mod schedules;
mod service;
mod start;
mod text;
mod workflows;

pub use access::{Access, Caller, Denied};
pub use builder::{Decided, Gateway, Undecided};
pub use error::GatewayError;
pub use operation::Operation;

/// Returns a builder of a gateway over the workflows of the registry.
pub fn gateway() -> Gateway<Undecided> {
    Gateway::new()
}
