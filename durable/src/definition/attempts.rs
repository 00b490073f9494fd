//! Which attempts of activities are under way in a process, so that a drain can tell what became of
//! them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::watch;

/// An attempt of an activity that a worker runs, or ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ActivityAttempt {
    /// The queue of the worker.
    pub queue: String,
    /// The activity's name.
    pub activity: String,
    /// The id of the workflow that called it, if one did.
    pub workflow_id: Option<String>,
    /// Which attempt it is, counted from 1.
    pub attempt: u32,
}

impl fmt::Display for ActivityAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attempt {} of activity `{}`", self.attempt, self.activity)?;
        match &self.workflow_id {
            Some(id) => write!(f, " of workflow `{id}`"),
            None => Ok(()),
        }
    }
}

/// What became of the attempts that were under way when a drain began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Drained {
    pub(crate) finished: usize,
    pub(crate) cancelled: usize,
}

/// The attempts of one set of workers.
///
/// The workers put it among the [`Dependencies`](super::Dependencies), where each attempt finds it.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    state: Mutex<State>,
    under_way: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    under_way: BTreeMap<u64, ActivityAttempt>,
    /// What ended since the drain began.
    drained: Option<Drained>,
}

impl Attempts {
    /// An attempt begins; it ends with what is returned.
    pub(crate) fn begin(self: &Arc<Self>, attempt: ActivityAttempt) -> Running {
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        state.under_way.insert(number, attempt);
        self.under_way.send_replace(state.under_way.len());
        drop(state);
        Running { attempts: Arc::clone(self), number, cancelled: false }
    }

    /// From now on, what ends is counted.
    pub(crate) fn begin_drain(&self) {
        self.state().drained.get_or_insert_default();
    }

    /// What ended since the drain began.
    pub(crate) fn drained(&self) -> Drained {
        self.state().drained.unwrap_or_default()
    }

    /// The attempts that are under way.
    pub(crate) fn under_way(&self) -> Vec<ActivityAttempt> {
        self.state().under_way.values().cloned().collect()
    }

    /// Waits until none is under way.
    pub(crate) async fn idle(&self) {
        // The sender lives as long as `self` is borrowed.
        let _ = self.under_way.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Waits until one is under way.
    pub(crate) async fn busy(&self) {
        let _ = self.under_way.subscribe().wait_for(|count| *count > 0).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, and what it guards is never half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt that is under way, until this is dropped.
pub(crate) struct Running {
    attempts: Arc<Attempts>,
    number: u64,
    cancelled: bool,
}

impl Running {
    /// It ended because it was cancelled.
    pub(crate) fn cancelled(mut self) {
        self.cancelled = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.attempts.state();
        state.under_way.remove(&self.number);
        if let Some(drained) = &mut state.drained {
            let count = if self.cancelled { &mut drained.cancelled } else { &mut drained.finished };
            *count += 1;
        }
        self.attempts.under_way.send_replace(state.under_way.len());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

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
    fn a_drain_counts_what_ends_in_it_and_knows_what_is_left() {
        let attempts = Arc::new(Attempts::default());
        let [before, finished, cancelled, left] =
            ["before", "finished", "cancelled", "left"].map(|name| attempts.begin(attempt(name)));
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
