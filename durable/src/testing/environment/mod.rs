//! The environment of one test.

mod builder;
mod crash;
mod end;
mod log;
mod namespace;
mod nextest;
pub(crate) mod run;
mod server;
mod stalled;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::client::{Client, WorkflowHandle};
use crate::definition::{Activity, Payload, Workflow};
use crate::error::Result;
use crate::testing::mocks::Mock;
use crate::testing::replay::{self, ReplaySettings};
use crate::testing::time::{Time, TimeSkipping};
use crate::testing::workers::{SharedState, TestWorkers, WorkerSetup};

pub use builder::TestEnvBuilder;
use builder::WorkerMode;
use crash::{Crash, CurrentWorkers};
pub use end::Finished;
use server::Server;

/// The timeout of workflow tasks where workers are killed in the middle of them.
const SHORT_TASK_TIMEOUT: Duration = Duration::from_secs(1);

/// The environment of one test: a namespace of its own on a real server, and workers for every queue
/// of this program.
///
/// [`#[durable::test]`](macro@crate::test) starts one for each test, and [finishes](Self::finish) it.
/// With another test framework, do the same by hand:
///
/// ```no_run
/// # use durable::prelude::*;
/// # use durable::testing::TestEnv;
/// # #[workflow(queue = "orders")]
/// # #[derive(Default)]
/// # struct OrderWorkflow;
/// # #[workflow_methods]
/// # impl OrderWorkflow {
/// #     #[run]
/// #     async fn run(_order: String) -> WorkflowResult<()> { Ok(()) }
/// # }
/// # async fn example() -> durable::Result<()> {
/// let env = TestEnv::start().await?;
/// OrderWorkflow::execute(env.client(), "7".to_owned()).await?;
/// env.finish().await?;
/// # Ok(())
/// # }
/// ```
///
/// Clones share the environment.
#[derive(Clone)]
pub struct TestEnv {
    inner: Arc<Inner>,
}

/// The environment that clones share.
struct Inner {
    server: Server,
    client: Client,
    shared: Arc<SharedState>,
    time: Arc<Time>,
    workers: CurrentWorkers,
    /// Tasks that run beside the test, until it ends.
    background: Vec<JoinHandle<()>>,
    /// The settings of the replay at the end, unless it is turned off.
    replay: Option<ReplaySettings>,
}

impl TestEnv {
    /// Starts an environment on the dev server that the tests of this process share, which the first
    /// of them starts. If `DURABLE_TEST_ADDRESS` is set, the environment is on the server of that
    /// address instead.
    ///
    /// # Errors
    /// The errors of [`TestEnvBuilder::start`].
    pub async fn start() -> Result<Self> {
        Self::builder().start().await
    }

    /// Starts an environment on another server, such as `"temporal.staging:7233"`. It creates a
    /// namespace there, and deletes it when it is finished.
    ///
    /// # Errors
    /// The errors of [`TestEnvBuilder::start`].
    pub async fn connect(address: impl Into<String>) -> Result<Self> {
        Self::builder().address(address).start().await
    }

    /// Returns a builder, for an environment with other options.
    pub fn builder() -> TestEnvBuilder {
        TestEnvBuilder::default()
    }

    async fn new(server: Server, client: Client, builder: TestEnvBuilder) -> Result<Self> {
        let task_timeout =
            matches!(builder.worker_mode, WorkerMode::Killed(_)).then_some(SHORT_TASK_TIMEOUT);
        let shared = Arc::new(SharedState::new(builder.dependencies, task_timeout));
        let watch = Arc::clone(&shared.watch);
        let time = Time::new(client.clone(), watch, builder.time_skipping, task_timeout);
        let time = Arc::new(time);
        if !server.own {
            time.ask_the_server().await;
        }
        let setup = WorkerSetup {
            client: builder.client,
            shared: Arc::clone(&shared),
            adjust: builder.replay.adjust.clone(),
            interceptors: builder.replay.interceptors.clone(),
            started: Arc::default(),
            cached: builder.worker_mode != WorkerMode::NoCache,
        };
        let workers = TestWorkers::start(&setup).await?;
        let workers: CurrentWorkers = Arc::new(Mutex::new(Some(workers)));
        let following = Arc::clone(&time);
        let mut background = vec![tokio::spawn(async move { following.follow().await })];
        if let WorkerMode::Killed(points) = builder.worker_mode {
            let (client, time, workers) = (client.clone(), Arc::clone(&time), Arc::clone(&workers));
            let crash = Crash { points, setup, client, time, workers, dead: BTreeSet::default() };
            background.push(tokio::spawn(async move {
                if let Err(error) = crash.run().await {
                    tracing::error!(?error, "cannot start the workers of the test again");
                }
            }));
        }
        let client = client.with_clock(Arc::clone(&time) as _);
        let namespace = client.namespace().to_owned();
        let replay = ReplaySettings { namespace, with_declared: true, ..builder.replay };
        let replay = (!builder.without_replay).then_some(replay);
        let inner = Inner { server, client, shared, time, workers, background, replay };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Returns the client of the environment. Workflows that it starts skip time.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    /// Gives activities a value that they take as `State<T>`. It applies to attempts that begin after
    /// the call.
    pub fn state<T: Send + Sync + 'static>(&self, value: T) {
        self.shared_state(Arc::new(value));
    }

