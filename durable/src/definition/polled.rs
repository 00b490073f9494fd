//! Activities that block a thread of the Tokio runtime.
//!
//! An `async` activity shares the threads of the runtime with all others. Code in it that blocks is one
//! long poll of its future. The thread itself sees that when the poll ends, and other threads see it
//! before.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use super::attempt::ActivityAttempt;

/// The duration of a poll from which on an activity blocks.
const LIMIT: Duration = Duration::from_secs(1);

/// The origin of the times.
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A running attempt, and the current poll of its future.
#[derive(Debug)]
pub(crate) struct PolledAttempt {
    pub(super) attempt: ActivityAttempt,
    /// The time at which the attempt times out.
    pub(super) deadline: Option<SystemTime>,
    /// The begin of the current poll, in nanoseconds since the origin and never zero. Zero between polls.
    began: AtomicU64,
    /// `true` once it was logged that the attempt blocks.
    is_logged: AtomicBool,
}

impl PolledAttempt {
    pub(super) fn new(attempt: ActivityAttempt, deadline: Option<SystemTime>) -> Self {
        Self { attempt, deadline, began: AtomicU64::new(0), is_logged: AtomicBool::new(false) }
    }

    /// Polls the future of the attempt, and logs it if that blocks the thread.
    pub(crate) fn poll<T>(&self, poll: impl FnOnce() -> T) -> T {
        /// Ends the poll, also one that panics.
        struct Poll<'a>(&'a PolledAttempt);
        impl Drop for Poll<'_> {
            fn drop(&mut self) {
                self.0.log_if_blocking();
                self.0.began.store(0, Ordering::Relaxed);
            }
        }
        self.began.store(now(), Ordering::Relaxed);
        let _poll = Poll(self);
        poll()
    }

    /// Returns the duration of the current poll if it blocks the thread.
    fn blocking(&self) -> Option<Duration> {
        let began = self.began.load(Ordering::Relaxed);
        let lasted = Duration::from_nanos(now().saturating_sub(began));
        (began > 0 && lasted >= LIMIT).then_some(lasted)
    }

    /// Logs that the attempt blocks its thread at this moment, once for each attempt.
    pub(crate) fn log_if_blocking(&self) {
        let Some(lasted) = self.blocking() else { return };
        if self.is_logged.swap(true, Ordering::Relaxed) {
            return;
        }
        let ActivityAttempt { queue, activity, workflow_id, attempt } = &self.attempt;
        tracing::warn!(
            monotonic_counter.durable_blocking_activities = 1_u64,
            queue,
            activity,
            workflow_id,
            attempt,
            "the async activity `{activity}` has blocked a thread of the Tokio runtime for {lasted:.1?}, and \
             other activities wait for the thread; make it a plain `fn`, which gets a thread of its own, or \
             move the blocking part to `tokio::task::spawn_blocking`"
        );
    }
}

/// Returns the time since the origin, in nanoseconds and never zero.
fn now() -> u64 {
    u64::try_from(ORIGIN.elapsed().as_nanos()).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use super::{ActivityAttempt, LIMIT, PolledAttempt};

    fn attempt() -> PolledAttempt {
        let attempt = ActivityAttempt {
            queue: "q".to_owned(),
            activity: "charge".to_owned(),
            workflow_id: None,
            attempt: 1,
        };
        PolledAttempt::new(attempt, None)
    }

    #[test]
    fn sees_a_long_poll_during_the_poll_only() {
        let attempt = attempt();
        assert_eq!(attempt.blocking(), None);
        attempt.poll(|| assert_eq!(attempt.blocking(), None, "it has just begun"));
        attempt.poll(|| {
            std::thread::sleep(LIMIT + Duration::from_millis(50));
            assert!(attempt.blocking().is_some());
            std::thread::scope(|scope| scope.spawn(|| attempt.log_if_blocking()).join())
                .expect("it logs");
        });
        assert_eq!(attempt.blocking(), None);
        assert!(attempt.is_logged.load(Ordering::Relaxed));
    }

    #[test]
    fn ends_a_poll_that_panics() {
        let attempt = attempt();
        let poll = std::panic::AssertUnwindSafe(|| attempt.poll(|| panic!("the activity panics")));
        std::panic::catch_unwind(poll).expect_err("the panic is passed on");
        assert_eq!(attempt.began.load(Ordering::Relaxed), 0);
    }
}
