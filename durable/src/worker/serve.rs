//! The life of one SDK worker on its thread: it waits for the server, and takes tasks until it's told to
//! stop or dies.

use std::error::Error as StdError;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use temporalio_client::tonic::Status;
use temporalio_sdk::error::{WorkerCreateError, WorkerRunError, WorkerValidationError};
use temporalio_sdk::{Runtime, Worker, WorkerOptions};
use tokio::runtime::Handle;

use super::control::{Control, Stop};
use super::health::{Board, WorkerState};
use super::id::WorkerId;
use super::presence::Presence;
use super::recycle::Recycling;
use super::watchdog::Watchdog;
use crate::client::{Client, is_refusal, is_transient};
use crate::definition::panic_message;
use crate::error::report::one_line;
use crate::error::server_limits::WorkerLimits;
use crate::error::{ConnectionError, Error};

/// The pause before a server that was away is asked again.
pub(super) const RECONNECT: Duration = Duration::from_millis(500);

/// Everything that the SDK worker of a thread is started with.
pub(super) struct Plan {
    pub(super) id: WorkerId,
    pub(super) client: Client,
    pub(super) options: WorkerOptions,
    pub(super) payload_limits: WorkerLimits,
    pub(super) recycling: Recycling,
}

/// Everything that the SDK workers of a thread share: the first one, and those that replace it.
pub(super) struct Serving {
    pub(super) plan: Plan,
    /// The runtime that the workers were started from, on which their activities run.
    pub(super) tokio: Handle,
    pub(super) runtime: Arc<Runtime>,
    pub(super) control: Arc<Control>,
    pub(super) board: Arc<Board>,
    pub(super) watchdog: Arc<Watchdog>,
    pub(super) presence: Arc<Presence>,
}

pub(super) type Cause = Box<dyn StdError + Send + Sync>;

/// A panic of the thread of an SDK worker, as the cause of its death.
#[derive(Debug, thiserror::Error)]
#[error("its thread panicked: {message}")]
struct ThreadPanicked {
    message: String,
}

/// Returns the text of a cause for the health, which strangers may read. The message of a panic may have
/// values of the user.
pub(super) fn health_text(cause: &Cause) -> String {
    if cause.is::<ThreadPanicked>() {
        return "its thread panicked; the log has the message".to_owned();
    }
    one_line(&**cause)
}

/// The end of an SDK worker.
pub(super) enum End {
    /// It was asked to stop.
    Stopped,
    /// The server was away before it could begin.
    Unreachable(Cause),
    /// The server refuses it. Another attempt doesn't help.
    Refused(Error),
    Died(Cause),
}

impl Serving {
    /// Makes an SDK worker.
    pub(super) fn make(&self) -> Result<Worker, WorkerCreateError> {
        let options = self.plan.options.clone();
        let worker = Worker::new(&self.runtime, self.plan.client.sdk().clone(), options)?;
        let (tokio, stop) = (self.tokio.clone(), worker.shutdown_handle());
        // The control calls it on its own runtime, and the SDK expects that of the worker.
        let stop: Stop = Box::new(move || {
            let _entered = tokio.enter();
            stop();
        });
        self.control.enlist(self.plan.id, stop);
        Ok(worker)
    }

    /// Runs one SDK worker to its end.
    pub(super) async fn serve(&self, mut worker: Worker) -> End {
        let end = self.run(&mut worker).await;
        self.forget(worker);
        end
    }

    async fn run(&self, worker: &mut Worker) -> End {
        let id = self.plan.id;
        match self.connected().await {
            Ok(true) => {}
            Ok(false) => return End::Stopped,
            Err(error) if error.is_misuse() => return End::Refused(error),
            Err(error) => return End::Died(error.into()),
        }
        // The server has told its limits now.
        self.plan.payload_limits.get().apply_to_workflows();
        if !self.control.is_stopping() {
            self.board.set(id, WorkerState::Running, None);
            tracing::debug!(queue = id.queue, "the worker runs");
        }
        match AssertUnwindSafe(worker.run()).catch_unwind().await {
            Ok(Ok(())) if self.control.is_stopping() => End::Stopped,
            Ok(Ok(())) => End::Died("it ended without having been asked to".into()),
            Ok(Err(error)) if is_away(&error) => End::Unreachable(error.into()),
            Ok(Err(error)) => match refusal(&error) {
                // The key was changed, and the worker wasn't told yet.
                Some(_) if self.plan.client.has_new_key() => End::Unreachable(error.into()),
                Some(status) => End::Refused(self.plan.client.credentials_refused(status.clone())),
                None => End::Died(error.into()),
            },
            Err(panic) => End::Died(ThreadPanicked { message: panic_message(&*panic) }.into()),
        }
    }

    /// Removes a worker that has ended from the client's registry.
    ///
    /// `Worker::run` of SDK 1.1.1 leaves it there. With it stay the thread that reads the load of the machine, the
    /// tokens of its activities, and its heartbeats, for as long as the client lives.
    fn forget(&self, worker: Worker) {
        let key = worker.worker_instance_key();
        worker.shutdown_handle()();
        drop(worker);
        // It fails only if the worker is not in the registry.
        let _ = self.plan.client.sdk().connection().workers().finalize_unregister(key);
    }

    /// Waits until the server knows the namespace. Returns `false` if a stop is asked for before that.
    async fn connected(&self) -> Result<bool, Error> {
        loop {
            let checked = tokio::select! {
                () = self.control.stopping() => return Ok(false),
                checked = self.plan.client.check_namespace() => checked,
            };
            match checked {
                Ok(()) => {
                    self.presence.back();
                    return Ok(true);
                }
                Err(error @ Error::Connection(ConnectionError::Unreachable { .. })) => {
                    self.waiting_for_the_server(&error);
                }
                Err(error) => return Err(error),
            }
            self.pause(RECONNECT).await;
        }
    }

    pub(super) fn waiting_for_the_server(&self, error: &(dyn StdError + 'static)) {
        let error = one_line(error);
        self.presence.away(&error);
        self.board.set(self.plan.id, WorkerState::Connecting, Some(error));
    }

    /// Waits for a pause, or until a stop is asked for.
    pub(super) async fn pause(&self, pause: Duration) {
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

/// Returns the server's answer, if it doesn't accept the credentials of a worker.
fn refusal<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Status> {
    let mut causes = std::iter::successors(Some(error), |&cause| cause.source());
    causes.find_map(|cause| {
        let boxed = || cause.downcast_ref::<Box<Status>>().map(AsRef::as_ref);
        cause.downcast_ref::<Status>().or_else(boxed).filter(|status| is_refusal(status))
    })
}

#[cfg(test)]
mod tests {
    use super::{Cause, ThreadPanicked, health_text};

    #[test]
    fn the_health_has_no_text_of_a_panic() {
        let panicked = ThreadPanicked { message: "card 4111".to_owned() };
        assert_eq!(panicked.to_string(), "its thread panicked: card 4111");
        assert_eq!(
            health_text(&Cause::from(panicked)),
            "its thread panicked; the log has the message"
        );
        assert_eq!(health_text(&Cause::from("the namespace is gone")), "the namespace is gone");
    }
}
