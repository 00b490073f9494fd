//! A failure of the program's own code, with what Temporal is to do about it.
//!
//! The SDK 1.1.1 has a type of the same name, which this one holds. Its builder takes a `String` for
//! the type name and knows no `non_retryable()` without an argument.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use temporalio_common::error::{
    ApplicationErrorCategory, ApplicationFailure as SdkFailure, FailurePayloads,
    OutgoingWorkflowError,
};
use temporalio_sdk::WorkflowTermination;

/// A failure of the program's own code: a message or an error, and what Temporal is to do about it.
///
/// Activities, workflows and updates end with it. `?` makes every `std::error::Error` one in an
/// activity; in a workflow, where an error ends the whole workflow, it is written out. An error that
/// derives [`ApplicationError`](macro@crate::ApplicationError) becomes one with its type and values.
///
/// It dereferences to the SDK's type of the same name, which reads it. The Temporal concept is the
/// [application failure](https://docs.temporal.io/references/failures#application-failure).
///
/// ```
/// use durable::prelude::*;
///
/// let failure = ApplicationFailure::builder("the bank said no")
///     .type_name("CardDeclined")
///     .non_retryable(true)
///     .details(51)
///     .build();
/// assert_eq!(failure.type_name(), Some("CardDeclined"));
///
/// // In a workflow, of any error:
/// fn parsed(number: &str) -> WorkflowResult<u32> {
///     Ok(number.parse().map_err(ApplicationFailure::non_retryable)?)
/// }
/// ```
#[derive(Debug)]
pub struct ApplicationFailure(SdkFailure);

impl ApplicationFailure {
    /// A failure that is tried again as the retry policy says.
    #[must_use]
    pub fn new(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(SdkFailure::new(error))
    }

    /// A failure that is not tried again.
    #[must_use]
    pub fn non_retryable(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(SdkFailure::non_retryable(error))
    }

    /// A failure of which more is to be said.
    pub fn builder(error: impl Into<Box<dyn StdError + Send + Sync>>) -> ApplicationFailureBuilder {
        ApplicationFailureBuilder {
            error: error.into(),
            type_name: None,
            non_retryable: false,
            next_retry_delay: None,
            category: ApplicationErrorCategory::Unspecified,
            details: None,
        }
    }
}

/// A failure that is being described; [`ApplicationFailure::builder`] makes it.
#[must_use = "a builder does nothing before `build`"]
#[derive(Debug)]
pub struct ApplicationFailureBuilder {
    error: Box<dyn StdError + Send + Sync>,
    type_name: Option<String>,
    non_retryable: bool,
    next_retry_delay: Option<Duration>,
    category: ApplicationErrorCategory,
    details: Option<FailurePayloads>,
}

impl ApplicationFailureBuilder {
    /// The name by which retry policies and callers tell failures apart.
    pub fn type_name(mut self, name: impl Into<String>) -> Self {
        self.type_name = Some(name.into());
        self
    }

    /// Whether it is final, so that it is not tried again; by default it is not.
    pub fn non_retryable(mut self, non_retryable: bool) -> Self {
        self.non_retryable = non_retryable;
        self
    }

    /// The wait before the next attempt, instead of what the retry policy says.
    pub fn next_retry_delay(mut self, delay: impl Into<Option<Duration>>) -> Self {
        self.next_retry_delay = delay.into();
        self
    }

    /// The way in which tools treat it.
    pub fn category(mut self, category: ApplicationErrorCategory) -> Self {
        self.category = category;
        self
    }

    /// The value that goes with it, which [`Failure::details`](super::Failure::details) reads.
    pub fn details(mut self, details: impl Into<FailurePayloads>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// The failure.
    #[must_use]
    pub fn build(self) -> ApplicationFailure {
        let failure = SdkFailure::builder(self.error)
            .maybe_type_name(self.type_name)
            .non_retryable(self.non_retryable)
            .maybe_next_retry_delay(self.next_retry_delay)
            .category(self.category)
            .maybe_details(self.details);
        ApplicationFailure(failure.build())
    }
}

impl Deref for ApplicationFailure {
    type Target = SdkFailure;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Display for ApplicationFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for ApplicationFailure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

impl From<SdkFailure> for ApplicationFailure {
    fn from(failure: SdkFailure) -> Self {
        Self(failure)
    }
}

impl From<ApplicationFailure> for SdkFailure {
    fn from(failure: ApplicationFailure) -> Self {
        failure.0
    }
}

impl From<ApplicationFailure> for OutgoingWorkflowError {
    fn from(failure: ApplicationFailure) -> Self {
        failure.0.into()
    }
}

impl From<ApplicationFailure> for WorkflowTermination {
    fn from(failure: ApplicationFailure) -> Self {
        failure.0.into()
    }
}
