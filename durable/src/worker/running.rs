//! A set of running workers, and its stop.

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt as _;
use temporalio_sdk::Runtime;
use temporalio_sdk::runtime::RuntimeOptions;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::control::Control;
use super::drain::{DrainReport, leave_behind};
use super::health::{Board, WorkerHealth};
use super::limits::Limits;
use super::listen;
use super::presence::Presence;
use super::report::StartupReport;
use super::running_worker::{RunningWorker, vanished};
use super::serve::{Plan, Serving};
use super::stop::StopSignals;
use super::supervise::{Restarts, Supervisor};
use super::watchdog::{StuckLimits, Watchdog};
use super::{WorkerError, backlog, drain};
use crate::background::CONTROL;
use crate::client::Client;
use crate::definition::Attempts;
use crate::error::Result;
use crate::http_listener::HttpListener;
use crate::instrumentation;
use crate::metrics;

/// Running workers.
///
/// Dropping them asks them to stop, and doesn't wait for that.
#[must_use = "dropping the workers stops them"]
pub struct RunningWorkers {
    workers: Vec<RunningWorker>,
    limits: Limits,
    attempts: Arc<Attempts>,
    control: Arc<Control>,
    board: Arc<Board>,
    presence: Arc<Presence>,
    watchdog: Arc<Watchdog>,
    health: WorkerHealth,
    listener: Option<HttpListener>,
    report: StartupReport,
}

/// Everything that a set of workers is started with.
pub(super) struct Launch {
    pub(super) plans: Vec<Plan>,
    pub(super) limits: Limits,
    pub(super) restarts: Restarts,
    pub(super) stuck: StuckLimits,
    pub(super) attempts: Arc<Attempts>,
    pub(super) control: Arc<Control>,
    /// Zero means that nobody asks for the backlog.
    pub(super) backlog_interval: Duration,
    pub(super) health_address: Option<String>,
    pub(super) report: StartupReport,
    /// True if the workers serve a test.
    pub(super) for_test: bool,
}

/// Returns the options of the SDK's runtime.
///
/// Workers report their state to the server every minute, which needs a thread for each worker. The SDK
/// (1.1.1) keeps the thread of a worker that was killed. A test ends before the first report.
fn runtime_options(for_test: bool) -> RuntimeOptions {
    let options = RuntimeOptions::builder().telemetry_options(metrics::of_runtime());
    let options = if for_test { options.heartbeat_interval(None).build() } else { options.build() };
    // Only an interval can be invalid, and none is set.
    options.unwrap_or_default()
}

impl RunningWorkers {
    pub(super) async fn start(client: &Client, launch: Launch) -> Result<Self, WorkerError> {
        let runtime = Runtime::from_current_tokio(runtime_options(launch.for_test))
            .map_err(|error| WorkerError::Create { queue: "*".to_owned(), source: error.into() })?;
        let runtime = Arc::new(runtime);
        let board = Arc::new(Board::new(launch.plans.iter().map(|plan| plan.id)));
        let health = WorkerHealth::new(client, &board);
        let listener = match &launch.health_address {
            Some(address) => Some(listen::start(address, &health).await?),
            None => None,
        };
        let mut running = Self {
            workers: Vec::new(),
            limits: launch.limits,
            attempts: launch.attempts,
            control: launch.control,
            watchdog: Watchdog::start(launch.stuck, &board),
            board,
            presence: Presence::new(client),
            health,
            listener,
            report: launch.report,
        };
        CONTROL.spawn(running.attempts.log_blocking());
        // A test that ends its server says so itself.
        if !launch.for_test {
            running.presence.watch(&running.control);
        }
        let polled = launch.plans.iter().map(|plan| plan.options.task_queue.clone()).collect();
        backlog::watch(client, polled, launch.backlog_interval, &running.control);
        for plan in launch.plans {
            let serving = Arc::new(Serving {
                plan,
                tokio: Handle::current(),
                runtime: Arc::clone(&runtime),
                control: Arc::clone(&running.control),
                board: Arc::clone(&running.board),
                watchdog: Arc::clone(&running.watchdog),
                presence: Arc::clone(&running.presence),
            });
            let supervisor = Supervisor { serving, restarts: launch.restarts };
            // An error drops the workers that run already, which stops them.
            running.workers.push(RunningWorker::start(supervisor).await?);
        }
        Ok(running)
    }

