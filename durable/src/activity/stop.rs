//! Reasons for an activity to stop.

use std::fmt;

use temporalio_common::error::ApplicationFailure;

use super::ActivityError;

/// The reason for which an activity should stop, returned by
/// [`ActivityContext::stopped`](super::ActivityContext::stopped).
///
/// It converts into an [`ActivityError`] with which the activity ends: as cancelled, or with a retryable
/// failure after a shutdown of the worker or a timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// The activity was cancelled, paused or reset, or its workflow has ended. SDK 1.1.1 does not report
    /// which.
    Cancelled,
    /// The worker is shutting down.
    WorkerShutdown,
    /// The attempt has timed out.
    TimedOut,
}

/// The type name of the failure of an activity that stops because of its worker's shutdown.
pub(super) const WORKER_SHUTDOWN: &str = "WorkerShutdown";

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "the activity was cancelled",
            Self::WorkerShutdown => "the worker of the activity is shutting down",
            Self::TimedOut => "the activity has timed out",
        })
    }
}

impl From<StopReason> for ActivityError {
    fn from(reason: StopReason) -> Self {
        let type_name = match reason {
            StopReason::Cancelled => return Self::cancelled(),
            StopReason::WorkerShutdown => WORKER_SHUTDOWN,
            StopReason::TimedOut => "TimedOut",
        };
        let failure =
            ApplicationFailure::builder(reason.to_string()).type_name(type_name.to_owned());
        Self::application(failure.build())
    }
}
