//! The size limits that a server tells, and those of a set of workers.

use std::sync::{Arc, Mutex, PoisonError};

use super::payload_limit::{PayloadLimit, Sending};

/// The limits of a client's namespace, as the server told them last.
#[derive(Debug, Default)]
pub(crate) struct ServerLimits {
    told: Mutex<PayloadLimit>,
    sending: Sending,
}

impl ServerLimits {
    pub(crate) fn new(sending: Sending) -> Self {
        Self { told: Mutex::default(), sending }
    }

    pub(crate) fn learn(&self, told: PayloadLimit) {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = told;
    }

    /// Returns the limits, or the default ones of a server that has not told any.
    pub(crate) fn get(&self) -> PayloadLimit {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        told.sending(&self.sending)
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
        match &self.set {
            Some(set) => set.clone().sending(&self.server.sending),
            None => self.server.get(),
        }
    }
}
