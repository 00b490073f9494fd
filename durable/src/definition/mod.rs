//! Definitions of workflows and activities: names, task queues, options, inputs and source locations.
//!
//! ```standalone_crate
//! use durable::prelude::*;
//!
//! #[activity(queue = "payments")]
//! async fn charge(order_id: String, amount: f64) -> Result<String, ActivityError> {
//!     Ok(format!("charged {amount} for order {order_id}"))
//! }
//!
//! let registry = durable::Registry::collect()?;
//! let queue = registry.queue("payments").expect("an annotation names it");
//! assert_eq!(queue.activities()[0].name, "charge");
//! # Ok::<(), durable::definition::RegistryError>(())
//! ```
//!
//! `#[workflow]`, `#[workflow_methods]` and `#[activity]` implement the traits of this module, and the
//! rest of the crate uses them. This module depends neither on clients nor on workers.

pub(crate) mod activity;
pub(crate) mod arguments;
mod attempt;
mod attempts;
mod built_in;
mod caught;
pub(crate) mod configured;
pub(crate) mod current_update;
mod debug;
pub(crate) mod dependencies;
mod deserializer;
pub(crate) mod encrypted_failures;
pub(crate) mod entry;
pub(crate) mod exact;
pub(crate) mod guarded_interceptor;
pub(crate) mod handler;
mod handles;
mod inputs;
mod json;
pub(crate) mod metadata;
mod payload;
mod polled;
mod problem;
pub(crate) mod quarantine;
mod read_only;
pub(crate) mod registry;
mod resolves_to;
#[cfg(feature = "schema")]
pub(crate) mod schema;
pub(crate) mod sealed;
pub(crate) mod search_attribute;
mod shutdown;
mod source;
mod task_token;
pub(crate) mod updates;
pub(crate) mod user_code;
pub(crate) mod workflow;

#[doc(inline)]
pub use crate::search_attribute::{SearchAttribute, UnknownSearchAttribute};
pub use activity::Activity;
pub use attempt::ActivityAttempt;
pub(crate) use attempts::{Attempts, Running};
pub(crate) use built_in::{CANCEL, STACK_TRACE, STATE};
pub use built_in::{CancelSignal, StackTraceQuery, StateQuery};
pub(crate) use caught::{Guarded, caught, caught_async, discard, panic_message};
pub(crate) use debug::debug;
pub use dependencies::ActivityDependency;
pub(crate) use dependencies::Dependencies;
pub use entry::{ActivityEntry, WorkflowEntry};
pub(crate) use handler::Handler;
pub use handler::HandlerDescription;
#[cfg(any(feature = "axum", feature = "cli"))]
pub(crate) use handler::HandlerKind;
pub use handles::SignalTarget;
pub(crate) use handles::Typed;
pub use inputs::{Arguments, Inputs};
pub use json::InvalidInput;
#[cfg(feature = "axum")]
pub(crate) use json::decode_body;
pub use payload::Payload;
pub use problem::{RegistryError, RegistryProblem};
pub use registry::{Queue, Registry};
pub use resolves_to::{ToHandle, ToOutput};
#[cfg(feature = "schema")]
pub use schema::{CallSchemas, ErrorEntry, ErrorKindEntry, HandlerSchemas, Schemas, TypeSchema};
pub(crate) use sealed::Sealed;
pub use search_attribute::SearchAttributeEntry;
pub(crate) use search_attribute::declared_search_attributes;
pub(crate) use shutdown::WorkerShutdown;
pub use source::{Parameter, SourceLocation};
pub use task_token::{InvalidTaskToken, TaskToken};
pub use user_code::StuckWorkflow;
pub(crate) use workflow::wire;
pub use workflow::{InputOf, Workflow, WorkflowAnnotation};