    /// Returns the names of the queues that are served.
    pub fn queues(&self) -> impl Iterator<Item = &'static str> {
        self.workers.iter().map(|worker| worker.id).filter(|id| id.thread == 0).map(|id| id.queue)
    }

    /// Returns a report on the workers: what they serve, with which options, and on which server.
    #[must_use]
    pub fn report(&self) -> &StartupReport {
        &self.report
    }

    /// Returns an observer of the workers' health.
    #[must_use]
    pub fn health(&self) -> WorkerHealth {
        self.health.clone()
    }

    /// Returns the address of the health listener, if there is one.
    #[must_use]
    pub fn health_address(&self) -> Option<SocketAddr> {
        self.listener.as_ref().map(HttpListener::address)
    }

    /// Waits until a worker is given up, because it died too often or too many workflows don't yield.
    ///
    /// # Errors
    /// [`WorkerError::Ended`] and [`WorkerError::TooManyStuck`], which are the usual end of this wait.
    pub async fn ended(&mut self) -> Result<(), WorkerError> {
        let workers = &mut self.workers;
        poll_fn(|cx| {
            for worker in workers.iter_mut() {
                if let Some(end) = &mut worker.end
                    && let Poll::Ready(ended) = end.poll_unpin(cx)
                {
                    worker.end = None;
                    return Poll::Ready(ended.unwrap_or_else(|_| Err(vanished(worker.id.queue))));
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Stops the workers. They take no more tasks, and running activities end within the drain timeout or
    /// are cancelled. The report tells what became of them.
    ///
    /// It returns at the latest when the drain timeout and the
    /// [stop timeout](crate::Workers::stop_timeout) are over.
    pub async fn drain(self) -> DrainReport {
        self.stop();
        CONTROL.run(self.drained()).await
    }

    /// Waits for the end of workers that were asked to stop, and logs the report.
    async fn drained(mut self) -> DrainReport {
        let workers = std::mem::take(&mut self.workers);
        let end_drain = async {
            tokio::time::sleep(self.limits.drain).await;
            self.control.end_drain();
            std::future::pending::<Infallible>().await
        };
        let mut report = tokio::select! {
            report = drain::drain(workers, &self.limits, &self.attempts, &self.watchdog) => report,
            never = end_drain => match never {},
        };
        if report.is_only_late() && self.presence.is_gone().await {
            report.errors.clear();
        }
        report.log();
        instrumentation::flush().await;
        report
    }

    /// Serves until a signal comes, a stop is asked for or a worker is given up, and drains then. A signal
    /// during the drain ends it. This is to run on the runtime of the control.
    pub(super) async fn serve(
        mut self,
        mut signals: StopSignals,
        stop: oneshot::Receiver<()>,
    ) -> Result<()> {
        let given_up = tokio::select! {
            signal = signals.next() => {
                tracing::info!(signal, "stopping; draining the workers");
                Ok(())
            }
            Ok(()) = stop => {
                tracing::info!("stopping; draining the workers");
                Ok(())
            }
            ended = self.ended() => {
                tracing::error!("a worker is given up; draining the others");
                ended
            }
        };
        tokio::select! {
            signal = signals.next() => {
                tracing::warn!(signal, "another signal; not draining any longer");
                leave_behind();
                given_up.and(Err(WorkerError::Interrupted))?;
            }
            report = self.drain() => given_up.and(report.into_result())?,
        }
        Ok(())
    }

    /// [Drains](Self::drain) the workers.
    ///
    /// # Errors
    /// [`WorkerError::Ended`] or [`WorkerError::TooManyStuck`] if a worker had been given up, and
    /// [`WorkerError::Stuck`] if one doesn't stop.
    pub async fn shutdown(self) -> Result<()> {
        Ok(self.drain().await.into_result()?)
    }

    /// Ends the workers at once, as if their process were killed. Running activities aren't told.
    #[cfg(feature = "testing")]
    pub(crate) fn kill(self) {
        self.control.kill();
    }

    fn stop(&self) {
        self.attempts.begin_drain();
        self.board.draining();
        self.control.stop();
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
