//! Timeouts, retries and the rest of what a caller may set, and the one rule that merges them.
//!
//! Precedence, from the strongest: what the call sets, what the annotation sets, what is configured for
//! the type, what is configured for all, what is built in.
//! A field that a layer leaves out comes from the next one; retry options merge field by field.
//! `ActivityOptions::resolve` and `WorkflowOptions::resolve` are the only places that merge, and they
//! check the merged result, so an impossible combination is found wherever its parts stood. A value
//! that is built in or configured for all yields to one that was set for the activity or workflow.

pub(crate) mod check;
mod configured;
pub(crate) mod cron;
mod resolve;
mod retry;
mod setters;
mod source;

use std::fmt;
use std::time::Duration;

use temporalio_common::Priority;
use temporalio_sdk::ActivityCancellationType;

pub(crate) use configured::Configured;
pub use configured::ConfiguredOptions;
pub(crate) use resolve::{ActivityTimeouts, Resolved, Sourced, WorkflowTimeouts};
pub use retry::RetryOptions;
use setters::setters;
pub(crate) use setters::workflow_option_setters;
pub use source::OptionSource;

/// Options of an activity: at its annotation, and again at each call.
///
/// The timeouts are Temporal's
/// [activity timeouts](https://docs.temporal.io/encyclopedia/detecting-activity-failures); a timeout
/// of zero means none, so that a call can lift what a lower layer sets. The built-in values are a
/// start-to-close timeout of 20 minutes and 5 attempts, 5 seconds apart at first, then twice as long
/// each time, up to 1 minute. No other timeout is built in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ActivityOptions {
    pub(crate) start_to_close_timeout: Option<Duration>,
    pub(crate) schedule_to_close_timeout: Option<Duration>,
    pub(crate) schedule_to_start_timeout: Option<Duration>,
    pub(crate) heartbeat_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryOptions>,
    pub(crate) task_queue: Option<String>,
    pub(crate) priority: Option<Priority>,
    pub(crate) summary: Option<String>,
    pub(crate) activity_id: Option<String>,
    pub(crate) cancellation_type: Option<ActivityCancellationType>,
    pub(crate) timer_backoff_threshold: Option<Duration>,
}

impl ActivityOptions {
    /// Options of which none is set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        /// The longest that one attempt may take.
        start_to_close_timeout: Duration,
        /// The longest that all attempts together may take, waits included.
        schedule_to_close_timeout: Duration,
        /// The longest that the activity may wait in its queue for a worker.
        schedule_to_start_timeout: Duration,
        /// The longest pause between two heartbeats of a running attempt.
        heartbeat_timeout: Duration,
        /// How often and how fast failed attempts are tried again.
        retry: RetryOptions,
        /// Another queue than the one of the annotation.
        task_queue: String,
        /// Priority and fairness among the tasks of the queue.
        priority: Priority,
        /// A line that the web UI shows with the activity.
        summary: String,
        /// The activity's id within its workflow; without one the SDK counts.
        activity_id: String,
        /// What a cancelled activity's caller waits for.
        cancellation_type: ActivityCancellationType,
        /// The longest wait before a retry of a local activity that its worker sits out by itself, and
        /// so the workflow task goes on; a longer one becomes a durable timer. By default 1 minute.
        /// Other activities have none.
        timer_backoff_threshold: Duration,
    }

    /// These options, with what they leave out taken from `lower`.
    #[must_use]
    pub fn or(self, lower: Self) -> Self {
        Self {
            start_to_close_timeout: self.start_to_close_timeout.or(lower.start_to_close_timeout),
            schedule_to_close_timeout: self
                .schedule_to_close_timeout
                .or(lower.schedule_to_close_timeout),
            schedule_to_start_timeout: self
                .schedule_to_start_timeout
                .or(lower.schedule_to_start_timeout),
            heartbeat_timeout: self.heartbeat_timeout.or(lower.heartbeat_timeout),
            retry: retry::merge(self.retry, lower.retry),
            task_queue: self.task_queue.or(lower.task_queue),
            priority: self.priority.or(lower.priority),
            summary: self.summary.or(lower.summary),
            activity_id: self.activity_id.or(lower.activity_id),
            cancellation_type: self.cancellation_type.or(lower.cancellation_type),
            timer_backoff_threshold: self.timer_backoff_threshold.or(lower.timer_backoff_threshold),
        }
    }
}

/// Options of a workflow: at its annotation, and again at each start.
///
/// The timeouts are Temporal's
/// [workflow timeouts](https://docs.temporal.io/encyclopedia/detecting-workflow-failures); a timeout
/// of zero means none. Nothing is built in: a workflow may take as long as it likes and is not run
/// again when it fails. Where only a part of the retry options is set, the rest is the server's: no
/// limit of attempts, 1 second before the first retry, then twice as long each time, up to 100 times
/// as long.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WorkflowOptions {
    pub(crate) execution_timeout: Option<Duration>,
    pub(crate) run_timeout: Option<Duration>,
    pub(crate) task_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryOptions>,
    pub(crate) task_queue: Option<String>,
    pub(crate) priority: Option<Priority>,
    pub(crate) summary: Option<String>,
    pub(crate) details: Option<String>,
}

impl WorkflowOptions {
    /// Options of which none is set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        /// The longest that the workflow may take, retries and continued runs included.
        execution_timeout: Duration,
        /// The longest that one run may take.
        run_timeout: Duration,
        /// The longest that a worker may take for one workflow task.
        task_timeout: Duration,
        /// How often and how fast a failed workflow is run again.
        retry: RetryOptions,
        /// Another queue than the one of the annotation.
        task_queue: String,
        /// Priority and fairness among the tasks of the queue.
        priority: Priority,
        /// A line that the web UI shows with the workflow.
        summary: String,
        /// Several lines that the web UI shows with the workflow.
        details: String,
    }

    /// These options, with what they leave out taken from `lower`.
    #[must_use]
    pub fn or(self, lower: Self) -> Self {
        Self {
            execution_timeout: self.execution_timeout.or(lower.execution_timeout),
            run_timeout: self.run_timeout.or(lower.run_timeout),
            task_timeout: self.task_timeout.or(lower.task_timeout),
            retry: retry::merge(self.retry, lower.retry),
            task_queue: self.task_queue.or(lower.task_queue),
            priority: self.priority.or(lower.priority),
            summary: self.summary.or(lower.summary),
            details: self.details.or(lower.details),
        }
    }
}

/// A timeout as Temporal means it: zero is no limit.
pub(crate) fn limit(timeout: Option<Duration>) -> Option<Duration> {
    timeout.filter(|timeout| !timeout.is_zero())
}

/// Options that cannot be, found after the layers were merged.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidOptions {
    /// Each problem, with what to set instead.
    pub problems: Vec<String>,
}

impl InvalidOptions {
    fn unless_empty(problems: Vec<String>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }
}

impl fmt::Display for InvalidOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("; "))
    }
}

impl std::error::Error for InvalidOptions {}

#[cfg(test)]
mod tests;
