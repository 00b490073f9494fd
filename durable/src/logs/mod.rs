//! The context of log lines of user code: spans with the ids of workflows and activities, the program's
//! subscriber on the threads of workers, and silence during replay.
//!
//! Everything here works with any `tracing` subscriber, also with one that the program sets for a scope only.

mod code;
mod hint;
mod silence;
mod site;
mod subscriber;

pub(crate) use code::{AttemptIds, CodeLog, RunLog, attempt};
pub(crate) use hint::without_subscriber;
pub(crate) use site::Kind;
pub(crate) use subscriber::CallersSubscriber;
