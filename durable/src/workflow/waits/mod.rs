//! The waits of workflow code: their type, and the list of them that answers the query `__stack_trace`.

mod list;
mod trace;
mod wait;

pub(crate) use list::{Entry, Listed, Place, Routine, Subject, Waits};
pub use wait::Wait;