    /// Gives activities a value that is already shared, or a trait object. It applies to attempts that
    /// begin after the call.
    pub fn shared_state<T: ?Sized + Send + Sync + 'static>(&self, value: Arc<T>) {
        self.inner.shared.give(value);
    }

    /// Mocks an activity, in this environment only.
    ///
    /// ```no_run
    /// # use durable::prelude::*;
    /// # use durable::testing::TestEnv;
    /// # #[activity(queue = "payments")]
    /// # async fn charge(_order: String, _amount: f64) -> Result<String, ActivityError> { Ok(String::new()) }
    /// # fn example(env: &TestEnv) {
    /// let charges = env.mock::<charge>().with(|order, amount| async move {
    ///     Ok(format!("{order}: {amount}"))
    /// });
    /// // .. and when the test has run
    /// assert_eq!(charges.arguments(), [("order-7".to_owned(), 12.5)]);
    /// # }
    /// ```
    pub fn mock<A>(&self) -> Mock<A::Arguments, A::Output>
    where
        A: Activity,
        A::Input: Payload,
        A::Output: Send,
    {
        self.inner.shared.mocks.mock::<A>()
    }

    /// Mocks a workflow, usually a child, in this environment only.
    ///
    /// The mocked workflow is started as always, on its queue and with its id, and then runs the mock
    /// instead of its code. The mock's function takes the workflow's inputs, each as a parameter.
    pub fn mock_workflow<W>(&self) -> Mock<W::Arguments, W::Output>
    where
        W: Workflow,
        W::Input: Payload,
        W::Output: Send,
    {
        self.inner.shared.mocks.mock_workflow::<W>()
    }

    /// Moves the clock of every running workflow forward by a duration, and stops it there.
    ///
    /// Everything that is due before that happens. The clock of a workflow with a running child moves
    /// once the child has ended; the child's own clock moves at once. No time is skipped while a
    /// workflow task or an activity runs, so this waits for them, up to 30 seconds.
    ///
    /// # Errors
    /// - [`TestingError::NothingToSkip`](crate::testing::TestingError::NothingToSkip): no workflow is running.
    /// - [`TestingError::NotSkipped`](crate::testing::TestingError::NotSkipped): the clock
    ///   could not be moved, for example because an activity did not end.
    /// - [`TestingError::TimeSkippingUnsupported`](crate::testing::TestingError::TimeSkippingUnsupported): the
    ///   server does not support time skipping.
    pub async fn skip(&self, duration: Duration) -> Result<()> {
        self.inner.time.skip(duration).await
    }

    /// Sets when workflows skip time. Workflows that already skip time are not affected.
    pub fn time_skipping(&self, skipping: TimeSkipping) {
        self.inner.time.set(skipping);
    }

    /// Writes the history of a workflow to a file, which [`replay_dir`](crate::testing::replay_dir)
    /// replays.
    ///
    /// # Errors
    /// Returns an error if the history cannot be fetched, or the file cannot be written.
    pub async fn record<W: Workflow>(
        &self,
        handle: &WorkflowHandle<W>,
        path: impl AsRef<Path>,
    ) -> Result<()> {
        replay::record(handle, path).await
    }

    /// Ends the environment: terminates the workflows that still run, stops the workers, and replays
    /// the history of every workflow of the test against the code of this program.
    ///
    /// # Errors
    /// - [`TestingError::AtEnd`](crate::testing::TestingError::AtEnd): a history does not replay, or a mock
    ///   that had to be called was not.
    /// - [`Error::Rpc`](crate::Error::Rpc), [`ConnectionError::Unreachable`](crate::error::ConnectionError::Unreachable): the
    ///   server refuses a request, or does not answer.
    pub async fn finish(self) -> Result<Finished> {
        for task in &self.inner.background {
            task.abort();
        }
        end::finish(&self.inner).await
    }

    fn inner(&self) -> &Inner {
        &self.inner
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for task in &self.background {
            task.abort();
        }
    }
}

impl fmt::Debug for TestEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestEnv").field("client", &self.inner.client).finish_non_exhaustive()
    }
}
