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
    failed: AtomicU64,
    is_counting: AtomicBool,
}

impl Failures {
    pub(super) fn new(operation: Operation) -> Arc<Self> {
        Self::with_window(operation, WINDOW)
    }

    fn with_window(operation: Operation, window: Duration) -> Arc<Self> {
        let (requests, failed) = (AtomicU64::new(0), AtomicU64::new(0));
        Arc::new(Self { operation, window, requests, failed, is_counting: AtomicBool::new(false) })
    }

    pub(super) fn succeeded(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a failure. The first one is logged with its reason, which has no value, and begins a window.
    pub(super) fn failed(self: &Arc<Self>, reason: &str) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.failed.fetch_add(1, Ordering::Relaxed);
        if self.is_counting.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::warn!("a request failed: {reason}");
        self.requests.store(1, Ordering::Relaxed);
        self.failed.store(1, Ordering::Relaxed);
        tokio::spawn(Arc::clone(self).count().with_current_subscriber());
    }

    /// Logs the rate at the end of each window, until one has no failure.
    async fn count(self: Arc<Self>) {
        loop {
            tokio::time::sleep(self.window).await;
            let failures = self.failed.swap(0, Ordering::Relaxed);
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

#[cfg(all(test, feature = "testing"))]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A log in memory.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("nobody panics with it").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn logs_the_first_failure_and_then_the_rate() {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
        let _guard = tracing::subscriber::set_default(log.finish());
        let failures = Failures::with_window(Operation::Decode, Duration::from_millis(20));
        for number in 0..5 {
            failures.failed(&format!("reason {number}"));
            failures.succeeded();
        }
        while failures.is_counting.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let bytes = lines.0.lock().expect("nobody panics with it").clone();
        let text = String::from_utf8(bytes).expect("it is text");
        assert!(text.contains("a request failed: reason 0"), "{text}");
        assert!(text.contains("5 of 10 requests to decode payloads failed in 0.02 s"), "{text}");
        assert!(!text.contains("reason 1"), "{text}");
        assert_eq!(failures.failed.load(Ordering::Relaxed), 0, "the count has ended");
    }
}
