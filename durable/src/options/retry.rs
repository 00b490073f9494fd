//! Retry options, and how those of two layers merge.

use std::time::Duration;

use temporalio_common::RetryPolicy;

use super::setters;

/// How often and how fast Temporal tries again after a failure.
///
/// What is not set comes from the next layer of the precedence; see
/// [Temporal's retry policies](https://docs.temporal.io/encyclopedia/retry-policies).
///
/// ```
/// use std::time::Duration;
/// use durable::options::RetryOptions;
///
/// let retry = RetryOptions::new()
///     .maximum_attempts(3)
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
    /// Options of which none is set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

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

    /// Tries again at a fixed interval: for polling something that changes rarely, with one attempt for
    /// each look.
    ///
    /// The number of attempts is then unlimited, unless it is set; the
    /// [schedule-to-close timeout](super::ActivityOptions::schedule_to_close_timeout) says how long it
    /// is tried in all.
    #[must_use]
    pub fn every(mut self, interval: Duration) -> Self {
        self.maximum_attempts.get_or_insert(0);
        self.backoff_coefficient = Some(1.0);
        self.maximum_interval = Some(interval);
        self.initial_interval(interval)
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

    /// The built-in ones of activities. Workflows have none.
    pub(super) fn of_activities() -> Self {
        Self {
            maximum_attempts: Some(5),
            initial_interval: Some(Duration::from_secs(5)),
            backoff_coefficient: Some(2.0),
            maximum_interval: Some(Duration::from_secs(60)),
            non_retryable_error_types: None,
        }
    }

    /// Adds what cannot be, whatever else is set.
    pub(super) fn problems(&self, problems: &mut Vec<String>) {
        super::check::retry(problems, self);
        if let Some(coefficient) = self.backoff_coefficient
            && !(coefficient >= 1.0 && coefficient.is_finite())
        {
            problems
                .push(format!("retry backoff_coefficient is {coefficient}, and must be 1 or more"));
        }
        if self.initial_interval.is_some_and(|interval| interval.is_zero()) {
            problems.push("retry initial_interval is 0s, and must be longer".to_owned());
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

/// The options of two layers, field by field.
pub(super) fn merge(
    upper: Option<RetryOptions>,
    lower: Option<RetryOptions>,
) -> Option<RetryOptions> {
    match (upper, lower) {
        (Some(upper), Some(lower)) => Some(upper.or(lower)),
        (upper, lower) => upper.or(lower),
    }
}
