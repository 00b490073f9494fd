//! The options of a test environment.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use temporalio_client::interceptors::ClientInterceptor;
use temporalio_common::data_converters::DataConverter;
use temporalio_sdk::WorkerOptions;
use temporalio_sdk::WorkflowContextView;
use temporalio_sdk::workflow_interceptors::WorkflowInterceptor;

use super::TestEnv;
use super::server::Server;
use crate::client::{Client, ClientBuilder};
use crate::definition::Dependencies;
use crate::definition::guarded_interceptor::guarded;
use crate::dev_server::{SearchAttribute, with_declared};
use crate::error::Result;
use crate::testing::TimeSkipping;
use crate::testing::replay::ReplaySettings;

/// The treatment of the workers of a test environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum WorkerMode {
    /// They run as any workers do.
    #[default]
    Normal,
    /// They keep no workflow in memory, so that every task replays its workflow from the start.
    NoCache,
    /// They are killed and started again at these steps of the test.
    Killed(Vec<u64>),
}

/// Options of a [`TestEnv`]. The defaults are those of [`TestEnv::start`].
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
    pub(super) worker_mode: WorkerMode,
}

impl TestEnvBuilder {
    /// Uses the server at an address, such as `127.0.0.1:7233`, instead of starting a dev server.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Gives activities a value that they take as `State<T>`.
    pub fn state<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.shared_state(Arc::new(value))
    }

    /// Gives activities a value that is already shared, or a trait object: `State<dyn Mailer>`.
    pub fn shared_state<T: ?Sized + Send + Sync + 'static>(mut self, value: Arc<T>) -> Self {
        self.dependencies.insert(value);
        self
    }

    /// Sets the converter between values and payloads, for the client, the workers and the replay.
    pub fn data_converter(mut self, converter: DataConverter) -> Self {
        self.client = self.client.data_converter(converter.clone());
        self.replay.data_converter = converter;
        self
    }

    /// Sets the codecs, such as an [`Encryption`](crate::codec::Encryption), for the client, the workers and the
    /// replay.
    #[cfg(feature = "encryption")]
    pub fn codec(mut self, codecs: impl Into<crate::codec::Codecs>) -> Self {
        let codecs = codecs.into();
        self.client = self.client.codec(codecs.clone());
        self.replay.codecs.own = Some(codecs);
        self
    }

    /// Uses a configuration for the client, the workers and the replay. The address and the namespace stay
    /// those of the environment, and the connection is neither encrypted nor authorized.
    #[cfg(feature = "config")]
    pub fn config(mut self, config: &crate::config::Config) -> Self {
        self.client = self.client.config(config).without_tls();
        #[cfg(feature = "encryption")]
        {
            self.replay.codecs = config.codecs();
        }
        self
    }

    /// Adds an interceptor to the client, inside those that were added before.
    pub fn interceptor(mut self, interceptor: impl ClientInterceptor) -> Self {
        self.client = self.client.interceptor(interceptor);
        self
    }

    /// Adds a workflow interceptor to each worker and to the replay, inside those that were added
    /// before.
    pub fn workflow_interceptor<I: WorkflowInterceptor>(
        mut self,
        constructor: impl Fn(&WorkflowContextView) -> I + Send + Sync + 'static,
    ) -> Self {
        self.replay.interceptors.push(guarded(constructor));
        self
    }

    /// Adjusts the SDK's options of each worker, as
    /// [`Workers::worker_options`](crate::Workers::worker_options) does.
    ///
    /// The replay does not use a workflow interceptor that the closure adds, because it cannot be read
    /// out of the SDK's options. Add it with [`workflow_interceptor`](Self::workflow_interceptor).
    pub fn worker_options(
        mut self,
        adjust: impl Fn(&mut WorkerOptions) + Send + Sync + 'static,
    ) -> Self {
        self.replay.adjust = Some(Arc::new(adjust));
        self
    }

    /// Registers a search attribute on the server, for this test.
    ///
    /// Those that the program declares with [`search_attributes!`](crate::search_attributes) exist
    /// without it.
    pub fn search_attribute(mut self, name: impl Into<String>, kind: SearchAttribute) -> Self {
        self.search_attributes.push((name.into(), kind));
        self
    }

    /// Sets when workflows skip time; the default is [`TimeSkipping::WhenAwaited`].
    pub fn time_skipping(mut self, skipping: TimeSkipping) -> Self {
        self.time_skipping = skipping;
        self
    }

    /// Turns off the replay of the test's histories at its end.
    ///
    /// Use it for tests of code that is not deterministic on purpose, and of histories that are too
    /// long to be replayed each time.
    pub fn without_replay(mut self) -> Self {
        self.without_replay = true;
        self
    }

    /// Sets the longest time, in real time, that the body of a test may take; the default is 2 minutes.
    /// The test then fails and reports what its workflows wait for. This applies to
    /// [`#[durable::test]`](macro@crate::test) alone.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the treatment of the workers.
    pub(super) fn worker_mode(mut self, mode: WorkerMode) -> Self {
        self.worker_mode = mode;
        self
    }

    /// Starts the environment: a namespace of its own, and workers for every queue of this program.
    ///
    /// # Errors
    /// - [`DevServerError`](crate::dev_server::DevServerError): a search attribute has several types, or the dev
    ///   server could not be found or started.
    ///   If it didn't start, the first test of the process gets this error, the others
    ///   [`TestingError::ServerNotStarted`](crate::testing::TestingError::ServerNotStarted).
    /// - [`ConnectionError::Unreachable`](crate::error::ConnectionError::Unreachable): no server answers at the given address.
    /// - [`TestingError::Namespace`](crate::testing::TestingError::Namespace): the
    ///   server refused to create a namespace.
    /// - The errors of [`Workers::start`](crate::Workers::start).
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

/// The identity of the client. It reveals nothing of the machine, as it is part of recorded histories.
const IDENTITY: &str = "test";

impl fmt::Debug for TestEnvBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestEnvBuilder")
            .field("address", &self.address)
            .field("time_skipping", &self.time_skipping)
            .finish_non_exhaustive()
    }
}
