//! The limits of a gateway.

use std::time::Duration;

/// The limits of a gateway.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) body: usize,
    pub(super) wait: Duration,
    pub(super) waits: usize,
    pub(super) page: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 2 << 20, wait: Duration::from_secs(30), waits: 256, page: 200 }
    }
}
