//! Recycling: an SDK worker that has run many activities is replaced by a new one.
//!
//! SDK 1.1.1 keeps the task token of each activity until its worker ends, about 300 bytes. So the memory
//! of a worker grows with each activity. The replaced worker takes no more tasks, and finishes those that it
//! has. The workflows in its memory are replayed by the new one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::definition::Attempts;

/// The shortest interval between two looks at the count.
const LOOK: Duration = Duration::from_millis(500);

/// The time without a new activity before a replacement.
///
/// SDK 1.1.1 drops its calls for tasks when a worker stops, unless the server ends them. An activity that the server
/// has just given away is lost then, until it times out. A busy worker has calls to lose at every moment.
const QUIET: Duration = Duration::from_millis(20);

/// The multiple of the limit at which a worker is replaced in any case.
const IN_ANY_CASE: u64 = 10;

/// The activities of an SDK worker, and the condition for its replacement.
pub(super) struct Recycling {
    /// The activities after which the worker is replaced. Zero means never.
    pub(super) limit: u32,
    /// The activities that have begun.
    pub(super) begun: Arc<AtomicU64>,
    pub(super) attempts: Arc<Attempts>,
    /// The queue that is polled.
    pub(super) queue: String,
    /// The time after which the SDK cancels the activities of a worker that stops.
    pub(super) drain: Duration,
}

impl Recycling {
    /// Waits until the worker is to be replaced.
    pub(super) async fn due(&self) {
        if self.limit == 0 {
            return std::future::pending().await;
        }
        let mut changes = self.attempts.changes();
        loop {
            let begun = self.begun();
            if begun >= u64::from(self.limit) * IN_ANY_CASE {
                return;
            }
            if self.is_due(begun) {
                tokio::time::sleep(QUIET).await;
                if self.begun() == begun && self.is_due(begun) {
                    return;
                }
            } else {
                // A worker without activities has nothing to count, and sleeps.
                tokio::time::sleep(LOOK).await;
                // The sender lives as long as `self` is borrowed.
                let _ = changes.changed().await;
            }
        }
    }

    /// Begins to count for another worker.
    pub(super) fn begin(&self) {
        self.begun.store(0, Ordering::Relaxed);
    }

    fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// The replaced worker cancels what runs for longer than the drain timeout. So the replacement waits for
    /// a moment at which nothing does, but not for ever.
    fn is_due(&self, begun: u64) -> bool {
        begun >= u64::from(self.limit) && self.attempts.all_end_within(&self.queue, self.drain)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::time::{Duration, SystemTime};

    use futures_util::FutureExt as _;

    use super::{QUIET, Recycling};
    use crate::definition::{ActivityAttempt, Attempts};

    fn recycling(limit: u32) -> Recycling {
        Recycling {
            limit,
            begun: Arc::default(),
            attempts: Arc::new(Attempts::default()),
            queue: "q".to_owned(),
            drain: Duration::from_secs(60),
        }
    }

    #[test]
    fn waits_for_the_end_of_long_activities() {
        let recycling = recycling(10);
        let attempt = ActivityAttempt {
            queue: "q".to_owned(),
            activity: "charge".to_owned(),
            workflow_id: None,
            attempt: 1,
        };
        assert_eq!([0, 9, 10].map(|begun| recycling.is_due(begun)), [false, false, true]);
        let soon = SystemTime::now() + Duration::from_secs(30);
        let _short = recycling.attempts.begin(attempt.clone(), Some(soon));
        assert_eq!([9, 10].map(|begun| recycling.is_due(begun)), [false, true]);
        let late = SystemTime::now() + Duration::from_secs(90);
        let long = recycling.attempts.begin(attempt, Some(late));
        assert_eq!([10, 99].map(|begun| recycling.is_due(begun)), [false, false]);
        drop(long);
        assert!(recycling.is_due(10));
    }

    #[tokio::test]
    async fn waits_while_activities_begin_up_to_ten_times_the_limit() {
        let recycling = recycling(10);
        recycling.begun.store(10, Ordering::Relaxed);
        let mut due = pin!(recycling.due());
        assert!(due.as_mut().now_or_never().is_none());
        recycling.begun.store(11, Ordering::Relaxed);
        tokio::time::sleep(2 * QUIET).await;
        assert!(due.as_mut().now_or_never().is_none(), "an activity has begun");
        tokio::time::sleep(2 * QUIET).await;
        assert!(due.as_mut().now_or_never().is_some(), "none has begun");
        recycling.begun.store(100, Ordering::Relaxed);
        assert!(recycling.due().now_or_never().is_some());
    }

    #[test]
    fn zero_means_never() {
        let never = recycling(0);
        never.begun.store(u64::MAX, Ordering::Relaxed);
        assert!(never.is_due(u64::MAX), "the count alone would replace the worker");
        assert!(never.due().now_or_never().is_none());
    }
}
