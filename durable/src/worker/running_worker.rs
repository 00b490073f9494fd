//! A running worker: the thread that it runs on, and its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::WorkerError;
use super::health::WorkerState;
use super::supervise::Supervisor;

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

/// The worker of a queue.
pub(super) struct RunningWorker {
    pub(super) queue: &'static str,
    /// The name of the queue that is polled, which `worker_options` may have changed.
    pub(super) polled: String,
    /// The end of the worker, until it was received.
    pub(super) end: Option<oneshot::Receiver<Result<(), WorkerError>>>,
}

impl RunningWorker {
    /// Starts the thread, and waits until the SDK has made its worker.
    pub(super) async fn start(supervisor: Supervisor) -> Result<Self, WorkerError> {
        let queue = supervisor.plan.queue;
        let polled = supervisor.plan.options.task_queue.clone();
        let (made_sender, made) = oneshot::channel();
        let (end_sender, end) = oneshot::channel();
        let tokio = Handle::current();
        let counted = Counted::new();
        let run = move || {
            let _entered = tokio.enter();
            supervisor.control.apply_to_workflows();
            let worker = match supervisor.make() {
                Ok(worker) => worker,
                Err(error) => return drop(made_sender.send(Err(error))),
            };
            if made_sender.send(Ok(())).is_err() {
                return;
            }
            let (control, board) = (Arc::clone(&supervisor.control), Arc::clone(&supervisor.board));
            let ended = tokio.block_on(async {
                tokio::select! {
                    ended = supervisor.run(worker) => Some(ended),
                    () = control.killed() => None,
                }
            });
            // The end of the worker may be the end of the program, which then shuts its runtime down.
            drop(counted);
            if let Some(ended) = ended {
                // Nobody listens any more when the workers were dropped.
                let _ = end_sender.send(ended);
            } else {
                board.set(queue, WorkerState::Stopped, None);
            }
        };
        let create = |source| WorkerError::Create { queue: queue.to_owned(), source };
        thread::Builder::new()
            .name(format!("durable-{queue}"))
            .spawn(run)
            .map_err(|error| create(error.into()))?;
        match made.await {
            Ok(Ok(())) => Ok(Self { queue, polled, end: Some(end) }),
            Ok(Err(error)) => Err(create(error.into())),
            Err(_) => Err(create("its thread panicked".into())),
        }
    }
}

/// Returns the error for a worker whose thread ended without a result.
pub(super) fn vanished(queue: &str) -> WorkerError {
    WorkerError::Ended {
        queue: queue.to_owned(),
        restarts: 0,
        source: "its thread panicked".into(),
    }
}
