//! The settings of [`Workers`] for workflow code that doesn't yield.

use std::time::Duration;

use super::pool::Workers;

impl Workers {
    /// Sets the time without an `.await` that waits, after which the code of a workflow is taken as stuck.
    /// The default is what is configured, or else 2 seconds. Zero switches the watchdog off. It is also
    /// off while a debugger is attached, as far as that is known, which is on Linux.
    ///
    /// Workflow code that computes or blocks stops all workflows of its worker, which share a thread. The
    /// watchdog logs such a workflow as an error, [names](super::QueueHealth::stuck) it in the health, and
    /// replaces the worker with one on another thread. A run that was stuck twice isn't handed to its
    /// code again by this process: its workflow tasks fail with a message that says so.
    pub fn deadlock_timeout(mut self, timeout: Duration) -> Self {
        self.settings.change(move |settings| settings.deadlock_timeout = timeout);
        self
    }

    /// Sets the most workflows that may be stuck at once, each on a thread of its own, which can't be
    /// stopped. The default is what is configured, or else 4. With one more, its worker is given up, and
    /// [`run`](Self::run) returns a [`WorkerError::TooManyStuck`](super::WorkerError::TooManyStuck).
    pub fn max_stuck_workflows(mut self, count: u32) -> Self {
        self.settings.change(move |settings| settings.max_stuck_workflows = count);
        self
    }
}
