//! Serving queues: one worker for each, built from what the annotations collected.
//!
//! [`Workers`] checks everything before anything runs, starts a worker for each queue, and stops them
//! cleanly on Ctrl-C or SIGTERM.

#[cfg_attr(not(feature = "config"), path = "unconfigured.rs")]
mod configured;
mod pool;
mod running;
mod stop;
mod version;

pub use pool::Workers;
pub use running::RunningWorkers;
pub use version::{DeploymentVersion, VersioningBehavior};

#[doc(inline)]
pub use crate::error::{WorkerError, WorkerProblem};
#[doc(inline)]
pub use temporalio_sdk::WorkerOptions;
#[doc(inline)]
pub use temporalio_sdk::workflow_interceptors::{
    WorkflowInterceptor, WorkflowInterceptorConstructor,
};
