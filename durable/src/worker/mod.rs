//! Serving queues: one worker for each, built from what the annotations collected.
//!
//! ```no_run
//! use durable::prelude::*;
//!
//! #[durable::main]
//! async fn main() -> durable::Result<()> {
//!     let client = Client::from_env().await?;
//!     // Every annotated queue, until Ctrl-C or SIGTERM; then running activities have a minute to end.
//!     Workers::new(&client).drain_timeout(Duration::from_secs(60)).run().await
//! }
//! ```
//!
//! [`Workers`] checks everything before anything runs, starts a worker for each queue, starts those
//! again that die, tells how they are, and stops them cleanly on Ctrl-C or SIGTERM.

mod attributes;
mod backlog;
mod checks;
mod control;
mod drain;
mod error;
mod exit;
mod health;
mod id;
mod limits;
mod listen;
mod pool;
mod presence;
mod recycle;
mod report;
mod running;
mod running_worker;
mod serve;
mod settings;
mod start;
mod stop;
mod stuck;
mod supervise;
mod threads;
mod tuning;
mod upkeep;
mod version;
mod watchdog;
mod worker_thread;

#[doc(inline)]
pub use crate::client::DeploymentVersion;
pub use drain::DrainReport;
pub use error::{WorkerError, WorkerProblem};
pub use exit::Exit;
pub(crate) use exit::block_on;
pub use health::{QueueHealth, Readiness, WorkerHealth, WorkerState};
#[cfg(feature = "axum")]
pub(crate) use listen::Kept;
pub use pool::Workers;
pub use report::{EffectiveOptions, QueueReport, StartupReport};
pub use running::RunningWorkers;
#[cfg(feature = "config")]
pub(crate) use settings::{NameCheck, ServingSettings, WorkerSettings};
#[cfg(all(feature = "cli", feature = "dev-server"))]
pub(crate) use stop::StopSignals;
pub use version::VersioningBehavior;

pub use crate::definition::{ActivityAttempt, StuckWorkflow};
#[doc(inline)]
pub use temporalio_sdk::WorkerOptions;
#[doc(inline)]
pub use temporalio_sdk::workflow_interceptors::WorkflowInterceptor;
