//! Tests of workflows and activities, on a real server (feature `testing`).
//!
//! ```no_run
//! # use durable::prelude::*;
//! # #[workflow(queue = "orders", id = "order-{}")]
//! # #[derive(Default)]
//! # struct OrderWorkflow;
//! # #[workflow_methods]
//! # impl OrderWorkflow {
//! #     #[run]
//! #     async fn run(ctx: &mut WorkflowContext<Self>, id: String) -> WorkflowResult<String> {
//! #         Ok(id)
//! #     }
//! #     #[signal]
//! #     fn approve(&mut self) {}
//! # }
//! use durable::testing::TestEnv;
//!
//! #[durable::test]
//! async fn ships_an_approved_order(env: TestEnv) -> durable::Result<()> {
//!     let order = OrderWorkflow::start(env.client(), "7".to_owned()).await?;
//!     env.skip(Duration::from_secs(86_400)).await?;
//!     order.approve().await?;
//!     assert_eq!(order.result().await?, "7");
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! [`#[durable::test]`](macro@crate::test) gives a test a [`TestEnv`]: a namespace of its own on a dev
//! server that the tests of the process share, and workers for every queue of the program. In it
//! - time skips, for each workflow by itself: [`TimeSkipping`], [`TestEnv::skip`];
//! - activities and workflows can be mocked: [`TestEnv::mock`], [`TestEnv::mock_workflow`], [`Mock`];
//! - the history of every workflow that ran is replayed at the end, and a difference fails the test;
//! - `#[durable::test(crash)]` takes away the workflow cache, and then kills the workers.
//!
//! Besides it there are [`ActivityTest`], which runs one activity without a server, and
//! [`replay_dir`], which replays recorded histories. The guide is `docs/testing.md`.
//!
//! # How it is made
//! The environment reaches workflows by an interceptor on its workers, activities by the code that
//! serves them, and starts by the client's clock. Neither the user's code nor the generated code
//! knows of it. This room may use all others, and none uses it.

mod activity;
mod environment;
mod error;
mod mocks;
mod replay;
mod time;
mod workers;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use environment::run;

pub use activity::{ActivityTest, HeartbeatError, RunningActivity};
pub use environment::{Finished, TestEnv, TestEnvBuilder};
pub use error::{RecordedEvent, RecordedWorkflow, ReplayError, ReplayProblem, TestingError};
pub use mocks::{Calls, Mock};
pub use replay::{Replayed, ReplayedHistory, Replayer, record, replay_dir};
pub use time::TimeSkipping;

/// Locks a mutex, also after a thread panicked while it held the lock: the data behind the locks of
/// this room is consistent between any two statements.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
