//! Workers that run: a thread each, their end and their shutdown.
//!
//! The SDK's worker keeps its workflows on one thread, so each gets one; its activities run on the
//! Tokio runtime that the workers were started from.

use std::fmt;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use futures_util::FutureExt as _;
use temporalio_sdk::runtime::RuntimeOptions;
use temporalio_sdk::{Runtime, Worker, WorkerOptions};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::WorkerError;
use crate::client::Client;
use crate::definition::WorkerShutdown;
use crate::error::Result;
use crate::error::payload_limit::PayloadLimit;

/// How much longer than the drain timeout a worker may take to stop, before it is given up.
const STOP_MARGIN: Duration = Duration::from_secs(10);

type Stop = Box<dyn Fn() + Send + Sync>;

/// A worker that is to be started.
pub(super) struct Plan {
    pub(super) queue: &'static str,
    pub(super) options: WorkerOptions,
    pub(super) payload_limit: PayloadLimit,
}

/// Workers that run, until they are shut down or dropped.
///
/// Dropping them asks them to stop and does not wait for it.
#[must_use = "dropping the workers stops them"]
pub struct RunningWorkers {
    workers: Vec<RunningWorker>,
    drain_timeout: Duration,
    /// What the activities are told by.
    shutdown: Arc<WorkerShutdown>,
}

struct RunningWorker {
    queue: &'static str,
    stop: Stop,
    /// Ends the worker at once, with all that it does, when something is sent.
    #[cfg_attr(not(feature = "testing"), allow(dead_code, reason = "only tests kill workers"))]
    kill: oneshot::Sender<()>,
    /// What the worker ended with; taken when it was told.
    end: Option<oneshot::Receiver<Result<(), WorkerError>>>,
}

impl RunningWorkers {
    pub(super) async fn start(
        client: &Client,
        plans: Vec<Plan>,
        drain_timeout: Duration,
        shutdown: Arc<WorkerShutdown>,
    ) -> Result<Self, WorkerError> {
        let runtime = Runtime::from_current_tokio(RuntimeOptions::default())
            .map_err(|error| WorkerError::Create { queue: "*".to_owned(), source: error.into() })?;
        let runtime = Arc::new(runtime);
        let mut running = Self { workers: Vec::new(), drain_timeout, shutdown };
        for plan in plans {
            // An error drops the workers that run already, which stops them.
            running.workers.push(RunningWorker::start(&runtime, client, plan).await?);
        }
        Ok(running)
    }

    /// The queues that are served.
    pub fn queues(&self) -> impl Iterator<Item = &'static str> {
        self.workers.iter().map(|worker| worker.queue)
    }

    /// Waits until a worker ends by itself, stops the others and tells why it ended.
    ///
    /// # Errors
    /// [`WorkerError::Ended`]: the usual end of this wait.
    pub async fn ended(&mut self) -> Result<(), WorkerError> {
        let workers = &mut self.workers;
        let ended = poll_fn(|cx| {
            for worker in workers.iter_mut() {
                if let Some(end) = &mut worker.end
                    && let Poll::Ready(ended) = end.poll_unpin(cx)
                {
                    worker.end = None;
                    return Poll::Ready(ended.unwrap_or_else(|_| Err(vanished(worker.queue))));
                }
            }
            Poll::Pending
        })
        .await;
        self.stop();
        ended
    }

    /// Stops the workers: they take no more tasks, what is in flight ends within the drain timeout or
    /// is cancelled, and then they are gone.
    ///
    /// # Errors
    /// [`WorkerError::Ended`] when one had ended with an error, [`WorkerError::Stuck`] when one does
    /// not stop.
    pub async fn shutdown(mut self) -> Result<()> {
        self.stop();
        let waited = self.drain_timeout + STOP_MARGIN;
        let mut outcome = Ok(());
        for worker in &mut self.workers {
            let Some(end) = worker.end.take() else { continue };
            let ended = match tokio::time::timeout(waited, end).await {
                Ok(Ok(ended)) => ended,
                Ok(Err(_)) => Err(vanished(worker.queue)),
                Err(_) => Err(WorkerError::Stuck { queue: worker.queue.to_owned(), waited }),
            };
            outcome = outcome.and(ended);
        }
        Ok(outcome?)
    }

    /// Ends the workers at once, as if their process were killed; nothing in flight is told.
    #[cfg(feature = "testing")]
    pub(crate) fn kill(mut self) {
        for worker in self.workers.drain(..) {
            // A worker that has ended needs no killing.
            let _ = worker.kill.send(());
        }
    }

    /// Asks for the end. The activities are told first, so that none of them ends by the SDK's stop
    /// without having been able to see why.
    fn stop(&self) {
        // Workers that were killed have nothing to tell any more.
        if !self.workers.is_empty() {
            self.shutdown.announce();
        }
        for worker in &self.workers {
            (worker.stop)();
        }
    }
}

impl Drop for RunningWorkers {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for RunningWorkers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.queues()).finish()
    }
}

impl RunningWorker {
    async fn start(
        runtime: &Arc<Runtime>,
        client: &Client,
        plan: Plan,
    ) -> Result<Self, WorkerError> {
        let queue = plan.queue;
        let (made_sender, made) = oneshot::channel();
        let (end_sender, end) = oneshot::channel();
        let (kill, killed) = oneshot::channel();
        let runtime = Arc::clone(runtime);
        let sdk = client.sdk().clone();
        let tokio = Handle::current();
        let run = move || {
            let _entered = tokio.enter();
            plan.payload_limit.apply_to_workflows();
            let mut worker = match Worker::new(&runtime, sdk, plan.options) {
                Ok(worker) => worker,
                Err(error) => return drop(made_sender.send(Err(error))),
            };
            let stop: Stop = Box::new(worker.shutdown_handle());
            if made_sender.send(Ok(stop)).is_err() {
                return;
            }
            let ended = tokio.block_on(async {
                let killed = async {
                    // Without a word, the workers go on.
                    if killed.await.is_err() {
                        std::future::pending::<()>().await;
                    }
                };
                tokio::select! {
                    ended = AssertUnwindSafe(worker.run()).catch_unwind() => Some(ended),
                    () = killed => None,
                }
            });
            let Some(ended) = ended else { return };
            let ended = match ended {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => {
                    Err(WorkerError::Ended { queue: queue.to_owned(), source: error.into() })
                }
                Err(_) => Err(vanished(queue)),
            };
            // Nobody listens any more when the workers were dropped.
            let _ = end_sender.send(ended);
        };
        let create = |source| WorkerError::Create { queue: queue.to_owned(), source };
        thread::Builder::new()
            .name(format!("durable-{queue}"))
            .spawn(run)
            .map_err(|error| create(error.into()))?;
        match made.await {
            Ok(Ok(stop)) => Ok(Self { queue, stop, kill, end: Some(end) }),
            Ok(Err(error)) => Err(create(error.into())),
            Err(_) => Err(create("its thread panicked".into())),
        }
    }
}

fn vanished(queue: &str) -> WorkerError {
    WorkerError::Ended { queue: queue.to_owned(), source: "its thread panicked".into() }
}
