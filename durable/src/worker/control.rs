//! The control of a set of workers: it tells them to stop, or kills them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::id::WorkerId;
use crate::definition::WorkerShutdown;

/// Asks one SDK worker to stop. It may be called more than once.
pub(super) type Stop = Box<dyn Fn() + Send>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Phase {
    #[default]
    Serving,
    Stopping,
    Killed,
}

/// The state that the workers of a set share with their owner.
pub(super) struct Control {
    phase: watch::Sender<Phase>,
    /// The announcement of the stop to the activities.
    shutdown: Arc<WorkerShutdown>,
    /// The current SDK workers.
    stops: Mutex<BTreeMap<WorkerId, Stop>>,
}

impl Control {
    pub(super) fn new(shutdown: Arc<WorkerShutdown>) -> Self {
        Self { phase: watch::Sender::default(), shutdown, stops: Mutex::default() }
    }

    /// Registers an SDK worker. If a stop was asked for already, the worker is stopped.
    pub(super) fn enlist(&self, worker: WorkerId, stop: Stop) {
        if self.is_stopping() {
            stop();
        }
        self.stops.lock().unwrap_or_else(PoisonError::into_inner).insert(worker, stop);
        // A stop may have come between the two lines above.
        if self.is_stopping() {
            self.stop_all();
        }
    }

    /// Removes an SDK worker, which has died. It's stopped, because the client refuses a
    /// second worker while the first is registered.
    pub(super) fn retire(&self, worker: WorkerId) {
        let stop = self.stops.lock().unwrap_or_else(PoisonError::into_inner).remove(&worker);
        if let Some(stop) = stop {
            stop();
        }
    }

    /// Asks the workers to stop. The activities are told first, so that each can see why it ends.
    pub(super) fn stop(&self) {
        // Killed workers tell nobody.
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

    pub(super) fn is_killed(&self) -> bool {
        self.phase() == Phase::Killed
    }

    /// Waits until a stop is asked for.
    pub(super) async fn stopping(&self) {
        self.reached(Phase::Stopping).await;
    }

    /// Waits until the workers are killed.
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
