//! The treatment of a program's own error by Temporal.

use std::time::Duration;

use temporalio_common::error::ApplicationErrorCategory;

/// The properties of an application error by which Temporal handles it, besides its message and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Classification {
    /// The type name by which retry policies, and callers in other languages, distinguish errors.
    pub type_name: &'static str,
    /// `true` if the error is not retried.
    pub non_retryable: bool,
    /// The delay before the next attempt; `None` for that of the retry policy.
    pub next_retry_delay: Option<Duration>,
    /// The category for tools, such as benign.
    pub category: ApplicationErrorCategory,
}

impl Classification {
    /// Creates the classification of a retryable error.
    #[must_use]
    pub const fn new(type_name: &'static str) -> Self {
        Self {
            type_name,
            non_retryable: false,
            next_retry_delay: None,
            category: ApplicationErrorCategory::Unspecified,
        }
    }

    /// Makes the error non-retryable.
    #[must_use]
    pub const fn non_retryable(mut self) -> Self {
        self.non_retryable = true;
        self
    }

    /// Sets the delay before the next attempt.
    #[must_use]
    pub const fn next_retry_delay(mut self, delay: Duration) -> Self {
        self.next_retry_delay = Some(delay);
        self
    }

    /// Marks the error as expected: workers log it at a low level and do not count it in their metrics.
    #[must_use]
    pub const fn benign(mut self) -> Self {
        self.category = ApplicationErrorCategory::Benign;
        self
    }
}
