//! What a set of workers is told: to go on, to stop, or to be gone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::definition::WorkerShutdown;

/// Asks one SDK worker to stop; it may be called more than once.
pub(super) type Stop = Box<dyn Fn() + Send>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Phase {
    #[default]
    Serving,
    Stopping,
    Killed,
}

/// Shared by the workers of a set and by whoever holds them.
pub(super) struct Control {
    phase: watch::Sender<Phase>,
    /// What the activities are told by.
    shutdown: Arc<WorkerShutdown>,
    /// The SDK worker of each queue, as it is now.
    stops: Mutex<BTreeMap<&'static str, Stop>>,
}

impl Control {
    pub(super) fn new(shutdown: Arc<WorkerShutdown>) -> Self {
        Self { phase: watch::Sender::default(), shutdown, stops: Mutex::default() }
    }

    /// The worker of a queue can be stopped by this from now on. Where a stop was asked for already, it
    /// is.
    pub(super) fn enlist(&self, queue: &'static str, stop: Stop) {
        if self.is_stopping() {
            stop();
        }
        self.stops.lock().unwrap_or_else(PoisonError::into_inner).insert(queue, stop);
        // Between the two lines above a stop may have passed by.
        if self.is_stopping() {
            self.stop_all();
        }
    }

    /// The SDK worker of a queue has died; what it has registered with the client is given back, as the
    /// next one would be refused.
    pub(super) fn retire(&self, queue: &'static str) {
        let stop = self.stops.lock().unwrap_or_else(PoisonError::into_inner).remove(queue);
        if let Some(stop) = stop {
            stop();
        }
    }

    /// Asks for the end. The activities are told first, so that none of them ends by the SDK's stop
    /// without having been able to see why.
    pub(super) fn stop(&self) {
        // Workers that were killed have nothing to tell any more.
        if self.phase() == Phase::Killed {
            return;
        }
        self.shutdown.announce();
        self.advance(Phase::Stopping);
        self.stop_all();
    }

    /// Makes this thread, which runs workflows, know of the shutdown.
    pub(super) fn apply_to_workflows(&self) {
        self.shutdown.apply_to_workflows();
    }

    /// The drain timeout is over, which local activities are told.
    pub(super) fn end_drain(&self) {
        self.shutdown.end_drain();
    }

    /// Ends the workers at once, and tells nobody.
    #[cfg_attr(not(feature = "testing"), allow(dead_code, reason = "only tests kill workers"))]
    pub(super) fn kill(&self) {
        self.advance(Phase::Killed);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.phase() >= Phase::Stopping
    }

    /// Waits until a stop is asked for.
    pub(super) async fn stopping(&self) {
        self.reached(Phase::Stopping).await;
    }

    /// Waits until the workers are to be gone.
    pub(super) async fn killed(&self) {
        self.reached(Phase::Killed).await;
    }

    async fn reached(&self, phase: Phase) {
        // The sender lives as long as `self` is borrowed.
        let _ = self.phase.subscribe().wait_for(|current| *current >= phase).await;
    }

    fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    fn advance(&self, phase: Phase) {
        self.phase.send_modify(|current| *current = phase.max(*current));
    }

    fn stop_all(&self) {
        for stop in self.stops.lock().unwrap_or_else(PoisonError::into_inner).values() {
            stop();
        }
    }
}
