//! Retry options, and their merge.

use std::time::Duration;

use temporalio_common::RetryPolicy;

use super::setters;

/// Options of the retries after a failure.
///
/// A field that is not set comes from the next layer of the [precedence](super). See
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
    /// Creates options without any value.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    setters! {
        /// Sets the maximum number of attempts, including the first. 1 means no retry, and 0 no limit.
        maximum_attempts: u32,
        /// Sets the delay before the first retry.
        initial_interval: Duration,
        /// Sets the factor by which the delay grows after each retry; at least 1.
        backoff_coefficient: f64,
        /// Sets the maximum delay between two attempts.
        maximum_interval: Duration,
    }

    /// Retries at a fixed interval, for an activity that polls and fails until something has happened.
    ///
    /// The number of attempts is unlimited, unless it is set. The
    /// [schedule-to-close timeout](super::ActivityOptions::schedule_to_close_timeout) limits the total
    /// time.
    #[must_use]
    pub fn every(mut self, interval: Duration) -> Self {
        self.maximum_attempts.get_or_insert(0);
        self.backoff_coefficient = Some(1.0);
        self.maximum_interval = Some(interval);
        self.initial_interval(interval)
    }

    /// Sets the type names of application failures that are not retried.
    #[must_use]
    pub fn non_retryable_error_types(
        mut self,
        types: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.non_retryable_error_types = Some(types.into_iter().map(Into::into).collect());
        self
    }

    /// Fills in the values that these options leave out from `lower`.
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

    /// Returns the built-in options of activities. Workflows have none.
    pub(super) fn of_activities() -> Self {
        Self {
            maximum_attempts: Some(5),
            initial_interval: Some(Duration::from_secs(5)),
            backoff_coefficient: Some(2.0),
            maximum_interval: Some(Duration::from_secs(60)),
            non_retryable_error_types: None,
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

/// Merges the options of two layers field by field.
pub(super) fn merge(
    upper: Option<RetryOptions>,
    lower: Option<RetryOptions>,
) -> Option<RetryOptions> {
    match (upper, lower) {
        (Some(upper), Some(lower)) => Some(upper.or(lower)),
        (upper, lower) => upper.or(lower),
    }
}
