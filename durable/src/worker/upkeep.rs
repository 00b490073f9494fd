//! The settings of [`Workers`] for the replacement of workers and for the metrics of backlogs.

use std::time::Duration;

use super::pool::Workers;

impl Workers {
    /// Sets the number of activities after which the worker of a queue is replaced by a new one in the same
    /// process. The default is what is configured, or else 100,000. Zero means never.
    ///
    /// SDK 1.1.1 keeps about 300 bytes of memory for each activity that a worker has run, until the
    /// worker ends. The new worker takes tasks at once, and the old one finishes those that it has. Workflows
    /// that were in memory are replayed.
    ///
    /// The replacement waits for 20 milliseconds without a new activity, in which all running activities of
    /// the queue time out within the [drain timeout](Self::drain_timeout), because the SDK cancels them then.
    /// After ten times as many activities it waits no longer: activities that still run after the drain timeout
    /// are cancelled and tried again, as they are when a program stops.
    pub fn recycle_after_activities(mut self, count: u32) -> Self {
        self.settings.change(move |settings| settings.recycle_after_activities = count);
        self
    }

    /// Sets the interval between two questions to the server for the backlog of each queue, which is exported
    /// as metrics if telemetry is on: at least a second. The default is what is configured, or else 15
    /// seconds. Zero means that nobody asks.
    pub fn backlog_interval(mut self, interval: Duration) -> Self {
        self.settings.change(move |settings| settings.backlog_interval = interval);
        self
    }
}
