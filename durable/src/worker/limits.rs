//! The time limits of a drain.

use std::time::Duration;

/// The time limits of a drain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The time until running activities are cancelled.
    pub(super) drain: Duration,
    /// The time from then on until they are left behind. It's also the limit of the SDK's own stop, once
    /// no activity runs.
    pub(super) stop: Duration,
}
