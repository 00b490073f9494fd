//! Which errors are mistakes of whoever set the program up, so that trying again does not help.

use super::{Error, WorkerError};

impl Error {
    /// Whether what was asked for cannot be, as the program is written, configured or called.
    pub(crate) fn is_misuse(&self) -> bool {
        match self {
            Self::Disabled { .. }
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
            #[cfg(feature = "config")]
            Self::Config(_) => true,
            _ => false,
        }
    }
}
