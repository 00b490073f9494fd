//! The size limits that a server tells, and those of a set of workers.

use std::sync::{Arc, Mutex, PoisonError};

use super::payload_limit::PayloadLimit;

/// The limits of a client's namespace, as the server told them last.
#[derive(Debug, Default)]
pub(crate) struct ServerLimits(Mutex<PayloadLimit>);

impl ServerLimits {
    pub(crate) fn learn(&self, told: PayloadLimit) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = told;
    }

    /// Returns the limits, or the default ones of a server that has not told any.
    pub(crate) fn get(&self) -> PayloadLimit {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The limits of a set of workers: those that were set, or else those of the server.
#[derive(Debug, Clone)]
pub(crate) struct WorkerLimits {
    pub(crate) set: Option<PayloadLimit>,
    pub(crate) server: Arc<ServerLimits>,
}

impl WorkerLimits {
    pub(crate) fn get(&self) -> PayloadLimit {
        self.set.unwrap_or_else(|| self.server.get())
    }
}
