//! Application failures, with a builder.
//!
//! This type wraps the one of the same name in SDK 1.1.1, whose builder takes only a `String` as the
//! type name.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use temporalio_common::error::{
    ApplicationErrorCategory, ApplicationFailure as SdkFailure, FailurePayloads,
    OutgoingWorkflowError,
};
use temporalio_sdk::WorkflowTermination;

use super::sizes::Sizes;
use crate::definition::debug;

/// A failure of an activity, workflow or update: a message or an error, and its properties for Temporal.
///
/// In an activity `?` converts every `std::error::Error` into it. In a workflow, where an error ends the
/// whole workflow, the conversion is explicit. An error that derives
/// [`ApplicationError`](macro@crate::ApplicationError) is converted with its type and values.
///
/// It dereferences to the SDK's type of the same name, which has the accessors. The Temporal concept is the
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
pub struct ApplicationFailure(SdkFailure);

/// Formats the failure without the values of its details.
impl fmt::Debug for ApplicationFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        WithoutValues(&self.0).fmt(f)
    }
}

/// Formats a failure of the SDK without the values of its details and of its causes.
pub(crate) struct WithoutValues<'a>(pub(crate) &'a SdkFailure);

impl fmt::Debug for WithoutValues<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplicationFailure")
            .field("error", &self.0.source_error())
            .field("type_name", &self.0.type_name())
            .field("non_retryable", &self.0.is_non_retryable())
            .field("next_retry_delay", &self.0.next_retry_delay())
            .field("category", &self.0.category())
            .field("details", &self.0.raw_details().map(Sizes))
            .finish_non_exhaustive()
    }
}

impl ApplicationFailure {
    /// Creates a failure that is retried according to the retry policy.
    #[must_use]
    pub fn new(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(SdkFailure::new(error))
    }

    /// Creates a failure that is not retried.
    #[must_use]
    pub fn non_retryable(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(SdkFailure::non_retryable(error))
    }

    /// Creates a builder of a failure with a message or an error.
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

/// A builder of an [`ApplicationFailure`], created by [`ApplicationFailure::builder`].
#[must_use = "a builder does nothing before `build`"]
pub struct ApplicationFailureBuilder {
    error: Box<dyn StdError + Send + Sync>,
    type_name: Option<String>,
    non_retryable: bool,
    next_retry_delay: Option<Duration>,
    category: ApplicationErrorCategory,
    details: Option<FailurePayloads>,
}

debug!([] ApplicationFailureBuilder[]: error, type_name, non_retryable, next_retry_delay, category);

impl ApplicationFailureBuilder {
    /// Sets the type name, by which retry policies and callers distinguish failures. By default there is
    /// none.
    pub fn type_name(mut self, name: impl Into<String>) -> Self {
        self.type_name = Some(name.into());
        self
    }

    /// Sets whether the failure is non-retryable. The default is `false`.
    pub fn non_retryable(mut self, non_retryable: bool) -> Self {
        self.non_retryable = non_retryable;
        self
    }

    /// Sets the delay before the next attempt. The default is that of the retry policy.
    pub fn next_retry_delay(mut self, delay: impl Into<Option<Duration>>) -> Self {
        self.next_retry_delay = delay.into();
        self
    }

    /// Sets the category for tools. By default it is unspecified.
    pub fn category(mut self, category: ApplicationErrorCategory) -> Self {
        self.category = category;
        self
    }

    /// Sets the details, a value that [`Failure::details`](super::Failure::details) reads. By default
    /// there are none.
    pub fn details(mut self, details: impl Into<FailurePayloads>) -> Self {
        self.details = Some(details.into());
        self
    }

    /// Creates the failure.
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
