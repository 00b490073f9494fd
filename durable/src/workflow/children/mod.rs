//! Child workflows, and other workflows that are known by their id.
//!
//! Like a call of an activity, a call of a child is a builder and a lazy future in one. The other workflow
//! runs on its own task queue with its own options. Signals are methods of the generated handles.

mod call;
mod error;
mod external;
mod handle;
mod signal;
mod started;

pub use call::{ExecuteChildCall, StartChildCall};
pub use error::ChildWorkflowError;
pub use external::ExternalWorkflowHandle;
pub use handle::{ChildResult, ChildWorkflowHandle};
pub use signal::ExternalSignalCall;
pub use started::StartedChild;
