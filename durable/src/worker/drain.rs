//! The drain of workers: its limits, and a report on the activities that were running.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::WorkerError;
use super::limits::Limits;
use super::running_worker::{RunningWorker, vanished};
use super::watchdog::Watchdog;
use crate::definition::{ActivityAttempt, Attempts, StuckWorkflow};
use crate::metrics;

/// `true` once something runs that only the end of the process stops.
static LEFT_BEHIND: AtomicBool = AtomicBool::new(false);

/// Notes that something runs that won't be waited for.
pub(super) fn leave_behind() {
    LEFT_BEHIND.store(true, Ordering::Relaxed);
}

/// Returns whether the end of `main` must not wait for the runtime.
pub(crate) fn is_left_behind() -> bool {
    LEFT_BEHIND.load(Ordering::Relaxed)
}

/// A report on the activities that were running when the workers were asked to stop.
#[derive(Debug)]
#[non_exhaustive]
pub struct DrainReport {
    /// The number of activities that ended by themselves, with an output or an error of their own.
    pub finished: usize,
    /// The number of activities that were cancelled at the end of the drain timeout. Other workers try
    /// them again, from their last heartbeat; local activities run again with their workflow task.
    pub cancelled: usize,
    /// The activities that didn't end although they were cancelled. They run until the process ends, and
    /// the server tries them again after their timeouts.
    pub left: Vec<ActivityAttempt>,
    /// The workflows whose code still computes or blocks, also on threads that were replaced before the
    /// drain. It runs until it yields or the process ends. The server gives their tasks to other workers
    /// after a timeout.
    pub computing: Vec<StuckWorkflow>,
    /// The duration of the drain.
    pub took: Duration,
    /// The errors of workers that had died, or that don't stop.
    pub errors: Vec<WorkerError>,
}

impl DrainReport {
    /// Returns whether everything ended.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.left.is_empty() && self.computing.is_empty() && self.errors.is_empty()
    }

    /// The first of the errors, if there is one.
    ///
    /// # Errors
    /// [`WorkerError::Ended`], [`WorkerError::TooManyStuck`] and [`WorkerError::Stuck`].
    pub fn into_result(self) -> Result<(), WorkerError> {
        self.errors.into_iter().next().map_or(Ok(()), Err)
    }

    /// Returns `true` if all that is wrong is that SDK workers without any task haven't ended.
    ///
    /// SDK 1.1.1 waits up to 10 seconds before it polls a server again that is away, and a stop doesn't end
    /// this wait.
    pub(super) fn is_only_late(&self) -> bool {
        self.left.is_empty()
            && self.computing.is_empty()
            && self.errors.iter().all(|error| matches!(error, WorkerError::Stuck { .. }))
            && !self.errors.is_empty()
    }

    pub(super) fn log(&self) {
        let outcomes =
            [("finished", self.finished), ("cancelled", self.cancelled), ("left", self.left.len())];
        metrics::own::drained(self.took, outcomes);
        if self.is_clean() {
            tracing::info!("{self}");
        } else {
            tracing::warn!("{self}");
        }
    }
}

impl fmt::Display for DrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { finished, cancelled, left, took, .. } = self;
        write!(
            f,
            "the workers stopped after {took:.1?}; activities that were in flight: {finished} finished, \
             {cancelled} cancelled, {} left behind",
            left.len()
        )?;
        left.iter().try_for_each(|attempt| write!(f, "\n  - {attempt} was left behind"))?;
        (self.computing.iter())
            .try_for_each(|workflow| write!(f, "\n  - {workflow} does not yield"))?;
        self.errors.iter().try_for_each(|error| write!(f, "\n  - {error}"))
    }
}

/// Waits for the end of workers that were asked to stop.
pub(super) async fn drain(
    workers: Vec<RunningWorker>,
    limits: &Limits,
    attempts: &Attempts,
    watchdog: &Watchdog,
) -> DrainReport {
    let queues: BTreeSet<_> = workers.iter().map(|worker| worker.id.queue).collect();
    let began = Instant::now();
    let limit = limit(limits, attempts);
    tokio::pin!(limit);
    let mut is_over = false;
    let (mut errors, mut hanging) = (Vec::new(), BTreeSet::new());
    for mut worker in workers {
        let Some(mut end) = worker.end.take() else { continue };
        let queue = worker.id.queue;
        let ended = if is_over {
            end.try_recv().ok()
        } else {
            tokio::select! {
                biased;
                ended = &mut end => Some(ended.unwrap_or_else(|_| Err(vanished(queue)))),
                () = &mut limit => { is_over = true; None }
            }
        };
        match ended {
            Some(Ok(())) => {}
            Some(Err(error)) => errors.push(error),
            // Another thread of the queue hangs too.
            None if !hanging.insert(queue) => {}
            None => {
                leave_behind();
                let running = attempts.under_way();
                let running = running.into_iter().filter(|attempt| attempt.queue == worker.polled);
                errors.push(WorkerError::Stuck {
                    queue: queue.to_owned(),
                    waited: began.elapsed(),
                    running: running.collect(),
                    computing: watchdog.computing(queue),
                });
            }
        }
    }
    if !is_over {
        // A worker that died has left attempts behind, for which its successor does not wait.
        tokio::select! {
            biased;
            () = attempts.idle() => {}
            () = &mut limit => {}
        }
    }
    report(&queues, began, attempts, watchdog, errors)
}

