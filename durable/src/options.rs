//! Timeouts, retries and the rest of what a caller may set, and the one rule that merges them.
//!
//! Precedence, from the strongest: what the call sets, what the annotation sets, what is built in.
//! A field that a layer leaves out comes from the next one; retry options merge field by field.
//! [`ActivityOptions::resolve`] and [`WorkflowOptions::resolve`] are the only places that merge, and
//! they check the merged result, so an impossible combination is found wherever its parts stood.

use std::fmt;
use std::time::Duration;

use temporalio_common::{Priority, RetryPolicy};
use temporalio_sdk::ActivityCancellationType;

/// Writes a setter for each listed field, with the field's own documentation.
macro_rules! setters {
    ($($(#[$doc:meta])* $field:ident: $type:ty,)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $field(mut self, $field: impl Into<$type>) -> Self {
                self.$field = Some($field.into());
                self
            }
        )*
    };
}

/// How often and how fast Temporal tries again after a failure.
///
/// What is not set comes from the next layer of the precedence; see
/// [Temporal's retry policies](https://docs.temporal.io/encyclopedia/retry-policies).
///
/// ```
/// use std::time::Duration;
/// use durable::options::RetryOptions;
///
/// let retry = RetryOptions::default()
///     .maximum_attempts(3_u32)
///     .initial_interval(Duration::from_millis(200))
///     .non_retryable_error_types(["CardDeclined"]);
/// # let _ = retry;
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RetryOptions {
    pub(crate) maximum_attempts: Option<u32>,
    pub(crate) initial_interval: Option<Duration>,
    pub(crate) backoff_coefficient: Option<f64>,
    pub(crate) maximum_interval: Option<Duration>,
    pub(crate) non_retryable_error_types: Option<Vec<String>>,
}

impl RetryOptions {
    setters! {
        /// How many attempts there are in all; 1 means no retry, 0 means no limit.
        maximum_attempts: u32,
        /// The wait before the first retry.
        initial_interval: Duration,
        /// What the wait is multiplied with after each retry; at least 1.
        backoff_coefficient: f64,
        /// The longest wait between two attempts.
        maximum_interval: Duration,
    }

    /// The types of application failures that are not retried.
    #[must_use]
    pub fn non_retryable_error_types(
        mut self,
        types: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.non_retryable_error_types = Some(types.into_iter().map(Into::into).collect());
        self
    }

    /// These options, with what they leave out taken from `lower`.
    #[must_use]
    pub fn or(self, lower: Self) -> Self {
        Self {
            maximum_attempts: self.maximum_attempts.or(lower.maximum_attempts),
            initial_interval: self.initial_interval.or(lower.initial_interval),
            backoff_coefficient: self.backoff_coefficient.or(lower.backoff_coefficient),
            maximum_interval: self.maximum_interval.or(lower.maximum_interval),
            non_retryable_error_types: self
                .non_retryable_error_types
                .or(lower.non_retryable_error_types),
        }
    }

    fn built_in() -> Self {
        Self {
            maximum_attempts: Some(5),
            initial_interval: Some(Duration::from_secs(5)),
            backoff_coefficient: Some(2.0),
            maximum_interval: Some(Duration::from_secs(60)),
            non_retryable_error_types: None,
        }
    }

    fn problems(&self, problems: &mut Vec<String>) {
        if let Some(coefficient) = self.backoff_coefficient
            && !(coefficient >= 1.0 && coefficient.is_finite())
        {
            problems
                .push(format!("retry backoff_coefficient is {coefficient}, and must be 1 or more"));
        }
        if self.initial_interval.is_some_and(|interval| interval.is_zero()) {
            problems.push("retry initial_interval is 0s, and must be longer".to_owned());
        }
        if let (Some(initial), Some(maximum)) = (self.initial_interval, self.maximum_interval)
            && maximum < initial
        {
            problems.push(format!(
                "retry maximum_interval ({maximum:?}) is shorter than initial_interval ({initial:?}); \
                 set both"
            ));
        }
    }

