//! Calls of activities, and what all calls of workflow code share: checks before a call becomes a command,
//! counts of pending calls, and the errors of failed calls.

mod activity;
pub(super) mod checks;
pub(super) mod failed;
pub(super) mod info;
mod listed;
pub(super) mod pending;
mod recorded;
mod refused;
mod untyped;
pub(super) mod values;

pub use activity::{ActivityCall, StartedActivity};
