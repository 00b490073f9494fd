//! The context of log lines of user code: spans with the ids of workflows and activities, the program's
//! subscriber on the threads of workers, and silence during replay.
//!
//! Everything here works with any `tracing` subscriber, also with one that the program sets for a scope only.

mod code;
mod silence;
mod site;
mod subscriber;

pub(crate) use code::{AttemptIds, CodeLog, RunLog, attempt};
pub(crate) use site::Kind;
pub(crate) use subscriber::CallersSubscriber;
