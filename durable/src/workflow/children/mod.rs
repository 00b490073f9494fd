//! Other workflows, as workflow code meets them: children, and any that are known by their id.
//!
//! The forms are those of activities: a call is a builder and a lazy future in one, and what it calls
//! runs on its own queue with its own options. Signals are methods of the generated handles.

mod call;
mod error;
mod external;
mod handle;
mod signal;
mod started;

pub use call::{ChildCall, StartChild, ToHandle, ToOutput};
pub use error::ChildWorkflowError;
pub use external::ExternalWorkflow;
pub use handle::{ChildResult, ChildWorkflow};
pub use signal::SignalWorkflow;
pub use started::StartedChild;
