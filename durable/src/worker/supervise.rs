//! The supervisor of the worker of one thread: it restarts the SDK's worker when it dies, and replaces it when
//! a workflow doesn't yield.
//!
//! Each SDK worker keeps its workflows on a thread of its own; its activities run on the Tokio runtime
//! that the workers were started from. The supervisor runs on the runtime of the control, so it waits
//! neither for workflows nor for activities.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

use super::WorkerError;
use super::health::WorkerState;
use super::serve::{Cause, End, RECONNECT, Serving, health_text};
use super::watchdog::Notice;
use super::worker_thread::WorkerThread;
use crate::definition::StuckWorkflow;
use crate::error::report::one_line;
use crate::error::{Error, SharedError};

/// The time that a worker must run for its earlier deaths to be forgotten.
const HEALTHY: Duration = Duration::from_secs(60);

/// The shortest pause before a restart. A worker that dies at once must not keep a processor busy.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause before a restart.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The limit and the pauses of restarts of a worker that died.
#[derive(Debug, Clone, Copy)]
pub(super) struct Restarts {
    /// The number of restarts in a row; zero means none.
    pub(super) limit: u32,
    /// The pause before the first, which is at least a tenth of a second; it doubles with each, up to a
    /// minute.
    pub(super) pause: Duration,
}

impl Restarts {
    /// Returns the pause before the restart of this number, counted from 1, if there is one.
    fn pause_before(self, number: u32) -> Option<Duration> {
        let doubled = 2_u32.saturating_pow(number.saturating_sub(1));
        let first = self.pause.max(SHORTEST_PAUSE);
        (number <= self.limit).then(|| first.saturating_mul(doubled).min(LONGEST_PAUSE))
    }
}

/// The supervisor of the worker of a thread.
pub(super) struct Supervisor {
    pub(super) serving: Arc<Serving>,
    pub(super) restarts: Restarts,
}

/// The end of the service of one SDK worker.
enum Outcome {
    Ended(End),
    /// It has run so many activities that it is to be replaced.
    Recycled(oneshot::Receiver<End>),
    /// A workflow doesn't yield.
    Stuck(StuckWorkflow),
    /// A workflow doesn't yield, and too many threads are stuck already.
    TooManyStuck(Vec<StuckWorkflow>),
    Killed,
}

/// The next step after the service of one SDK worker.
enum Next {
    Start,
    End(Result<(), WorkerError>),
}

impl Supervisor {
    /// Supervises the worker and its successors, until it's asked to stop or has died too often.
    pub(super) async fn run(self, first: WorkerThread) -> Result<(), WorkerError> {
        let mut worker: Result<WorkerThread, Cause> = Ok(first);
        let mut deaths = 0;
        let mut recycled = Vec::new();
        loop {
            let began = Instant::now();
            let outcome = match worker {
                Ok(thread) => self.outcome(thread).await,
                Err(cause) => Outcome::Ended(End::Died(cause)),
            };
            let next = match outcome {
                Outcome::Killed | Outcome::Ended(End::Stopped) => self.stopped(),
                Outcome::Ended(End::Unreachable(cause)) => self.unreachable(&cause).await,
                Outcome::Ended(End::Refused(error)) => self.refused(error),
                Outcome::Ended(End::Died(cause)) => {
                    deaths = if began.elapsed() >= HEALTHY { 1 } else { deaths + 1 };
                    self.died(cause, deaths).await
                }
                Outcome::Recycled(end) => {
                    recycled.retain_mut(is_running);
                    recycled.push(end);
                    self.recycled()
                }
                Outcome::Stuck(workflow) => self.stuck(&workflow),
                Outcome::TooManyStuck(workflows) => self.too_many_stuck(workflows),
            };
            match next {
                Next::Start => worker = WorkerThread::start(&self.serving).await,
                Next::End(end) => {
                    // They have the results of activities to send. The drain has its limits.
                    if !self.serving.control.is_killed() {
                        futures_util::future::join_all(recycled).await;
                    }
                    return end;
                }
            }
        }
    }

    /// Waits for the end of a worker, or until it's stuck.
    async fn outcome(&self, mut worker: WorkerThread) -> Outcome {
        let control = &self.serving.control;
        loop {
            tokio::select! {
                biased;
                () = control.killed() => return Outcome::Killed,
                ended = &mut worker.end => {
                    let vanished = |_| End::Died("its thread panicked".into());
                    return Outcome::Ended(ended.unwrap_or_else(vanished));
                }
                () = self.serving.plan.recycling.due(), if !control.is_stopping() => {
                    return Outcome::Recycled(worker.end);
                }
                error = self.serving.presence.refused(), if !control.is_stopping() => {
                    return Outcome::Ended(End::Refused(error));
                }
                // A worker that stops is not replaced. The drain has its limits.
                Some(notice) = worker.notices.recv() => match notice {
                    _ if control.is_stopping() => {}
                    Notice::Replace(workflow) => return Outcome::Stuck(workflow),
                    Notice::TooMany(workflows) => return Outcome::TooManyStuck(workflows),
                },
            }
        }
    }

