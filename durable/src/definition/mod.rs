//! What the annotations say: names, queues, options, inputs and where they stand.
//!
//! Everything here is written by `#[workflow]`, `#[workflow_methods]` and `#[activity]` and read
//! by the rooms below. This room knows no server: neither clients, nor workers, nor the contexts
//! that running code sees.

mod activity;
pub(crate) mod arguments;
pub(crate) mod configured;
mod dependencies;
mod handler;
mod payload;
pub(crate) mod registry;
mod shutdown;
mod source;
mod workflow;

pub use activity::Activity;
pub use dependencies::{ActivityDependency, Dependencies};
pub use handler::{Handler, HandlerDescription};
pub use payload::Payload;
pub use registry::{ActivityEntry, Queue, Registry, RegistryError, RegistryProblem, WorkflowEntry};
pub(crate) use shutdown::WorkerShutdown;
pub use source::{Parameter, SourceLocation};
pub use workflow::{Workflow, WorkflowAnnotation};
