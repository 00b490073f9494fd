//! What a test environment is made of.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use temporalio_client::interceptors::ClientInterceptor;
use temporalio_common::data_converters::DataConverter;
use temporalio_sdk::WorkerOptions;
use temporalio_sdk::workflow_interceptors::WorkflowInterceptorConstructor;

use super::TestEnv;
use super::server::Server;
use crate::client::{Client, ClientBuilder};
use crate::definition::Dependencies;
use crate::dev_server::{SearchAttribute, with_declared};
use crate::error::Result;
use crate::testing::TimeSkipping;
use crate::testing::replay::ReplaySettings;

/// How the workers of a test environment live.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Life {
    /// Like any worker's.
    #[default]
    Undisturbed,
    /// With an empty cache at every task, so that every task replays its workflow from the start.
    Emptied,
    /// Killed, and started again, at these steps of the test.
    Killed(Vec<u64>),
}

/// What a [`TestEnv`] is made of. What is not set is as in [`TestEnv::start`].
#[derive(Default)]
#[must_use = "a builder starts an environment only when `start` is called"]
pub struct TestEnvBuilder {
    address: Option<String>,
    pub(super) client: ClientBuilder,
    pub(super) replay: ReplaySettings,
    pub(super) dependencies: Dependencies,
    pub(super) search_attributes: Vec<(String, SearchAttribute)>,
    pub(super) time_skipping: TimeSkipping,
    pub(super) without_replay: bool,
    pub(super) timeout: Option<Duration>,
    pub(super) life: Life,
}

impl TestEnvBuilder {
    /// The address of a server, instead of a dev server that this process starts.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Gives activities a value that they take as `State<T>`.
    pub fn state<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.shared_state(Arc::new(value))
    }

    /// Gives activities a value that is shared already, or a trait object: `State<dyn Mailer>`.
    pub fn shared_state<T: ?Sized + Send + Sync + 'static>(mut self, value: Arc<T>) -> Self {
        self.dependencies.insert(value);
        self
    }

    /// How values become payloads, for the client, the workers and the replay.
    pub fn data_converter(mut self, converter: DataConverter) -> Self {
        self.client = self.client.data_converter(converter.clone());
        self.replay.data_converter = converter;
        self
    }

    /// Adds an interceptor to the client, inside of those that were added before.
    pub fn interceptor(mut self, interceptor: impl ClientInterceptor) -> Self {
        self.client = self.client.interceptor(interceptor);
        self
    }

    /// Adds a workflow interceptor to each worker and to the replay, inside of those that were added
    /// before.
    pub fn workflow_interceptor(mut self, constructor: WorkflowInterceptorConstructor) -> Self {
        self.replay.interceptors.push(constructor);
        self
    }

    /// Adjusts the SDK's options of each worker, as
    /// [`Workers::worker_options`](crate::Workers::worker_options) does.
    ///
    /// A workflow interceptor that it adds takes no part in the replay, because the SDK does not give
    /// it back: use [`workflow_interceptor`](Self::workflow_interceptor).
    pub fn worker_options(
        mut self,
        adjust: impl Fn(&mut WorkerOptions) + Send + Sync + 'static,
    ) -> Self {
        self.replay.adjust = Some(Arc::new(adjust));
        self
    }

    /// Creates a search attribute on the server, for this test.
    ///
    /// Those that the program declares with [`search_attributes!`](crate::search_attributes) exist
    /// without it.
    pub fn search_attribute(mut self, name: impl Into<String>, kind: SearchAttribute) -> Self {
        self.search_attributes.push((name.into(), kind));
        self
    }

    /// When workflows skip time; without it [`TimeSkipping::WhenAwaited`].
    pub fn time_skipping(mut self, skipping: TimeSkipping) -> Self {
        self.time_skipping = skipping;
        self
    }

    /// Does not replay the histories of the test at its end.
    ///
    /// It is for tests of code that is not deterministic on purpose, and of histories too long to
    /// be replayed each time.
    pub fn without_replay(mut self) -> Self {
        self.without_replay = true;
        self
    }

    /// How long the body of a test may take, in real time, before it fails with what it waits for;
    /// without it 2 minutes. It holds for [`#[durable::test]`](macro@crate::test).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Lets the workers live otherwise than undisturbed.
    pub(super) fn life(mut self, life: Life) -> Self {
        self.life = life;
        self
    }

    /// Starts the environment: a namespace of its own, and workers for every queue of this program.
    ///
    /// # Errors
    /// - [`Error::DevServer`](crate::Error::DevServer): a search attribute has several types, or the
    ///   dev server could not be found or started;
    ///   the first of all tests is told why, the others get
    ///   [`TestingError::ServerNotStarted`](crate::testing::TestingError::ServerNotStarted).
    /// - [`Error::Unreachable`](crate::Error::Unreachable): there is no server at the given address.
    /// - [`TestingError::Namespace`](crate::testing::TestingError::Namespace): the server makes no namespace.
    /// - those of [`Workers::start`](crate::Workers::start).
    pub async fn start(mut self) -> Result<TestEnv> {
        with_declared(&mut self.search_attributes)?;
        let server = match self.address.take() {
            Some(address) => Server::at(address),
            None => Server::shared().await?,
        };
        self.client = self
            .client
            .address(&server.address)
            .namespace(super::namespace::name())
            .identity(IDENTITY);
        let client: Client = self.client.clone().open().await?;
        super::namespace::register(&client, &self.search_attributes).await?;
        TestEnv::new(server, client, self).await
    }
}

/// How the client calls itself; in a recorded history it says nothing of the machine.
const IDENTITY: &str = "test";

impl fmt::Debug for TestEnvBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestEnvBuilder")
            .field("address", &self.address)
            .field("time_skipping", &self.time_skipping)
            .finish_non_exhaustive()
    }
}
