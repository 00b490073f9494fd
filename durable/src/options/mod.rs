//! Timeouts, retries and the rest of what a caller may set, and the one rule that merges them.
//!
//! Precedence, from the strongest: what the call sets, what the annotation sets, what is configured for
//! the type, what is configured for all, what is built in.
//! A field that a layer leaves out comes from the next one; retry options merge field by field.
//! [`ActivityOptions::resolve`] and [`WorkflowOptions::resolve`] are the only places that merge, and
//! they check the merged result, so an impossible combination is found wherever its parts stood.

pub(crate) mod check;
mod configured;
pub(crate) mod cron;
mod retry;
mod setters;

use std::fmt;
use std::time::Duration;

use temporalio_common::Priority;
use temporalio_sdk::ActivityCancellationType;

pub use configured::ConfiguredOptions;
pub use retry::RetryOptions;
use setters::setters;
pub(crate) use setters::workflow_option_setters;

/// What can be set for an activity: at its annotation, and again at each call.
///
/// The timeouts are Temporal's
/// [activity timeouts](https://docs.temporal.io/encyclopedia/detecting-activity-failures); a timeout
/// of zero means none, so that a call can lift what a lower layer sets. The built-in values are a
/// start-to-close timeout of 20 minutes, a schedule-to-close timeout of 1 hour, a heartbeat timeout
/// of 5 minutes, and 5 attempts from 5 seconds to 1 minute apart.
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
}

impl ActivityOptions {
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
        }
    }

    fn built_in() -> Self {
        Self {
            start_to_close_timeout: Some(Duration::from_secs(1200)),
            schedule_to_close_timeout: Some(Duration::from_secs(3600)),
            heartbeat_timeout: Some(Duration::from_secs(300)),
            retry: Some(RetryOptions::built_in()),
            ..Self::default()
        }
    }

    /// What a call of an activity ends up with: the call's options over the annotation's over the
    /// configured over the built-in ones.
    ///
    /// # Errors
    /// [`InvalidOptions`] lists everything that is impossible in the merged result.
    pub fn resolve(self, annotation: Self, configured: Self) -> Result<Self, InvalidOptions> {
        let merged = self.or(annotation).or(configured).or(Self::built_in());
        let mut problems = Vec::new();
        match (limit(merged.start_to_close_timeout), limit(merged.schedule_to_close_timeout)) {
            (None, None) => problems.push(
                "neither start_to_close_timeout nor schedule_to_close_timeout is set; \
                 Temporal needs one of them"
                    .to_owned(),
            ),
            (Some(attempt), Some(all)) if attempt > all => problems.push(format!(
                "start_to_close_timeout ({attempt:?}) is longer than schedule_to_close_timeout \
                 ({all:?}), so no attempt could last so long; set schedule_to_close_timeout too"
            )),
            _ => {}
        }
        check::activity(&mut problems, &merged);
        if let Some(retry) = &merged.retry {
            retry.problems(&mut problems);
        }
        InvalidOptions::unless_empty(problems)?;
        Ok(merged)
    }
}

/// What can be set for a workflow: at its annotation, and again at each start.
///
/// The timeouts are Temporal's
/// [workflow timeouts](https://docs.temporal.io/encyclopedia/detecting-workflow-failures); a timeout
/// of zero means none. The built-in values are an execution timeout of 24 hours, a run timeout of
/// 2 hours, a task timeout of 10 seconds, and 5 attempts from 5 seconds to 1 minute apart.
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

    fn built_in() -> Self {
        Self {
            execution_timeout: Some(Duration::from_secs(86_400)),
            run_timeout: Some(Duration::from_secs(7200)),
            task_timeout: Some(Duration::from_secs(10)),
            retry: Some(RetryOptions::built_in()),
            ..Self::default()
        }
    }

    /// What a start of a workflow ends up with: the call's options over the annotation's over the
    /// configured over the built-in ones.
    ///
    /// # Errors
    /// [`InvalidOptions`] lists everything that is impossible in the merged result.
    pub fn resolve(self, annotation: Self, configured: Self) -> Result<Self, InvalidOptions> {
        let in_code = self.or(annotation);
        let run_asked = in_code.run_timeout.is_some()
            || configured.run_timeout.is_some() && in_code.execution_timeout.is_none();
        let mut merged = in_code.or(configured).or(Self::built_in());
        let mut problems = Vec::new();
        if let (Some(run), Some(execution)) =
            (limit(merged.run_timeout), limit(merged.execution_timeout))
            && run > execution
        {
            if run_asked {
                problems.push(format!(
                    "run_timeout ({run:?}) is longer than execution_timeout ({execution:?}), so no \
                     run could last so long; set execution_timeout too"
                ));
            } else {
                // A value for everything never makes one for this workflow impossible.
                merged.run_timeout = merged.execution_timeout;
            }
        }
        check::workflow(&mut problems, &merged);
        if let Some(retry) = &merged.retry {
            retry.problems(&mut problems);
        }
        InvalidOptions::unless_empty(problems)?;
        Ok(merged)
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
