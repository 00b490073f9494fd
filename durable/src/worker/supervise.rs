//! The supervisor of one queue's worker: it waits for the server, runs the worker, and restarts it when
//! it dies, on a thread of its own.
//!
//! The SDK's worker keeps its workflows on one thread; its activities run on the Tokio runtime that the
//! workers were started from.

use std::error::Error as StdError;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use temporalio_client::tonic::{Code, Status};
use temporalio_sdk::error::{WorkerCreateError, WorkerRunError, WorkerValidationError};
use temporalio_sdk::{Runtime, Worker, WorkerOptions};

use super::WorkerError;
use super::control::Control;
use super::health::{Board, WorkerState};
use crate::client::Client;
use crate::error::report::one_line;
use crate::error::server_limits::WorkerLimits;
use crate::error::{ConnectionError, Error};

/// The time that a worker must run for its earlier deaths to be forgotten.
const HEALTHY: Duration = Duration::from_secs(60);

/// The longest pause before a restart.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The pause before a server that was away is asked again.
const RECONNECT: Duration = Duration::from_millis(500);

/// Everything that a worker is started with.
pub(super) struct Plan {
    pub(super) queue: &'static str,
    pub(super) options: WorkerOptions,
    pub(super) payload_limits: WorkerLimits,
}

/// The limit and the pauses of restarts of a worker that died.
#[derive(Debug, Clone, Copy)]
pub(super) struct Restarts {
    /// The number of restarts in a row; zero means none.
    pub(super) limit: u32,
    /// The pause before the first; it doubles with each, up to a minute.
    pub(super) pause: Duration,
}

impl Restarts {
    /// Returns the pause before the restart of this number, counted from 1, if there is one.
    fn pause_before(self, number: u32) -> Option<Duration> {
        let doubled = 2_u32.saturating_pow(number.saturating_sub(1));
        (number <= self.limit).then(|| self.pause.saturating_mul(doubled).min(LONGEST_PAUSE))
    }
}

/// The supervisor of the worker of a queue.
pub(super) struct Supervisor {
    pub(super) plan: Plan,
    pub(super) runtime: Arc<Runtime>,
    pub(super) client: Client,
    pub(super) control: Arc<Control>,
    pub(super) board: Arc<Board>,
    pub(super) restarts: Restarts,
}

type Cause = Box<dyn StdError + Send + Sync>;

/// The end of an SDK worker.
enum End {
    /// It was asked to stop.
    Stopped,
    /// The server was away before it could begin.
    Unreachable(Cause),
    Died(Cause),
}

impl Supervisor {
    /// Makes an SDK worker.
    pub(super) fn make(&self) -> Result<Worker, WorkerCreateError> {
        let options = self.plan.options.clone();
        let worker = Worker::new(&self.runtime, self.client.sdk().clone(), options)?;
        self.control.enlist(self.plan.queue, Box::new(worker.shutdown_handle()));
        Ok(worker)
    }

    /// Runs the worker and its successors, until it's asked to stop or has died too often.
    pub(super) async fn run(self, first: Worker) -> Result<(), WorkerError> {
        let queue = self.plan.queue;
        let mut next: Result<Worker, WorkerCreateError> = Ok(first);
        let mut deaths = 0;
        loop {
            let began = Instant::now();
            let end = match next {
                Ok(worker) => self.serve(worker).await,
                Err(error) => End::Died(error.into()),
            };
            let stopping = self.control.is_stopping();
            let cause = match end {
                End::Stopped => {
                    self.board.set(queue, WorkerState::Stopped, None);
                    return Ok(());
                }
                // A worker that stops doesn't need the server.
                End::Unreachable(_) if stopping => {
                    self.board.set(queue, WorkerState::Stopped, None);
                    return Ok(());
                }
                End::Unreachable(cause) => {
                    self.waiting_for_the_server(&*cause);
                    self.pause(RECONNECT).await;
                    self.control.retire(queue);
                    next = self.make();
                    continue;
                }
                End::Died(cause) => cause,
            };
            self.control.retire(queue);
            deaths = if began.elapsed() >= HEALTHY { 1 } else { deaths + 1 };
            let text = one_line(&*cause);
            self.board.died(queue, text.clone());
            let pause = self.restarts.pause_before(deaths).filter(|_| !stopping);
            let Some(pause) = pause else {
                tracing::error!(queue, error = text, deaths, "the worker died and is given up");
                self.board.set(queue, WorkerState::GivenUp, Some(text));
                let restarts = deaths - 1;
                return Err(WorkerError::Ended {
                    queue: queue.to_owned(),
                    restarts,
                    source: cause.into(),
                });
            };
            tracing::error!(
                queue,
                error = text,
                deaths,
                ?pause,
                "the worker died; it is restarted"
            );
            self.pause(pause).await;
            if self.control.is_stopping() {
                self.board.set(queue, WorkerState::Stopped, None);
                return Ok(());
            }
            next = self.make();
        }
    }

    /// Runs one SDK worker to its end.
    async fn serve(&self, mut worker: Worker) -> End {
        let queue = self.plan.queue;
        match self.connected().await {
            Ok(true) => {}
            Ok(false) => return End::Stopped,
            Err(error) => return End::Died(error.into()),
        }
        // The server has told its limits now.
        self.plan.payload_limits.get().apply_to_workflows();
        if !self.control.is_stopping() {
            self.board.set(queue, WorkerState::Running, None);
            tracing::debug!(queue, "the worker runs");
        }
        match AssertUnwindSafe(worker.run()).catch_unwind().await {
            Ok(Ok(())) if self.control.is_stopping() => End::Stopped,
            Ok(Ok(())) => End::Died("it ended without having been asked to".into()),
            Ok(Err(error)) if is_away(&error) => End::Unreachable(error.into()),
            Ok(Err(error)) => End::Died(error.into()),
            Err(panic) => End::Died(panic_message(&*panic).into()),
        }
    }

    /// Waits until the server knows the namespace. Returns `false` if a stop is asked for before that.
    async fn connected(&self) -> Result<bool, Error> {
        loop {
            let checked = tokio::select! {
                () = self.control.stopping() => return Ok(false),
                checked = self.client.check_namespace() => checked,
            };
            match checked {
                Ok(()) => return Ok(true),
                Err(error @ Error::Connection(ConnectionError::Unreachable { .. })) => {
                    self.waiting_for_the_server(&error)
                }
                Err(error) => return Err(error),
            }
            self.pause(RECONNECT).await;
        }
    }

    fn waiting_for_the_server(&self, error: &(dyn StdError + 'static)) {
        let (queue, error) = (self.plan.queue, one_line(error));
        tracing::warn!(queue, error, "the server is away; the worker waits for it");
        self.board.set(queue, WorkerState::Connecting, Some(error));
    }

    /// Waits for a pause, or until a stop is asked for.
    async fn pause(&self, pause: Duration) {
        tokio::select! {
            () = self.control.stopping() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Returns whether a worker couldn't start because the server didn't answer.
fn is_away(error: &WorkerRunError) -> bool {
    let WorkerRunError::Validation(WorkerValidationError::NamespaceDescribeError {
        source, ..
    }) = error
    else {
        return false;
    };
    is_transient(source)
}

/// Returns whether a call that ended with this status is likely to succeed soon.
fn is_transient(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable
            | Code::DeadlineExceeded
            | Code::ResourceExhausted
            | Code::Cancelled
            | Code::Aborted
    )
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    match text {
        Some(text) => format!("its thread panicked: {text}"),
        None => "its thread panicked".to_owned(),
    }
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
    }
}
