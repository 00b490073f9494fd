//! The error of an activity, into which application errors convert with their type and values.

use std::fmt;

use temporalio_common::error::{ApplicationFailure, FailurePayloads};
use temporalio_sdk::activities::ActivityError as SdkActivityError;

use crate::error::{ApplicationError, DowncastFailure as _, WithoutValues, outgoing};

/// The error of an activity: a failure, a cancellation, or a completion by another process.
///
/// `?` converts every `std::error::Error` and every `anyhow::Error` into it. An error that derives
/// [`ApplicationError`](macro@crate::ApplicationError) keeps its type and values, also inside a context
/// of `anyhow`. Any other error becomes a retryable failure with a message and without a type name.
///
/// It has the same variants as the SDK's error of the same name, which does not keep the types.
#[non_exhaustive]
pub enum ActivityError {
    /// The activity failed. The failure has the error and says whether it is retried.
    Application(Box<ApplicationFailure>),
    /// The activity was cancelled and has stopped.
    Cancelled {
        /// The details for the workflow.
        details: Option<FailurePayloads>,
    },
    /// Another process completes the activity; see [`Client::activity`](crate::Client::activity).
    WillCompleteAsync,
}

/// Formats the error without the values of its details.
impl fmt::Debug for ActivityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application(failure) => {
                f.debug_tuple("Application").field(&WithoutValues(failure)).finish()
            }
            Self::Cancelled { .. } => f.debug_struct("Cancelled").finish_non_exhaustive(),
            Self::WillCompleteAsync => f.write_str("WillCompleteAsync"),
        }
    }
}

impl ActivityError {
    /// Creates the error of a cancelled activity.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::Cancelled { details: None }
    }

    /// Creates the error of a cancelled activity with details for the workflow, such as its progress.
    pub fn cancelled_with_details(details: impl Into<FailurePayloads>) -> Self {
        Self::Cancelled { details: Some(details.into()) }
    }

    /// Creates the error of a failed activity.
    #[must_use]
    pub fn application(failure: impl Into<ApplicationFailure>) -> Self {
        Self::Application(Box::new(failure.into()))
    }

    /// Returns the program's own error that was converted into this one, with its values, or `None` if it
    /// is not an `E`. It is for tests of activities.
    #[must_use]
    pub fn downcast<E: ApplicationError>(&self) -> Option<E> {
        match self {
            Self::Application(failure) => failure.downcast(),
            Self::Cancelled { .. } | Self::WillCompleteAsync => None,
        }
    }

    /// Converts the error to the SDK's.
    pub(crate) fn into_sdk(self) -> SdkActivityError {
        match self {
            Self::Application(failure) => SdkActivityError::Application(failure),
            Self::Cancelled { details } => SdkActivityError::Cancelled { details },
            Self::WillCompleteAsync => SdkActivityError::WillCompleteAsync,
        }
    }

    /// Converts the SDK's error to this one.
    #[cfg(feature = "testing")]
    pub(crate) fn from_sdk(error: SdkActivityError) -> Self {
        match error {
            SdkActivityError::Application(failure) => Self::Application(failure),
            SdkActivityError::Cancelled { details } => Self::Cancelled { details },
            SdkActivityError::WillCompleteAsync => Self::WillCompleteAsync,
            // SDK 1.1.1 has no other variant.
            other => Self::application(ApplicationFailure::new(format!("{other:?}"))),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for ActivityError {
    fn from(error: E) -> Self {
        Self::application(outgoing::failure(error.into()))
    }
}
