//! Why an activity is to stop.

use std::fmt;

use temporalio_common::error::ApplicationFailure;

use super::ActivityError;

/// Why an activity is to stop, as [`ActivityContext::stopped`](super::ActivityContext::stopped) tells.
///
/// As an [`ActivityError`] it ends the activity as it must: cancelled, or failed in a way that is
/// tried again, on another worker or when the retry policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// Its workflow has cancelled it or is gone, or somebody has paused or reset it. The SDK does not
    /// say which.
    Cancelled,
    /// Its worker was asked to stop.
    WorkerShutdown,
    /// Its time is over; the server has given this attempt up.
    TimedOut,
}

/// The type of the failure of an activity that its worker has stopped.
pub(super) const WORKER_SHUTDOWN: &str = "WorkerShutdown";

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "the activity was cancelled",
            Self::WorkerShutdown => "the worker of the activity was asked to stop",
            Self::TimedOut => "the time of the activity is over",
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
