//! Child workflows, and other workflows that are known by their id.
//!
//! Like a call of an activity, a call of a child is a builder and a lazy future in one. The other workflow
//! runs on its own task queue with its own options. Signals are methods of the generated handles.

mod call;
mod error;
mod external;
mod handle;
mod resolves_to;
mod signal;
mod started;

pub use call::{ChildCall, StartChild};
pub use error::ChildWorkflowError;
pub use external::ExternalWorkflow;
pub use handle::{ChildResult, ChildWorkflow};
pub use resolves_to::{ToHandle, ToOutput};
pub use signal::SignalWorkflow;
pub use started::StartedChild;