    pub(crate) fn into_policy(self) -> RetryPolicy {
        let mut policy = RetryPolicy::default();
        if let Some(attempts) = self.maximum_attempts {
            policy.set_maximum_attempts(attempts);
        }
        if let Some(interval) = self.initial_interval {
            policy.set_initial_interval(interval);
        }
        if let Some(coefficient) = self.backoff_coefficient {
            policy.set_backoff_coefficient(coefficient);
        }
        policy.set_maximum_interval(self.maximum_interval);
        if let Some(types) = self.non_retryable_error_types {
            policy.set_non_retryable_error_types(types);
        }
        policy
    }
}

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
            retry: merge_retry(self.retry, lower.retry),
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
    /// built-in ones.
    ///
    /// # Errors
    /// [`InvalidOptions`] lists everything that is impossible in the merged result.
    pub fn resolve(self, annotation: Self) -> Result<Self, InvalidOptions> {
        let merged = self.or(annotation).or(Self::built_in());
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
            retry: merge_retry(self.retry, lower.retry),
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
    /// built-in ones.
    ///
    /// # Errors
    /// [`InvalidOptions`] lists everything that is impossible in the merged result.
    pub fn resolve(self, annotation: Self) -> Result<Self, InvalidOptions> {
        let asked = self.or(annotation);
        let run_asked = asked.run_timeout.is_some();
        let mut merged = asked.or(Self::built_in());
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
                // A built-in value never makes an explicit one impossible.
                merged.run_timeout = merged.execution_timeout;
            }
        }
        if let Some(retry) = &merged.retry {
            retry.problems(&mut problems);
        }
        InvalidOptions::unless_empty(problems)?;
        Ok(merged)
    }
}

fn merge_retry(upper: Option<RetryOptions>, lower: Option<RetryOptions>) -> Option<RetryOptions> {
    match (upper, lower) {
        (Some(upper), Some(lower)) => Some(upper.or(lower)),
        (upper, lower) => upper.or(lower),
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
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_call_beats_the_annotation_and_the_annotation_the_built_in_values() {
        let annotation = ActivityOptions::default()
            .start_to_close_timeout(30 * SECOND)
            .retry(RetryOptions::default().maximum_attempts(3_u32));
        let call = ActivityOptions::default()
            .start_to_close_timeout(7 * SECOND)
            .retry(RetryOptions::default().initial_interval(SECOND));

        let merged = call.resolve(annotation).unwrap();

        assert_eq!(merged.start_to_close_timeout, Some(7 * SECOND));
        assert_eq!(merged.heartbeat_timeout, Some(300 * SECOND));
        let retry = merged.retry.unwrap();
        assert_eq!(retry.initial_interval, Some(SECOND));
        assert_eq!(retry.maximum_attempts, Some(3));
        assert_eq!(retry.maximum_interval, Some(60 * SECOND));
    }

    #[test]
    fn built_in_values_are_those_of_the_documentation() {
        let activity = ActivityOptions::default().resolve(ActivityOptions::default()).unwrap();
        assert_eq!(activity.start_to_close_timeout, Some(1200 * SECOND));
        assert_eq!(activity.schedule_to_close_timeout, Some(3600 * SECOND));
        let workflow = WorkflowOptions::default().resolve(WorkflowOptions::default()).unwrap();
        assert_eq!(workflow.execution_timeout, Some(86_400 * SECOND));
        assert_eq!(workflow.run_timeout, Some(7200 * SECOND));
        assert_eq!(workflow.task_timeout, Some(10 * SECOND));
        assert_eq!(workflow.retry, Some(RetryOptions::built_in()));
    }

    #[test]
    fn every_impossible_combination_is_reported_at_once() {
        let error = ActivityOptions::default()
            .start_to_close_timeout(7200 * SECOND)
            .retry(RetryOptions::default().backoff_coefficient(0.5).initial_interval(90 * SECOND))
            .resolve(ActivityOptions::default())
            .unwrap_err();

        let text = error.to_string();
        assert_eq!(error.problems.len(), 3, "{text}");
        assert!(text.contains("set schedule_to_close_timeout too"), "{text}");
        assert!(text.contains("backoff_coefficient is 0.5"), "{text}");
        assert!(text.contains("maximum_interval (60s) is shorter"), "{text}");
    }

    #[test]
    fn an_activity_needs_a_close_timeout() {
        let error = ActivityOptions::default()
            .start_to_close_timeout(Duration::ZERO)
            .schedule_to_close_timeout(Duration::ZERO)
            .resolve(ActivityOptions::default())
            .unwrap_err();
        assert!(error.to_string().contains("Temporal needs one of them"), "{error}");
    }

    #[test]
    fn a_built_in_run_timeout_gives_way_to_a_shorter_execution_timeout() {
        let merged = WorkflowOptions::default()
            .execution_timeout(60 * SECOND)
            .resolve(WorkflowOptions::default())
            .unwrap();
        assert_eq!(merged.run_timeout, Some(60 * SECOND));
        let error = WorkflowOptions::default()
            .run_timeout(172_800 * SECOND)
            .resolve(WorkflowOptions::default())
            .unwrap_err();
        assert!(error.to_string().contains("set execution_timeout too"), "{error}");
    }
}