    /// Leaves the worker to finish its tasks, and has another one take new ones.
    fn recycled(&self) -> Next {
        let id = self.serving.plan.id;
        self.serving.control.retire(id);
        self.serving.plan.recycling.begin();
        tracing::debug!(queue = id.queue, "the worker has run many activities, and is replaced");
        Next::Start
    }

    fn stopped(&self) -> Next {
        self.serving.board.set(self.serving.plan.id, WorkerState::Stopped, None);
        Next::End(Ok(()))
    }

    async fn unreachable(&self, cause: &Cause) -> Next {
        // A worker that stops doesn't need the server.
        if self.serving.control.is_stopping() {
            return self.stopped();
        }
        self.serving.waiting_for_the_server(&**cause);
        self.serving.pause(RECONNECT).await;
        self.serving.control.retire(self.serving.plan.id);
        Next::Start
    }

    fn refused(&self, error: Error) -> Next {
        let Serving { control, board, .. } = &*self.serving;
        let (id, queue) = (self.serving.plan.id, self.serving.plan.id.queue);
        control.retire(id);
        let text = one_line(&error);
        tracing::error!(queue, error = text, "the server refuses the worker, which is given up");
        board.set(id, WorkerState::GivenUp, Some(text));
        let source = SharedError::new(error);
        Next::End(Err(WorkerError::Refused { queue: queue.to_owned(), source }))
    }

    async fn died(&self, cause: Cause, deaths: u32) -> Next {
        let Serving { control, board, .. } = &*self.serving;
        let (id, queue) = (self.serving.plan.id, self.serving.plan.id.queue);
        control.retire(id);
        let text = one_line(&*cause);
        board.died(id, health_text(&cause));
        let pause = self.restarts.pause_before(deaths).filter(|_| !control.is_stopping());
        let Some(pause) = pause else {
            tracing::error!(queue, error = text, deaths, "the worker died and is given up");
            board.set(id, WorkerState::GivenUp, Some(health_text(&cause)));
            let (queue, restarts) = (queue.to_owned(), deaths - 1);
            return Next::End(Err(WorkerError::Ended { queue, restarts, source: cause.into() }));
        };
        tracing::error!(queue, error = text, deaths, ?pause, "the worker died; it is restarted");
        self.serving.pause(pause).await;
        if control.is_stopping() { self.stopped() } else { Next::Start }
    }

    /// Leaves the stuck thread behind. Its SDK worker takes no more tasks, and the server gives its
    /// workflows to the next one.
    fn stuck(&self, workflow: &StuckWorkflow) -> Next {
        let Serving { control, board, .. } = &*self.serving;
        let (id, queue) = (self.serving.plan.id, self.serving.plan.id.queue);
        board.set(id, WorkerState::Stuck, Some(format!("{workflow} does not yield")));
        control.retire(id);
        tracing::warn!(queue, "the worker is replaced by one on another thread");
        Next::Start
    }

    fn too_many_stuck(&self, workflows: Vec<StuckWorkflow>) -> Next {
        let Serving { control, board, .. } = &*self.serving;
        let (id, queue) = (self.serving.plan.id, self.serving.plan.id.queue);
        control.retire(id);
        let error = WorkerError::TooManyStuck { queue: queue.to_owned(), workflows };
        tracing::error!(queue, "{error}");
        board.set(id, WorkerState::GivenUp, Some(error.to_string()));
        Next::End(Err(error))
    }
}

/// Returns whether a worker hasn't ended yet.
fn is_running(end: &mut oneshot::Receiver<End>) -> bool {
    matches!(end.try_recv(), Err(TryRecvError::Empty))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Restarts;

    #[test]
    fn pauses_double_up_to_a_minute_and_the_limit_ends_them() {
        let restarts = Restarts { limit: 9, pause: Duration::from_secs(1) };
        let pauses: Vec<_> = (1..=10).map(|number| restarts.pause_before(number)).collect();
        let seconds = [1, 2, 4, 8, 16, 32, 60, 60, 60].map(|s| Some(Duration::from_secs(s)));
        assert_eq!(pauses[..9], seconds);
        assert_eq!(pauses[9], None);
        let never = Restarts { limit: 0, pause: Duration::from_secs(1) };
        assert_eq!(never.pause_before(1), None);
        assert_eq!(
            Restarts { limit: u32::MAX, pause: Duration::from_secs(1) }.pause_before(u32::MAX),
            Some(Duration::from_secs(60))
        );
        let at_once = Restarts { limit: 3, pause: Duration::ZERO };
        let pauses: Vec<_> = (1..=3).filter_map(|number| at_once.pause_before(number)).collect();
        assert_eq!(pauses, [100, 200, 400].map(Duration::from_millis), "there is a shortest pause");
    }
}
