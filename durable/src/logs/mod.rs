//! The context of log lines of user code: spans with the ids of workflows and activities, the program's
//! subscriber on the threads of workers, and silence during replay.
//!
//! Everything here works with any `tracing` subscriber, also with one that the program sets for a scope only.

mod code;
mod hint;
mod panics;
mod silence;
mod site;
mod subscriber;

#[cfg(any(feature = "cli", feature = "telemetry"))]
pub(crate) use code::take_said;
pub(crate) use code::{AttemptIds, CodeLog, RunLog, attempt};
pub(crate) use hint::without_subscriber;
pub(crate) use panics::{PanicPlace, note_on_this_thread, take_place};
pub(crate) use site::Kind;
#[cfg(feature = "telemetry")]
pub(crate) use site::is_own;
pub(crate) use subscriber::CallersSubscriber;