/// Reports a drain that began at this time, with the errors of its workers.
fn report(
    queues: &BTreeSet<&'static str>,
    began: Instant,
    attempts: &Attempts,
    watchdog: &Watchdog,
    mut errors: Vec<WorkerError>,
) -> DrainReport {
    let (drained, left) = (attempts.drained(), attempts.under_way());
    // Threads that were replaced may compute although the workers ended.
    let computing: Vec<_> = queues.iter().flat_map(|queue| watchdog.computing(queue)).collect();
    let queue = left.first().map(|attempt| &attempt.queue);
    let queue = queue.or(computing.first().map(|workflow| &workflow.queue));
    if let (Some(queue), true) = (queue, errors.is_empty()) {
        leave_behind();
        errors.push(WorkerError::Stuck {
            queue: queue.clone(),
            waited: began.elapsed(),
            running: left.clone(),
            computing: computing.clone(),
        });
    }
    DrainReport {
        finished: drained.finished,
        cancelled: drained.cancelled,
        left,
        computing,
        took: began.elapsed(),
        errors,
    }
}

/// Waits for the limits of the drain. The SDK's own stop may hang, so it has a limit too, which starts
/// when no activity runs any more.
async fn limit(limits: &Limits, attempts: &Attempts) {
    let done = async {
        loop {
            attempts.idle().await;
            tokio::select! {
                // A task that was on its way has arrived.
                () = attempts.busy() => {}
                () = tokio::time::sleep(limits.stop) => break,
            }
        }
    };
    // The timeouts may be as long as they like.
    let _ = tokio::time::timeout(limits.drain.saturating_add(limits.stop), done).await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::{DrainReport, Limits, drain};
    use crate::definition::{ActivityAttempt, Attempts};
    use crate::worker::WorkerError;
    use crate::worker::health::Board;
    use crate::worker::id::WorkerId;
    use crate::worker::running_worker::RunningWorker;
    use crate::worker::watchdog::{StuckLimits, Watchdog};

    const SHORT: Duration = Duration::from_millis(50);
    const ANNOTATED: WorkerId = WorkerId { queue: "annotated", thread: 0 };
    const LONG: Duration = Duration::from_secs(3600);

    fn watchdog() -> Arc<Watchdog> {
        let limits = StuckLimits { timeout: None, threads: 0 };
        Watchdog::start(limits, &Arc::new(Board::new(std::iter::empty())))
    }

    fn attempt() -> ActivityAttempt {
        ActivityAttempt {
            queue: "q".to_owned(),
            activity: "charge".to_owned(),
            workflow_id: None,
            attempt: 1,
        }
    }

    /// A worker whose SDK never ends, drained.
    async fn hanging(attempts: &Arc<Attempts>, drain_timeout: Duration) -> DrainReport {
        let (_never, end) = oneshot::channel();
        let worker = RunningWorker { id: ANNOTATED, polled: "q".to_owned(), end: Some(end) };
        drain(vec![worker], &Limits { drain: drain_timeout, stop: SHORT }, attempts, &watchdog())
            .await
    }

    #[tokio::test]
    async fn an_sdk_that_hangs_with_nothing_in_flight_is_given_the_stop_timeout() {
        let report = hanging(&Arc::default(), LONG).await;
        assert!(!report.is_clean());
        assert!(matches!(report.into_result(), Err(WorkerError::Stuck { .. })));
    }

    #[tokio::test]
    async fn an_activity_that_does_not_end_is_given_both_timeouts_and_named() {
        let attempts = Arc::new(Attempts::default());
        let _running = attempts.begin(attempt(), None);
        let report = hanging(&attempts, SHORT).await;
        assert!(report.took >= SHORT * 2, "{:?}", report.took);
        assert_eq!(report.left, [attempt()]);
        let text = report.into_result().expect_err("it is stuck").to_string();
        assert!(text.contains("attempt 1 of activity `charge`"), "{text}");
    }

    #[tokio::test]
    async fn what_a_worker_that_died_has_left_is_waited_for_too() {
        let attempts = Arc::new(Attempts::default());
        let running = attempts.begin(attempt(), None);
        attempts.begin_drain();
        let (ended, end) = oneshot::channel();
        ended.send(Ok(())).expect("it is received");
        tokio::spawn(async move {
            tokio::time::sleep(SHORT).await;
            drop(running);
        });
        let worker = RunningWorker { id: ANNOTATED, polled: "q".to_owned(), end: Some(end) };
        let limits = Limits { drain: LONG, stop: SHORT };
        let report = drain(vec![worker], &limits, &attempts, &watchdog()).await;
        assert!(report.is_clean(), "{report}");
        assert_eq!(report.finished, 1);
    }

    #[tokio::test]
    async fn the_stop_timeout_counts_from_the_end_of_the_last_activity() {
        let attempts = Arc::new(Attempts::default());
        let running = attempts.begin(attempt(), None);
        attempts.begin_drain();
        tokio::spawn(async move {
            tokio::time::sleep(SHORT * 2).await;
            drop(running);
        });
        let report = hanging(&attempts, LONG).await;
        assert!(report.took >= SHORT * 3, "{:?}", report.took);
        assert_eq!((report.finished, report.left.len()), (1, 0));
    }
}
