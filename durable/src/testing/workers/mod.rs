//! The workers of a test environment. They have a runtime of their own, so that they can be killed as
//! a process is, with everything that runs on them.

mod interceptor;
mod shared;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use temporalio_sdk::WorkerOptions;
use temporalio_sdk::runtime::WorkflowErrorType;
use temporalio_sdk::workflow_interceptors::WorkflowInterceptorConstructor;
use tokio::runtime::Runtime;
use tracing::instrument::WithSubscriber as _;

use crate::activity::intervention::Intervention;
use crate::client::ClientBuilder;
use crate::error::{Error, Result};
use crate::testing::replay::Adjust;
use crate::worker::WorkerError;
use crate::worker::{RunningWorkers, Workers};

pub(in crate::testing) use shared::SharedState;
pub(in crate::testing) use watch::Watch;

/// The longest time that workers may take to stop before they are killed. Nothing is lost by that, as
/// all workflows have been terminated.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest time to wait for the tasks of killed workers to end.
const KILL_TIMEOUT: Duration = Duration::from_millis(500);

/// The shortest interval between two heartbeats of an activity, which learns of its cancellation by
/// the server's answer. The SDK's default is 30 seconds.
const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(100);

/// The time that the server waits for a worker that has a workflow in its cache, before it asks
/// another one.
const STICKY_TIMEOUT: Duration = Duration::from_millis(200);

/// The setup of the workers of a test environment.
#[derive(Clone)]
pub(in crate::testing) struct WorkerSetup {
    pub(in crate::testing) client: ClientBuilder,
    pub(in crate::testing) shared: Arc<SharedState>,
    pub(in crate::testing) adjust: Option<Adjust>,
    pub(in crate::testing) interceptors: Vec<WorkflowInterceptorConstructor>,
    /// The number of times that workers have been started.
    pub(in crate::testing) started: Arc<AtomicU32>,
    /// True if workflows stay in memory between their tasks.
    pub(in crate::testing) cached: bool,
}

/// Workers, from their start until they are stopped or killed.
pub(in crate::testing) struct TestWorkers {
    identity: String,
    /// Taken on drop, which must not wait for it.
    runtime: Option<Runtime>,
    running: Option<RunningWorkers>,
}

impl TestWorkers {
    /// Starts workers for every queue of this program.
    pub(in crate::testing) async fn start(setup: &WorkerSetup) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("durable-test")
            .enable_all()
            .build()
            .map_err(no_runtime)?;
        // The identity tells the attempts of killed workers from others. It reveals nothing of the
        // machine, as it is part of every recorded history.
        let number = setup.started.fetch_add(1, Ordering::Relaxed) + 1;
        let identity = format!("test-workers-{number}");
        let client = setup.client.clone().identity(&identity);
        let setup = WorkerSetup { client, ..setup.clone() };
        let started = async move {
            // The workers have a connection of their own, which ends with their runtime.
            let client = setup.client.clone().open().await?;
            let (shared, adjust, cached) = (Arc::clone(&setup.shared), setup.adjust, setup.cached);
            let workers = Workers::new(&client);
            let interceptors = setup.interceptors.into_iter();
            let workers = interceptors
                .fold(workers, Workers::guarded_interceptor)
                .drain_timeout(Duration::ZERO)
                .shared_state(setup.shared as Arc<dyn Intervention>)
                .for_test()
                .worker_options(move |options| {
                    tune(options, cached);
                    if let Some(adjust) = &adjust {
                        adjust(options);
                    }
                    shared.add_to(options);
                });
            workers.start().await
        };
        let started = runtime.spawn(started.with_current_subscriber());
        let mut workers = Self { identity, runtime: Some(runtime), running: None };
        workers.running = Some(started.await.map_err(no_runtime)??);
        Ok(workers)
    }

    /// Stops the workers, and kills those that do not stop.
    pub(in crate::testing) async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            let stopped = tokio::time::timeout(STOP_TIMEOUT, running.shutdown()).await;
            match stopped {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "a worker of the test ended with an error");
                }
                Err(_) => {
                    tracing::warn!("the workers of the test did not stop within {STOP_TIMEOUT:?}");
                }
            }
        }
    }

    /// Returns the identity of the workers, as the server knows it.
    pub(in crate::testing) fn identity(&self) -> &str {
        &self.identity
    }

    /// Ends the workers at once, with everything that runs on them, without telling the server.
    pub(in crate::testing) async fn kill(mut self) {
        if let Some(running) = self.running.take() {
            running.kill();
        }
        if let Some(runtime) = self.runtime.take() {
            // Code that blocks its thread cannot be killed, and outlives this.
            let ended = tokio::task::spawn_blocking(|| runtime.shutdown_timeout(KILL_TIMEOUT));
            let _ = ended.await;
        }
    }
}

impl Drop for TestWorkers {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Sets the options that suit workers of a short test.
fn tune(options: &mut WorkerOptions, cached: bool) {
    options.max_heartbeat_throttle_interval = HEARTBEAT_INTERVAL;
    options.default_heartbeat_throttle_interval = HEARTBEAT_INTERVAL;
    options.sticky_queue_schedule_to_start_timeout = STICKY_TIMEOUT;
    // Otherwise a task that does not replay would be repeated for ever, and the test would hang.
    options.workflow_failure_errors.insert(WorkflowErrorType::Nondeterminism);
    if !cached {
        options.max_cached_workflows = 0;
    }
}

fn no_runtime(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    WorkerError::Create { queue: "*".to_owned(), source: error.into() }.into()
}
