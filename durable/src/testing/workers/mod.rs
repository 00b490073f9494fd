//! The workers of a test environment: on a runtime of their own, so that they can be killed as a
//! process is, with everything that runs on them.

mod interceptor;
mod stage;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use temporalio_sdk::WorkerOptions;
use temporalio_sdk::runtime::WorkflowErrorType;
use temporalio_sdk::workflow_interceptors::WorkflowInterceptorConstructor;
use tokio::runtime::Runtime;

use crate::activity::intervention::Intervention;
use crate::client::ClientBuilder;
use crate::error::{Error, Result, WorkerError};
use crate::testing::replay::Adjust;
use crate::worker::{RunningWorkers, Workers};

pub(in crate::testing) use stage::Stage;
pub(in crate::testing) use watch::Watch;

/// How long workers may take to stop before they are killed. What still runs then would be lost in
/// any case: its workflow was terminated.
const STOP: Duration = Duration::from_secs(2);

/// How long it may take until everything is gone that ran on killed workers.
const KILL: Duration = Duration::from_millis(500);

/// How often activities may send heartbeats to the server, whose answer tells them of a
/// cancellation; the SDK's default is half a minute.
const HEARTBEATS: Duration = Duration::from_millis(100);

/// How long the server waits for a worker that has a workflow in its cache, before it asks another.
const STICKY: Duration = Duration::from_millis(200);

/// How the workers of a test environment are made.
#[derive(Clone)]
pub(in crate::testing) struct Plan {
    pub(in crate::testing) client: ClientBuilder,
    pub(in crate::testing) stage: Arc<Stage>,
    pub(in crate::testing) adjust: Option<Adjust>,
    pub(in crate::testing) interceptors: Vec<WorkflowInterceptorConstructor>,
    /// How many generations there have been.
    pub(in crate::testing) generations: Arc<AtomicU32>,
    /// Whether workflows stay in memory between their tasks.
    pub(in crate::testing) cached: bool,
}

/// Workers, from their start until they are stopped or killed.
pub(in crate::testing) struct Generation {
    identity: String,
    /// Taken when it is dropped, which must not wait.
    runtime: Option<Runtime>,
    running: Option<RunningWorkers>,
}

impl Generation {
    /// Starts workers for every queue of this program.
    pub(in crate::testing) async fn start(plan: &Plan) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("durable-test")
            .enable_all()
            .build()
            .map_err(no_runtime)?;
        // The server tells by it which workers have died. Nothing in it is of this machine, as it is
        // in every recorded history.
        let number = plan.generations.fetch_add(1, Ordering::Relaxed) + 1;
        let identity = format!("test-workers-{number}");
        let plan = Plan { client: plan.client.clone().identity(&identity), ..plan.clone() };
        let started = runtime.spawn(async move {
            // It has a connection of its own, which ends with those who use it.
            let client = plan.client.clone().open().await?;
            let (stage, adjust, cached) = (Arc::clone(&plan.stage), plan.adjust, plan.cached);
            let workers = Workers::new(&client);
            let interceptors = plan.interceptors.into_iter();
            let workers = interceptors
                .fold(workers, Workers::workflow_interceptor)
                .drain_timeout(Duration::ZERO)
                .shared_state(plan.stage as Arc<dyn Intervention>)
                .for_test()
                .worker_options(move |options| {
                    set(options, cached);
                    if let Some(adjust) = &adjust {
                        adjust(options);
                    }
                    stage.set(options);
                });
            workers.start().await
        });
        let mut generation = Self { identity, runtime: Some(runtime), running: None };
        generation.running = Some(started.await.map_err(no_runtime)??);
        Ok(generation)
    }

    /// Stops the workers, and kills those that do not stop.
    pub(in crate::testing) async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            let stopped = tokio::time::timeout(STOP, running.shutdown()).await;
            match stopped {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "a worker of the test did not end well"),
                Err(_) => tracing::warn!("the workers of the test did not stop within {STOP:?}"),
            }
        }
    }

    /// How the workers call themselves to the server.
    pub(in crate::testing) fn identity(&self) -> &str {
        &self.identity
    }

    /// Ends the workers at once, with everything that runs on them; nobody is told.
    pub(in crate::testing) async fn kill(mut self) {
        if let Some(running) = self.running.take() {
            running.kill();
        }
        if let Some(runtime) = self.runtime.take() {
            // Only what blocks a thread, which cannot be killed, outlives this.
            let gone = tokio::task::spawn_blocking(|| runtime.shutdown_timeout(KILL));
            let _ = gone.await;
        }
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What suits workers that live for a second.
fn set(options: &mut WorkerOptions, cached: bool) {
    options.max_heartbeat_throttle_interval = HEARTBEATS;
    options.default_heartbeat_throttle_interval = HEARTBEATS;
    options.sticky_queue_schedule_to_start_timeout = STICKY;
    // A task that does not replay would be tried again for ever, and the test wait for ever.
    options.workflow_failure_errors.insert(WorkflowErrorType::Nondeterminism);
    if !cached {
        options.max_cached_workflows = 0;
    }
}

fn no_runtime(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    WorkerError::Create { queue: "*".to_owned(), source: error.into() }.into()
}
