//! Running attempts of activities, for the report of a drain, and for the log if they block.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use super::attempt::ActivityAttempt;
use super::polled::PolledAttempt;

/// The numbers of attempts that ended during a drain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Drained {
    pub(crate) finished: usize,
    pub(crate) cancelled: usize,
}

/// The pause between two looks for attempts that block a thread.
const LOOK: Duration = Duration::from_millis(500);

/// The running attempts of a set of workers.
///
/// The workers add it to the [`Dependencies`](super::Dependencies), from which each attempt takes it.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    state: Mutex<State>,
    running: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    running: BTreeMap<u64, Arc<PolledAttempt>>,
    /// The attempts that have ended since the drain began.
    drained: Option<Drained>,
}

impl Attempts {
    /// Registers an attempt as running until the returned guard is dropped.
    pub(crate) fn begin(
        self: &Arc<Self>,
        attempt: ActivityAttempt,
        deadline: Option<SystemTime>,
    ) -> Running {
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        let attempt = Arc::new(PolledAttempt::new(attempt, deadline));
        state.running.insert(number, Arc::clone(&attempt));
        self.running.send_replace(state.running.len());
        drop(state);
        Running { attempts: Arc::clone(self), attempt, number, cancelled: false }
    }

    /// Begins to count attempts that end.
    pub(crate) fn begin_drain(&self) {
        self.state().drained.get_or_insert_default();
    }

    /// Returns the numbers of attempts that have ended since the drain began.
    pub(crate) fn drained(&self) -> Drained {
        self.state().drained.unwrap_or_default()
    }

    /// Returns the running attempts.
    pub(crate) fn under_way(&self) -> Vec<ActivityAttempt> {
        self.state().running.values().map(|polled| polled.attempt.clone()).collect()
    }

    /// Returns `true` if all running attempts of a queue time out within this time.
    pub(crate) fn all_end_within(&self, queue: &str, time: Duration) -> bool {
        let latest = SystemTime::now().checked_add(time);
        let state = self.state();
        let mut of_queue = state.running.values().filter(|polled| polled.attempt.queue == queue);
        of_queue.all(|polled| polled.deadline.is_some_and(|end| latest.is_none_or(|it| end <= it)))
    }

    /// Looks for attempts that block a thread of their runtime, and logs them, until `self` is dropped.
    pub(crate) fn log_blocking(self: &Arc<Self>) -> impl Future<Output = ()> + Send + use<> {
        let (attempts, mut count) = (Arc::downgrade(self), self.running.subscribe());
        async move {
            // Without a running attempt there is nothing to look at. The sender is dropped with `self`.
            while count.wait_for(|count| *count > 0).await.is_ok() {
                tokio::time::sleep(LOOK).await;
                let Some(attempts) = attempts.upgrade() else { return };
                let running: Vec<_> = attempts.state().running.values().cloned().collect();
                for attempt in running {
                    attempt.log_if_blocking();
                }
            }
        }
    }

    /// Waits until no attempt is running.
    pub(crate) async fn idle(&self) {
        // The sender lives as long as `self` is borrowed.
        let _ = self.running.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Returns the receiver of a change for each attempt that begins or ends.
    pub(crate) fn changes(&self) -> watch::Receiver<usize> {
        self.running.subscribe()
    }

    /// Waits until an attempt is running.
    pub(crate) async fn busy(&self) {
        let _ = self.running.subscribe().wait_for(|count| *count > 0).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock, so the state is consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A guard that keeps an attempt registered as running until it is dropped.
pub(crate) struct Running {
    attempts: Arc<Attempts>,
    attempt: Arc<PolledAttempt>,
    number: u64,
    cancelled: bool,
}

impl Running {
    /// Returns the attempt, whose future is polled through it.
    pub(crate) fn polled(&self) -> Arc<PolledAttempt> {
        Arc::clone(&self.attempt)
    }

    /// Counts the attempt as cancelled when the guard is dropped.
    pub(crate) fn cancelled(mut self) {
        self.cancelled = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.attempts.state();
        state.running.remove(&self.number);
        if let Some(drained) = &mut state.drained {
            let count = if self.cancelled { &mut drained.cancelled } else { &mut drained.finished };
            *count += 1;
        }
        self.attempts.running.send_replace(state.running.len());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, SystemTime};

    use futures_util::FutureExt as _;

    use super::{ActivityAttempt, Attempts, Drained};

    fn attempt(activity: &str) -> ActivityAttempt {
        let workflow_id = Some("order-7".to_owned());
        ActivityAttempt {
            queue: "q".to_owned(),
            activity: activity.to_owned(),
            workflow_id,
            attempt: 2,
        }
    }

    #[test]
    fn tells_whether_all_attempts_of_a_queue_end_in_time() {
        let attempts = Arc::new(Attempts::default());
        let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
        assert!(attempts.all_end_within("q", Duration::ZERO), "none runs");
        let _short = attempts.begin(attempt("short"), Some(SystemTime::now() + minute));
        assert!(attempts.all_end_within("q", hour) && !attempts.all_end_within("q", minute / 2));
        assert!(attempts.all_end_within("another", Duration::ZERO));
        let long = attempts.begin(attempt("long"), Some(SystemTime::now() + 2 * hour));
        assert!(!attempts.all_end_within("q", hour));
        assert!(attempts.all_end_within("q", Duration::MAX));
        drop(long);
        let _endless = attempts.begin(attempt("endless"), None);
        assert!(!attempts.all_end_within("q", Duration::MAX));
    }

    #[test]
    fn a_drain_counts_ended_attempts_and_keeps_running_ones() {
        let attempts = Arc::new(Attempts::default());
        let [before, finished, cancelled, left] = ["before", "finished", "cancelled", "left"]
            .map(|name| attempts.begin(attempt(name), None));
        drop(before);
        attempts.begin_drain();
        drop(finished);
        cancelled.cancelled();

        assert_eq!(attempts.drained(), Drained { finished: 1, cancelled: 1 });
        assert_eq!(attempts.under_way(), [attempt("left")]);
        assert_eq!(
            attempts.under_way()[0].to_string(),
            "attempt 2 of activity `left` of workflow `order-7`"
        );
        assert!(attempts.idle().now_or_never().is_none());
        assert!(attempts.busy().now_or_never().is_some());
        drop(left);
        assert!(attempts.idle().now_or_never().is_some());
    }
}
