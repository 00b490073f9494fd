//! Errors of parts of this crate that the errors of calls do not know.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::Error;
use crate::definition::RegistryError;

/// An error that is not one of a call: of the configuration, the annotations, workers, a dev server, a
/// test environment or a replay.
///
/// [`Error::downcast_ref`] reads it as its own type.
#[derive(Clone)]
pub struct OtherError {
    error: Arc<dyn StdError + Send + Sync>,
    is_misuse: bool,
}

impl OtherError {
    pub(super) fn is_misuse(&self) -> bool {
        self.is_misuse
    }
}

impl fmt::Display for OtherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Debug for OtherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl StdError for OtherError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

impl Error {
    /// Wraps an error of another part of this crate. `is_misuse` is `true` if the program's code,
    /// configuration or arguments cause it, so that a retry does not help.
    pub(crate) fn other(error: impl StdError + Send + Sync + 'static, is_misuse: bool) -> Self {
        Self::Other(OtherError { error: Arc::new(error), is_misuse })
    }

    /// Returns the error of workers, the configuration, the annotations, a dev server, a test
    /// environment or a replay, if this is an `E`.
    ///
    /// ```
    /// use durable::worker::WorkerError;
    ///
    /// fn is_misconfigured(error: &durable::Error) -> bool {
    ///     matches!(error.downcast_ref(), Some(WorkerError::Misconfigured { .. }))
    /// }
    /// ```
    ///
    /// [`downcast`](Self::downcast) returns the error of a workflow's own code.
    #[must_use]
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        match self {
            Self::Other(other) => other.error.downcast_ref(),
            _ => None,
        }
    }
}

impl From<RegistryError> for Error {
    fn from(error: RegistryError) -> Self {
        Self::other(error, true)
    }
}
