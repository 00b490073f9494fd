//! The environment of one test.

mod builder;
mod crash;
mod end;
mod log;
mod namespace;
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
use crate::testing::workers::{Generation, Plan, Stage};

use builder::Life;
pub use builder::TestEnvBuilder;
use crash::{Alive, Crash};
pub use end::Finished;
use server::Server;

/// How long the server waits for a worker that was killed in the middle of a workflow task.
const SHORT_TASK: Duration = Duration::from_secs(1);

/// The environment of one test: a namespace of its own on a real server, and workers for every queue
/// of this program.
///
/// [`#[durable::test]`](macro@crate::test) makes one for each test, and [finishes](Self::finish) it. In
/// another test framework, do the same:
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
/// Clones are the same environment.
#[derive(Clone)]
pub struct TestEnv {
    inner: Arc<Inner>,
}

/// What clones share.
struct Inner {
    server: Server,
    client: Client,
    stage: Arc<Stage>,
    time: Arc<Time>,
    alive: Alive,
    /// What goes on beside the test, until it ends.
    beside: Vec<JoinHandle<()>>,
    /// How histories are replayed at the end, if they are.
    replay: Option<ReplaySettings>,
}

impl TestEnv {
    /// Starts an environment on the dev server that all tests of this process share; the first
    /// starts it. With `DURABLE_TEST_ADDRESS` set, it is on the server of that address instead.
    ///
    /// # Errors
    /// Those of [`TestEnvBuilder::start`].
    pub async fn start() -> Result<Self> {
        Self::builder().start().await
    }

    /// Starts an environment on another server, such as `"temporal.staging:7233"`. It makes a
    /// namespace there, and deletes it when it is finished.
    ///
    /// # Errors
    /// Those of [`TestEnvBuilder::start`].
    pub async fn connect(address: impl Into<String>) -> Result<Self> {
        Self::builder().address(address).start().await
    }

    /// A builder, for everything else.
    pub fn builder() -> TestEnvBuilder {
        TestEnvBuilder::default()
    }

    async fn new(server: Server, client: Client, builder: TestEnvBuilder) -> Result<Self> {
        let task_timeout = matches!(builder.life, Life::Killed(_)).then_some(SHORT_TASK);
        let stage = Arc::new(Stage::new(builder.dependencies, task_timeout));
        let watch = Arc::clone(&stage.watch);
        let time = Time::new(client.clone(), watch, builder.time_skipping, task_timeout);
        let time = Arc::new(time);
        if !server.own {
            time.ask_the_server().await;
        }
        let plan = Plan {
            client: builder.client,
            stage: Arc::clone(&stage),
            adjust: builder.replay.adjust.clone(),
            interceptors: builder.replay.interceptors.clone(),
            generations: Arc::default(),
            cached: builder.life != Life::Emptied,
        };
        let generation = Generation::start(&plan).await?;
        let alive: Alive = Arc::new(Mutex::new(Some(generation)));
        let following = Arc::clone(&time);
        let mut beside = vec![tokio::spawn(async move { following.follow().await })];
        if let Life::Killed(points) = builder.life {
            let (client, time, alive) = (client.clone(), Arc::clone(&time), Arc::clone(&alive));
            let crash = Crash { points, plan, client, time, alive, dead: BTreeSet::default() };
            beside.push(tokio::spawn(async move {
                if let Err(error) = crash.run().await {
                    tracing::error!(?error, "the workers of the test did not start again");
                }
            }));
        }
        let client = client.with_clock(Arc::clone(&time) as _);
        let namespace = client.namespace().to_owned();
        let replay = ReplaySettings { namespace, with_declared: true, ..builder.replay };
        let replay = (!builder.without_replay).then_some(replay);
        let inner = Inner { server, client, stage, time, alive, beside, replay };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The client of the environment; its workflows skip time.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    /// Gives activities a value that they take as `State<T>`, from now on.
    pub fn state<T: Send + Sync + 'static>(&self, value: T) {
        self.shared_state(Arc::new(value));
    }

    /// Gives activities a value that is shared already, or a trait object, from now on.
    pub fn shared_state<T: ?Sized + Send + Sync + 'static>(&self, value: Arc<T>) {
        self.inner.stage.give(value);
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
        self.inner.stage.mocks.mock::<A>()
    }

    /// Mocks a workflow, in this environment only: a child above all.
    ///
    /// The mocked workflow is started as always, on its queue and with its id; what it does is the
    /// mock's. Its function takes the workflow's inputs, each as a parameter.
    pub fn mock_workflow<W>(&self) -> Mock<W::Arguments, W::Output>
    where
        W: Workflow,
        W::Input: Payload,
        W::Output: Send,
    {
        self.inner.stage.mocks.mock_workflow::<W>()
    }

    /// Moves the time of every running workflow forward by a duration, and holds it there.
    ///
    /// All that comes due on the way happens. The time of a workflow that waits for a child moves
    /// when the child has ended; the child's own is moved at once. While an activity runs, no time is
    /// skipped, so this waits for it, up to 30 s.
    ///
    /// # Errors
    /// - [`TestingError::NothingToSkip`](crate::testing::TestingError::NothingToSkip): no workflow is running.
    /// - [`TestingError::NotSkipped`](crate::testing::TestingError::NotSkipped): something is in the way.
    /// - [`TestingError::TimeSkippingUnsupported`](crate::testing::TestingError::TimeSkippingUnsupported): the
    ///   server cannot.
    pub async fn skip(&self, duration: Duration) -> Result<()> {
        self.inner.time.skip(duration).await
    }

    /// Sets when workflows skip time; those that skip already go on doing so.
    pub fn time_skipping(&self, skipping: TimeSkipping) {
        self.inner.time.set(skipping);
    }

    /// Writes the history of a workflow to a file, to be replayed by [`replay_dir`](crate::testing::replay_dir).
    ///
    /// # Errors
    /// When the history cannot be fetched, or the file not be written.
    pub async fn record<W: Workflow>(
        &self,
        handle: &WorkflowHandle<W>,
        path: impl AsRef<Path>,
    ) -> Result<()> {
        replay::record(handle, path).await
    }

    /// Ends the environment: terminates what still runs, stops the workers, and replays the history
    /// of every workflow that ran against the code of this program.
    ///
    /// # Errors
    /// - [`TestingError::AtEnd`](crate::testing::TestingError::AtEnd): a history does not replay, or a mock
    ///   was not called that had to be.
    /// - [`Error::Rpc`](crate::Error::Rpc), [`Error::Unreachable`](crate::Error::Unreachable): the
    ///   server does not answer.
    pub async fn finish(self) -> Result<Finished> {
        for beside in &self.inner.beside {
            beside.abort();
        }
        end::finish(&self.inner).await
    }

    fn inner(&self) -> &Inner {
        &self.inner
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for beside in &self.beside {
            beside.abort();
        }
    }
}

impl fmt::Debug for TestEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestEnv").field("client", &self.inner.client).finish_non_exhaustive()
    }
}
