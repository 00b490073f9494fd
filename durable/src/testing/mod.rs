//! Tests of workflows and activities, on a real server (feature `testing`).
//!
//! [`#[durable::test]`](macro@crate::test) gives a test a [`TestEnv`]: a namespace of its own on a dev
//! server that all tests of the process share, and workers for every queue of the program. In it
//! - time skips, for each workflow by itself: [`TimeSkipping`], [`TestEnv::skip`];
//! - activities and workflows can be mocked: [`TestEnv::mock`], [`TestEnv::mock_workflow`], [`Mock`];
//! - the history of every workflow that ran is replayed at the end, and a difference fails the test;
//! - `#[durable::test(crash)]` takes away the workflow cache, and then kills the workers.
//!
//! Besides it there are [`ActivityTest`], which runs one activity without a server, and
//! [`replay_dir`], which replays recorded histories. The guide is `docs/testing.md`.
//!
//! # How it is made
//! The environment comes between the worker and the code by an interceptor on the workflow side and
//! by the form in which activities are served; between the client and the server by the clock of the
//! client. Neither the user's code nor the generated code knows of it. This room may use all others,
//! and none uses it.

mod activity;
mod environment;
mod mocks;
mod replay;
mod time;
mod workers;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use environment::run;

pub use activity::{ActivityTest, HeartbeatError, RunningActivity};
pub use environment::{Finished, TestEnv, TestEnvBuilder};
pub use mocks::{Calls, Mock};
pub use replay::{Replayed, ReplayedHistory, Replayer, record, replay_dir};
pub use time::TimeSkipping;

#[doc(inline)]
pub use crate::error::{RecordedEvent, RecordedWorkflow, ReplayError, ReplayProblem, TestingError};

/// What is behind the locks of this room is whole between any two statements, also when a thread
/// panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
