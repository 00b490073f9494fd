//! The items that most programs with workflows use: `use durable::prelude::*;`.
//!
//! ```
//! use durable::prelude::*;
//!
//! #[activity(queue = "greetings")]
//! async fn greet(name: String) -> Result<String, ActivityError> {
//!     Ok(format!("Hello, {name}!"))
//! }
//! ```

pub use crate::activity::{ActivityContext, ActivityError, ApplicationFailure, State};
pub use crate::base_workflow::BaseWorkflow;
pub use crate::client::{Client, WorkflowHandle};
// For `OrderWorkflow::NAME` and `OrderWorkflow::QUEUE`.
pub use crate::definition::WorkflowAnnotation as _;
pub use crate::error::DowncastFailure;
pub use crate::worker::Workers;
pub use crate::workflow::{
    SyncWorkflowContext, WorkflowContext, WorkflowContextView, WorkflowResult, WorkflowTermination,
};
pub use crate::{ApplicationError, activity, workflow, workflow_methods};
/// The markers inside an impl block with `#[workflow_methods]`. As macros, they report that the attribute
/// is missing.
#[doc(hidden)]
pub use durable_macros::{init, query, run, signal, update, update_validator};
pub use serde::{Deserialize, Serialize};
pub use std::time::Duration;
