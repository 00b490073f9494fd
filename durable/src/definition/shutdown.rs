//! The notice that the workers were asked to stop, on its way to the activities that want to know.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The notice of one set of workers: given out once, and kept for whoever asks later.
///
/// The workers put it among the [`Dependencies`](super::Dependencies), from which the context of an
/// activity takes it.
#[derive(Debug, Default)]
pub(crate) struct WorkerShutdown {
    stage: watch::Sender<Stage>,
    /// The runs whose local activities were stopped, to run again on another worker.
    handed_over: Mutex<BTreeSet<String>>,
}

thread_local! {
    /// That of the worker whose workflows this thread runs.
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
    /// Tells everybody who waits, or will ask.
    pub(crate) fn announce(&self) {
        self.advance(Stage::Announced);
    }

    /// Whether it was announced.
    pub(crate) fn is_announced(&self) -> bool {
        *self.stage.borrow() >= Stage::Announced
    }

    /// Waits until it is announced.
    pub(crate) async fn announced(&self) {
        self.reached(Stage::Announced).await;
    }

    /// Cancels the local activities. The SDK 1.1.1 cancels only the others when the drain timeout is
    /// over, and waits for these as long as they take.
    pub(crate) fn end_drain(&self) {
        self.advance(Stage::DrainIsOver);
    }

    /// Whether the drain timeout is over.
    pub(crate) fn is_drain_over(&self) -> bool {
        *self.stage.borrow() >= Stage::DrainIsOver
    }

    /// Waits until the drain timeout is over.
    pub(crate) async fn drain_over(&self) {
        self.reached(Stage::DrainIsOver).await;
    }

    /// A local activity of the run has ended only because of the shutdown, so the run must not go on here
    /// with what it ended with.
    pub(crate) fn hand_over(&self, run_id: &str) {
        self.handed_over().insert(run_id.to_owned());
    }

    /// Makes this the shutdown of the workflows that run on this thread.
    pub(crate) fn apply_to_workflows(self: &Arc<Self>) {
        OF_WORKFLOWS.set(Some(Arc::clone(self)));
    }

    /// Whether a run on this thread must not go on here.
    pub(crate) fn has_handed_over(run_id: &str) -> bool {
        OF_WORKFLOWS.with_borrow(|of_workflows| {
            let stopping = of_workflows.as_ref().filter(|shutdown| shutdown.is_announced());
            stopping.is_some_and(|shutdown| shutdown.handed_over().contains(run_id))
        })
    }

    fn handed_over(&self) -> MutexGuard<'_, BTreeSet<String>> {
        // Nothing panics while it holds the lock.
        self.handed_over.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, stage: Stage) {
        self.stage.send_modify(|current| *current = stage.max(*current));
    }

    async fn reached(&self, stage: Stage) {
        let mut notice = self.stage.subscribe();
        // The sender lives as long as `self` is borrowed, so this ends with the stage only.
        let _ = notice.wait_for(|current| *current >= stage).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt as _;

    use super::WorkerShutdown;

    #[tokio::test]
    async fn it_reaches_those_who_wait_and_those_who_come_later() {
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
