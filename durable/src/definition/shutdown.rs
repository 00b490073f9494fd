//! The shutdown of workers, as their activities observe it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The shutdown state of a set of workers.
///
/// The workers add it to the [`Dependencies`](super::Dependencies), from which the context of an
/// activity takes it.
#[derive(Debug, Default)]
pub(crate) struct WorkerShutdown {
    stage: watch::Sender<Stage>,
    /// The ids of runs whose local activities were stopped, and which continue on another worker.
    handed_over: Mutex<BTreeSet<String>>,
}

thread_local! {
    /// The shutdown state of the worker whose workflows run on this thread.
    static OF_WORKFLOWS: RefCell<Option<Arc<WorkerShutdown>>> = const { RefCell::new(None) };
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    #[default]
    None,
    Announced,
    DrainIsOver,
}

impl WorkerShutdown {
    /// Announces the shutdown.
    pub(crate) fn announce(&self) {
        self.advance(Stage::Announced);
    }

    /// Returns `true` if the shutdown was announced.
    pub(crate) fn is_announced(&self) -> bool {
        *self.stage.borrow() >= Stage::Announced
    }

    /// Waits until the shutdown is announced.
    pub(crate) async fn announced(&self) {
        self.reached(Stage::Announced).await;
    }

    /// Notes that the drain timeout has expired, which cancels the local activities. SDK 1.1.1 only
    /// cancels the others, and waits for local activities without a limit.
    pub(crate) fn end_drain(&self) {
        self.advance(Stage::DrainIsOver);
    }

    /// Returns `true` if the drain timeout has expired.
    pub(crate) fn is_drain_over(&self) -> bool {
        *self.stage.borrow() >= Stage::DrainIsOver
    }

    /// Waits until the drain timeout has expired.
    pub(crate) async fn drain_over(&self) {
        self.reached(Stage::DrainIsOver).await;
    }

    /// Notes that a local activity of the run ended only because of the shutdown. The run must not
    /// continue here with its error.
    pub(crate) fn hand_over(&self, run_id: &str) {
        self.handed_over().insert(run_id.to_owned());
    }

    /// Sets this state for the workflows that run on this thread.
    pub(crate) fn apply_to_workflows(self: &Arc<Self>) {
        OF_WORKFLOWS.set(Some(Arc::clone(self)));
    }

    /// Returns `true` if a run on this thread must not continue here.
    pub(crate) fn has_handed_over(run_id: &str) -> bool {
        OF_WORKFLOWS.with_borrow(|of_workflows| {
            let stopping = of_workflows.as_ref().filter(|shutdown| shutdown.is_announced());
            stopping.is_some_and(|shutdown| shutdown.handed_over().contains(run_id))
        })
    }

    fn handed_over(&self) -> MutexGuard<'_, BTreeSet<String>> {
        // No code panics while it holds the lock.
        self.handed_over.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, stage: Stage) {
        self.stage.send_modify(|current| *current = stage.max(*current));
    }

    async fn reached(&self, stage: Stage) {
        let mut notice = self.stage.subscribe();
        // The sender lives as long as `self` is borrowed, so this only returns when the stage is reached.
        let _ = notice.wait_for(|current| *current >= stage).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt as _;

    use super::WorkerShutdown;

    #[tokio::test]
    async fn early_and_late_observers_see_the_shutdown() {
        let shutdown = Arc::new(WorkerShutdown::default());
        assert!(shutdown.announced().now_or_never().is_none());
        assert!(!shutdown.is_announced());

        let waiting = Arc::clone(&shutdown);
        let waiting = tokio::spawn(async move { waiting.announced().await });
        tokio::task::yield_now().await;
        shutdown.announce();
        waiting.await.unwrap();
        assert!(shutdown.is_announced());
        assert!(shutdown.announced().now_or_never().is_some());

        assert!(!shutdown.is_drain_over());
        assert!(shutdown.drain_over().now_or_never().is_none());
        shutdown.end_drain();
        shutdown.announce();
        assert!(shutdown.is_drain_over());
        assert!(shutdown.drain_over().now_or_never().is_some());
    }
}
