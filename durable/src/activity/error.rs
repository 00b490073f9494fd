//! The error of an activity: the SDK's, into which the program's own errors convert with their types.

use temporalio_common::error::{ApplicationFailure, FailurePayloads};
use temporalio_sdk::activities::ActivityError as SdkActivityError;

use crate::error::{ApplicationError, DowncastFailure as _, outgoing};

/// How an activity ends without an output.
///
/// `?` converts every `std::error::Error` into it, and every `anyhow::Error`. An error that derives
/// [`ApplicationError`](macro@crate::ApplicationError) keeps its type and values on the way, also
/// behind a context of `anyhow`; any other becomes a retryable failure with a message and no type.
///
/// It has the variants of the SDK's error of the same name, which would lose the types.
#[derive(Debug)]
#[non_exhaustive]
pub enum ActivityError {
    /// The activity failed; the failure says how, and whether it is tried again.
    Application(Box<ApplicationFailure>),
    /// The activity was cancelled, and has stopped for it.
    Cancelled {
        /// What the workflow is told.
        details: Option<FailurePayloads>,
    },
    /// The activity's output comes from elsewhere; see
    /// [`Client::activity`](crate::Client::activity).
    WillCompleteAsync,
}

impl ActivityError {
    /// The activity was cancelled.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::Cancelled { details: None }
    }

    /// The activity was cancelled, and tells the workflow how far it came.
    pub fn cancelled_with_details(details: impl Into<FailurePayloads>) -> Self {
        Self::Cancelled { details: Some(details.into()) }
    }

    /// The activity failed in this way.
    #[must_use]
    pub fn application(failure: impl Into<ApplicationFailure>) -> Self {
        Self::Application(Box::new(failure.into()))
    }

    /// The program's own error that this was made of, with its values, if it is an `E`.
    ///
    /// It is what a test of an activity asks for.
    #[must_use]
    pub fn downcast<E: ApplicationError>(&self) -> Option<E> {
        match self {
            Self::Application(failure) => failure.downcast(),
            Self::Cancelled { .. } | Self::WillCompleteAsync => None,
        }
    }

    /// As the SDK takes it.
    pub(crate) fn into_sdk(self) -> SdkActivityError {
        match self {
            Self::Application(failure) => SdkActivityError::Application(failure),
            Self::Cancelled { details } => SdkActivityError::Cancelled { details },
            Self::WillCompleteAsync => SdkActivityError::WillCompleteAsync,
        }
    }

    /// As the SDK gives it.
    #[cfg(feature = "testing")]
    pub(crate) fn from_sdk(error: SdkActivityError) -> Self {
        match error {
            SdkActivityError::Application(failure) => Self::Application(failure),
            SdkActivityError::Cancelled { details } => Self::Cancelled { details },
            SdkActivityError::WillCompleteAsync => Self::WillCompleteAsync,
            // The SDK has no other today.
            other => Self::application(ApplicationFailure::new(format!("{other:?}"))),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for ActivityError {
    fn from(error: E) -> Self {
        Self::application(outgoing::failure(error.into()))
    }
}
