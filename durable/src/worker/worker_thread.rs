//! The thread of an SDK worker.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::sync::{mpsc, oneshot};

use super::serve::{Cause, End, Serving};
use super::watchdog::Notice;
use crate::logs::{self, CallersSubscriber};

/// The number of threads that use their Tokio runtime.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// Counts a thread while it uses its Tokio runtime.
struct Counted;

impl Counted {
    fn new() -> Self {
        THREADS.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        THREADS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Returns whether a worker uses its Tokio runtime, so that a shutdown of the runtime would make it panic.
pub(super) fn is_any_running() -> bool {
    THREADS.load(Ordering::Relaxed) > 0
}

/// An SDK worker on a thread of its own.
pub(super) struct WorkerThread {
    /// The end of the worker. None comes if the thread panics, or is killed.
    pub(super) end: oneshot::Receiver<End>,
    pub(super) notices: mpsc::UnboundedReceiver<Notice>,
}

impl WorkerThread {
    /// Starts the thread, and waits until the SDK has made its worker.
    pub(super) async fn start(serving: &Arc<Serving>) -> Result<Self, Cause> {
        let (made_sender, made) = oneshot::channel();
        let (end_sender, end) = oneshot::channel();
        let (tokio, counted, serving) =
            (serving.tokio.clone(), Counted::new(), Arc::clone(serving));
        let name = format!("durable-{}", serving.plan.id);
        let subscriber = CallersSubscriber::current();
        let run = move || {
            let (_entered, _logging) = (tokio.enter(), subscriber.of_this_thread());
            logs::note_on_this_thread();
            serving.control.apply_to_workflows();
            let worker = match serving.make() {
                Ok(worker) => worker,
                Err(error) => return drop(made_sender.send(Err(error))),
            };
            let notices = serving.watchdog.watch_this_thread(serving.plan.id.queue);
            if made_sender.send(Ok(notices)).is_err() {
                return;
            }
            let ended = tokio.block_on(async {
                tokio::select! {
                    ended = serving.serve(worker) => Some(ended),
                    () = serving.control.killed() => None,
                }
            });
            // The end of the worker may be the end of the program, which then shuts its runtime down.
            drop(counted);
            if let Some(ended) = ended {
                // Nobody listens any more when the worker was replaced, or the workers were dropped.
                let _ = end_sender.send(ended);
            }
        };
        thread::Builder::new().name(name).spawn(run)?;
        let notices = made.await.map_err(|_| "its thread panicked")??;
        Ok(Self { end, notices })
    }
}
