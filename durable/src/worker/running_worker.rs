//! The worker of a thread as its owner sees it: the task that supervises it, and its end.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::WorkerError;
use super::id::WorkerId;
use super::supervise::Supervisor;
use super::worker_thread::WorkerThread;
use crate::background::CONTROL;

/// The worker of a thread.
pub(super) struct RunningWorker {
    pub(super) id: WorkerId,
    /// The name of the queue that is polled, which `worker_options` may have changed.
    pub(super) polled: String,
    /// The end of the worker, until it was received.
    pub(super) end: Option<oneshot::Receiver<Result<(), WorkerError>>>,
}

impl RunningWorker {
    /// Starts the worker, and its supervision on the runtime of the control.
    pub(super) async fn start(supervisor: Supervisor) -> Result<Self, WorkerError> {
        let serving = Arc::clone(&supervisor.serving);
        let (id, polled) = (serving.plan.id, serving.plan.options.task_queue.clone());
        let first = WorkerThread::start(&serving).await.map_err(|cause| WorkerError::Create {
            queue: id.queue.to_owned(),
            source: cause.into(),
        })?;
        let (end_sender, end) = oneshot::channel();
        CONTROL.spawn(async move {
            let end = supervisor.run(first).await;
            // The values of the activities are the user's, so they are dropped on the user's runtime.
            let tokio = serving.tokio.clone();
            tokio.spawn(async move { drop(serving) });
            // Nobody listens any more when the workers were dropped.
            let _ = end_sender.send(end);
        });
        Ok(Self { id, polled, end: Some(end) })
    }
}

/// Returns the error for a worker whose supervision ended without a result.
pub(super) fn vanished(queue: &str) -> WorkerError {
    WorkerError::Ended {
        queue: queue.to_owned(),
        restarts: 0,
        source: "its thread panicked".into(),
    }
}
