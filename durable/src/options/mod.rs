//! Timeouts, retries and other options of workflows and activities.
//!
//! ```
//! use durable::prelude::*;
//!
//! // 30 s for an attempt, and three attempts, wherever the activity is called.
//! #[activity(queue = "payments", start_to_close_timeout = "30s", retry(maximum_attempts = 3))]
//! async fn charge(order_id: String) -> Result<String, ActivityError> {
//!     Ok(order_id)
//! }
//!
//! #[workflow(queue = "orders")]
//! #[derive(Default)]
//! struct OrderWorkflow;
//!
//! #[workflow_methods]
//! impl OrderWorkflow {
//!     #[run]
//!     async fn run(ctx: &mut WorkflowContext<Self>, id: String) -> WorkflowResult<String> {
//!         // This call alone has 5 s for an attempt.
//!         let charged = charge::execute(ctx, id).start_to_close_timeout(Duration::from_secs(5));
//!         Ok(charged.await?)
//!     }
//! }
//! ```
//!
//! An option can be set at several places. The precedence, from the highest: the call, the annotation,
//! the configuration for the type, the configuration for all types, and the built-in value. A field that
//! one layer leaves out comes from the next, and retry options are merged field by field.
//!
//! The merged result is checked, so contradictions between layers are found too. A value that is built
//! in or configured for all never contradicts one that was set for the activity or workflow: it is
//! adjusted to it.

pub(crate) mod check;
mod configured;
pub(crate) mod cron;
mod problem;
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
#[cfg(feature = "config")]
pub(crate) use problem::OptionName;
pub use problem::OptionProblem;
pub(crate) use resolve::{ActivityTimeouts, Resolved, Sourced, WorkflowTimeouts};
pub use retry::RetryOptions;
use setters::setters;
pub(crate) use setters::workflow_option_setters;
pub use source::OptionSource;

/// Options of an activity, set by its annotation, the configuration or a call.
///
/// The timeouts are Temporal's
/// [activity timeouts](https://docs.temporal.io/encyclopedia/detecting-activity-failures). A timeout
/// of zero means no limit, so a call can remove the timeout of a lower layer. The built-in values are a
/// start-to-close timeout of 20 minutes and 5 attempts, with 5 seconds before the first retry, doubled
/// for each further retry up to 1 minute. No other timeout is built in.
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
    /// Creates options without any value.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        /// Sets the maximum time of one attempt. The built-in value is 20 minutes; zero means no limit.
        start_to_close_timeout: Duration,
        /// Sets the maximum time of all attempts together, including the delays between them. There is no
        /// built-in limit.
        schedule_to_close_timeout: Duration,
        /// Sets the maximum time that the activity waits in its task queue for a worker. There is no
        /// built-in limit.
        schedule_to_start_timeout: Duration,
        /// Sets the maximum time between two heartbeats of a running attempt. There is no built-in limit.
        heartbeat_timeout: Duration,
        /// Sets the retry policy of failed attempts, field by field. The built-in policy has 5 attempts,
        /// with delays from 5 seconds, doubled up to 1 minute.
        retry: RetryOptions,
        /// Sets the task queue. The default is that of the annotation.
        task_queue: String,
        /// Sets the priority and fairness among the tasks of the queue. The default is that of the
        /// workflow.
        priority: Priority,
        /// Sets the summary, a line that the web UI shows with the activity. By default there is none.
        summary: String,
        /// Sets the activity's id within its workflow. The default is a sequence number.
        activity_id: String,
        /// Sets the event that the caller of a cancelled activity waits for. The default is
        /// [`ActivityCancellationType::TryCancel`].
        cancellation_type: ActivityCancellationType,
        /// Sets the maximum delay before a retry of a local activity during which its worker keeps the
        /// workflow task open. A longer delay becomes a durable timer. The default is 1 minute. It has no
        /// effect on other activities.
        timer_backoff_threshold: Duration,
    }

    /// Fills in the values that these options leave out from `lower`.
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

/// Options of a workflow, set by its annotation, the configuration or a start.
///
/// The timeouts are Temporal's
/// [workflow timeouts](https://docs.temporal.io/encyclopedia/detecting-workflow-failures). A timeout of
/// zero means no limit. Nothing is built in: by default a workflow has no time limit and is not retried.
/// If only some retry options are set, the others are the server's: no limit of attempts, and 1 second
/// before the first retry, doubled for each further retry up to 100 times the first delay.
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
    /// Creates options without any value.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        /// Sets the maximum time of the workflow, including retries and continued runs. By default there is
        /// no limit.
        execution_timeout: Duration,
        /// Sets the maximum time of one run. By default there is no limit.
        run_timeout: Duration,
        /// Sets the maximum time of one workflow task. The server's default is 10 seconds.
        task_timeout: Duration,
        /// Sets the retry policy of the workflow, field by field. By default a workflow is not retried.
        retry: RetryOptions,
        /// Sets the task queue. The default is that of the annotation.
        task_queue: String,
        /// Sets the priority and fairness among the tasks of the queue. The default is that of the parent
        /// workflow, or the server's.
        priority: Priority,
        /// Sets the summary, a line that the web UI shows with the workflow. By default there is none.
        summary: String,
        /// Sets the details, a text of several lines that the web UI shows with the workflow. By default
        /// there are none.
        details: String,
    }

    /// Fills in the values that these options leave out from `lower`.
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

/// Converts a timeout to a limit. A timeout of zero means no limit.
pub(crate) fn limit(timeout: Option<Duration>) -> Option<Duration> {
    timeout.filter(|timeout| !timeout.is_zero())
}

/// The error of options that are invalid after all layers are merged.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidOptions {
    /// The problems, each with its solution.
    pub problems: Vec<OptionProblem>,
}

impl InvalidOptions {
    pub(crate) fn unless_empty(problems: Vec<impl Into<OptionProblem>>) -> Result<(), Self> {
        if problems.is_empty() {
            return Ok(());
        }
        Err(Self { problems: problems.into_iter().map(Into::into).collect() })
    }
}

impl fmt::Display for InvalidOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidOptions {}

#[cfg(test)]
mod tests;
