//! Recognizes errors of a program's code, configuration or arguments, for which a retry does not help.

use super::{Error, WorkerError};

impl Error {
    /// Returns `true` for an error of the program's code, configuration or arguments.
    pub(crate) fn is_misuse(&self) -> bool {
        match self {
            Self::Config(_)
            | Self::Disabled { .. }
            | Self::InvalidAddress { .. }
            | Self::InvalidHeader { .. }
            | Self::InvalidOptions { .. }
            | Self::InvalidQuery { .. }
            | Self::InvalidSchedule { .. }
            | Self::NamespaceNotFound { .. }
            | Self::Registry(_)
            | Self::Tls { .. }
            | Self::Worker(
                WorkerError::Misconfigured { .. }
                | WorkerError::Disabled
                | WorkerError::HealthListener { .. },
            ) => true,
            _ => false,
        }
    }
}
