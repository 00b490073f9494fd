//! The log of failures: the first one at once, and then their rate.
//!
//! One wrong key fails every request, so a line for each of them would hide all others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tracing::instrument::WithSubscriber as _;

use super::access::Operation;

/// The time that a line about the rate covers.
const WINDOW: Duration = Duration::from_secs(10);

/// The counts of one operation.
#[derive(Debug)]
pub(super) struct Failures {
    operation: Operation,
    window: Duration,
    requests: AtomicU64,
    failures: AtomicU64,
    is_counting: AtomicBool,
}

impl Failures {
    pub(super) fn new(operation: Operation) -> Arc<Self> {
        Self::with_window(operation, WINDOW)
    }

    fn with_window(operation: Operation, window: Duration) -> Arc<Self> {
        let (requests, failures) = (AtomicU64::new(0), AtomicU64::new(0));
        Arc::new(Self {
            operation,
            window,
            requests,
            failures,
            is_counting: AtomicBool::new(false),
        })
    }

    pub(super) fn succeeded(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a failure. The first one is logged with its reason, which has no value, and begins a window.
    pub(super) fn failed(self: &Arc<Self>, reason: &str) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.failures.fetch_add(1, Ordering::Relaxed);
        if self.is_counting.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::warn!("a request failed: {reason}");
        self.requests.store(1, Ordering::Relaxed);
        self.failures.store(1, Ordering::Relaxed);
        tokio::spawn(Arc::clone(self).count().with_current_subscriber());
    }

    /// Logs the rate at the end of each window, until one has no failure.
    async fn count(self: Arc<Self>) {
        loop {
            tokio::time::sleep(self.window).await;
            let failures = self.failures.swap(0, Ordering::Relaxed);
            let requests = self.requests.swap(0, Ordering::Relaxed);
            if failures == 0 {
                self.is_counting.store(false, Ordering::Relaxed);
                return;
            }
            let (seconds, verb) = (self.window.as_secs_f64(), self.operation.verb());
            tracing::warn!(
                failures,
                requests,
                "{failures} of {requests} requests to {verb} payloads failed in {seconds} s"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_window_without_failures_ends_the_count() {
        let failures = Failures::with_window(Operation::Decode, Duration::from_millis(5));
        for _ in 0..3 {
            failures.failed("the reason");
        }
        failures.succeeded();
        assert!(failures.is_counting.load(Ordering::Relaxed));
        while failures.is_counting.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(failures.failures.load(Ordering::Relaxed), 0);
    }
}
