//! [`Workers`]: the queues to serve, their settings, and the start.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use temporalio_sdk::workflow_interceptors::{WorkflowInterceptor, WorkflowInterceptorConstructor};
use temporalio_sdk::{WorkerOptions, WorkflowContextView};
use tokio::sync::oneshot;

use super::settings::ServingSettings;
use super::stop::StopSignals;
use super::{DeploymentVersion, VersioningBehavior, WorkerError};
use crate::background::CONTROL;
use crate::client::Client;
use crate::definition::guarded_interceptor::guarded;
use crate::definition::{Dependencies, Registry, debug};
use crate::error::Result;
use crate::logs;
use crate::options::ConfiguredOptions;
use crate::settings::Settings;

pub(super) type Adjust = Arc<dyn Fn(&mut WorkerOptions) + Send + Sync>;

/// The workers of a program: one for each queue that its annotations name.
///
/// ```no_run
/// # async fn main_() -> durable::Result<()> {
/// use durable::{Client, Workers};
///
/// let client = Client::from_env().await?;
/// Workers::new(&client).run().await?;       // until Ctrl-C or SIGTERM
/// # Ok(())
/// # }
/// ```
#[must_use = "workers run only when `run` or `start` is called"]
pub struct Workers {
    pub(super) client: Client,
    pub(super) queues: Option<Vec<String>>,
    pub(super) dependencies: Dependencies,
    pub(super) settings: Settings<ServingSettings>,
    pub(super) version: Option<(DeploymentVersion, VersioningBehavior)>,
    pub(super) adjust: Option<Adjust>,
    pub(super) interceptors: Vec<WorkflowInterceptorConstructor>,
    /// `true` in tests: a missing `State<T>` fails the call of the activity, and not the start.
    pub(super) for_test: bool,
    pub(super) options: Arc<ConfiguredOptions>,
}

debug!([] Workers[]: client, queues);

impl Workers {
    /// Creates workers for every queue of this program, with the configuration of the client if it has
    /// one.
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            queues: None,
            dependencies: Dependencies::default(),
            settings: Settings::new(client.attached().cloned().unwrap_or_default()),
            version: None,
            adjust: None,
            interceptors: Vec::new(),
            for_test: false,
            options: Arc::clone(client.configured_options()),
        }
    }

    /// Uses these settings and options instead of the client's.
    #[cfg(feature = "config")]
    pub(crate) fn configured(
        mut self,
        settings: ServingSettings,
        options: Arc<ConfiguredOptions>,
    ) -> Self {
        self.settings.set_base(settings);
        self.options = options;
        self
    }

    /// Serves only these queues.
    pub fn queues(mut self, queues: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.queues = Some(queues.into_iter().map(Into::into).collect());
        self
    }

    /// Provides a value that activities take as `State<T>`.
    pub fn state<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.shared_state(Arc::new(value))
    }

    /// Provides a value that is already shared, or a trait object: `State<dyn Mailer>`.
    pub fn shared_state<T: ?Sized + Send + Sync + 'static>(mut self, value: Arc<T>) -> Self {
        self.dependencies.insert(value);
        self
    }

    /// Sets the time for running activities to end after a stop, before they are cancelled. The default
    /// is what is configured, or else 10 minutes.
    ///
    /// An activity that wants to know of the stop at once waits for
    /// [`worker_shutdown`](crate::prelude::ActivityContext::worker_shutdown).
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.settings.change(move |settings| settings.drain_timeout = timeout);
        self
    }

    /// Sets the time after the drain timeout for cancelled activities to end and for the SDK to tell the
    /// server. The default is what is configured, or else 10 seconds. Everything that still runs then is
    /// left behind, and reported.
    pub fn stop_timeout(mut self, timeout: Duration) -> Self {
        self.settings.change(move |settings| settings.stop_timeout = timeout);
        self
    }

    /// Sets the number of restarts in a row of a worker that died, before it is given up. The default is
    /// what is configured, or else 5. The count starts anew after a minute of running. A server that is
    /// away is no death: the workers wait for it.
    pub fn max_restarts(mut self, count: u32) -> Self {
        self.settings.change(move |settings| settings.max_restarts = count);
        self
    }

    /// Sets the pause before the first restart of a worker that died, which is at least 0.1 seconds. It
    /// doubles with each restart, up to a minute. The default is what is configured, or else a second.
    pub fn restart_interval(mut self, interval: Duration) -> Self {
        self.settings.change(move |settings| settings.restart_interval = interval);
        self
    }

    /// Answers probes by HTTP at this address, such as `0.0.0.0:8080`. Port 0 is a free one. The default
    /// is the configured address, or else no listener.
    ///
    /// `GET /live` is answered with 200 until a worker is given up, and `GET /ready` with 200 while every
    /// worker takes tasks and the server answers. Otherwise both are answered with 503. The body is JSON
    /// with the state of each worker ([`Readiness`](super::Readiness)). There is no authentication, and
    /// nothing else is shown: no message of a panic, for example. Probes are answered while activities
    /// block the runtime. Many of them share an answer of the server, for a second.
    pub fn health_address(mut self, address: impl Into<String>) -> Self {
        let address = Some(address.into());
        self.settings.change(move |settings| settings.health_address.clone_from(&address));
        self
    }

    /// Sets the largest serialized value, in bytes, that workflows and activities pass on. The default is
    /// what is configured, or else the limit that the server tells, which is 2 MiB unless it was changed.
    /// Zero means no limit.
    ///
    /// A larger value fails without retry, with the error type
    /// [`PAYLOAD_TOO_LARGE`](crate::error::PAYLOAD_TOO_LARGE). Values are measured before the codec, so a
    /// codec that compresses allows a higher limit. The SDK measures the encoded values again, by the
    /// limit of the server: an activity that fails there is retried, and a workflow task is retried for
    /// ever.
    ///
    /// Workflow code can see that a call was too large. So a decision by another limit than 2 MiB is
    /// recorded in the history, and a replay repeats it, whatever its own limit is.
    pub fn payload_limit(mut self, bytes: usize) -> Self {
        // No value has more than 4 GiB, so a higher limit is none.
        let bytes = u32::try_from(bytes).unwrap_or_default();
        self.settings.change(move |settings| settings.payload_limit = Some(bytes));
        self
    }

    /// Makes the workers a version of a deployment: they get only the workflows that belong on it.
    ///
    /// `behavior` tells what happens to a running workflow when another version becomes current. It
    /// applies to all workflows of these workers, because SDK 1.1.1 has no setting for a single workflow.
    /// A new version gets no work before it is [made current](DeploymentVersion::make_current). Without a
    /// deployment version, the server doesn't distinguish the workers of a queue.
    pub fn deployment_version(
        mut self,
        version: DeploymentVersion,
        behavior: VersioningBehavior,
    ) -> Self {
        self.version = Some((version, behavior));
        self
    }

    /// Adjusts the SDK's options of each worker: concurrency, caches, pollers, interceptors.
    pub fn worker_options(
        mut self,
        adjust: impl Fn(&mut WorkerOptions) + Send + Sync + 'static,
    ) -> Self {
        self.adjust = Some(Arc::new(adjust));
        self
    }

    /// Adds a workflow interceptor of the SDK to each worker, inside of those that were added before. The
    /// constructor is called for each workflow that a worker loads.
    ///
    /// A panic of the interceptor fails the workflow task, or the query or update that it validates or
    /// answers. `initialize_workflow` is not called: SDK 1.1.1 calls it outside of its guards, so a panic
    /// would end the worker. `execute` gets the same headers, and the constructor a view of the workflow.
    /// Interceptors that [`worker_options`](Self::worker_options) adds are not guarded.
    ///
    /// A replay needs the same interceptors: `Replayer` and `TestEnvBuilder`, of the feature `testing`,
    /// have a method of the same name.
    pub fn workflow_interceptor<I: WorkflowInterceptor>(
        self,
        constructor: impl Fn(&WorkflowContextView) -> I + Send + Sync + 'static,
    ) -> Self {
        self.guarded_interceptor(guarded(constructor))
    }

    /// Adds a workflow interceptor that is guarded, or of this crate.
    pub(crate) fn guarded_interceptor(mut self, guarded: WorkflowInterceptorConstructor) -> Self {
        self.interceptors.push(guarded);
        self
    }

    /// Prepares the workers for a test. A missing `State<T>` is accepted, because the activity may be
    /// mocked, and declared workflows and activities are served, to be mocked too.
    #[cfg(feature = "testing")]
    pub(crate) fn for_test(mut self) -> Self {
        self.for_test = true;
        self
    }

    /// Checks that the workers could start, as far as it can be known without a server.
    ///
    /// # Errors
    /// Those of [`start`](Self::start) that come from the program and its configuration.
    #[cfg(feature = "cli")]
    pub(crate) fn check(&self) -> Result<()> {
        self.select(&self.enabled()?, &self.registry()?)?;
        Ok(())
    }

    /// Returns a message for each name in the configuration that nothing in this program has.
    #[cfg(feature = "cli")]
    pub(crate) fn unknown_names(&self) -> Vec<String> {
        // Without a registry, the annotations are the problem to solve first.
        let registry = self.registry().ok();
        let names = self.settings.effective().names;
        registry.map_or_else(Vec::new, |registry| names.unknown(&registry))
    }

    /// Returns the same workers with another client, which has the same configuration.
    #[cfg(feature = "cli")]
    pub(crate) fn with_client(mut self, client: &Client) -> Self {
        self.client = client.clone();
        self
    }

    /// Runs the workers until Ctrl-C or SIGTERM, and then [drains](super::RunningWorkers::drain) them. A second
    /// signal ends the drain at once. When a worker is given up, the others are drained too.
    ///
    /// [`Exit`](super::Exit) turns the result into an exit code.
    ///
    /// # Errors
    /// Those of [`start`](Self::start), and a [`WorkerError`] when a worker is given up or doesn't stop, or
    /// when a second signal ends the drain.
    pub async fn run(self) -> Result<()> {
        self.run_until(std::future::pending()).await
    }

    /// Runs the workers as [`run`](Self::run) does, but at most until `stop` is ready.
    pub(crate) async fn run_until(self, stop: impl Future<Output = ()>) -> Result<()> {
        logs::without_subscriber();
        let signals = StopSignals::listen();
        let running = self.start().await?;
        let (asking, asked) = oneshot::channel();
        // Signals and deadlines must not wait for activities that block the caller's runtime.
        let mut serving = pin!(CONTROL.run(running.serve(signals, asked)));
        tokio::select! {
            () = stop => {
                // Nobody listens any more when a signal has come before.
                let _ = asking.send(());
                serving.await
            }
            ended = &mut serving => ended,
        }
    }

    /// Returns the settings.
    ///
    /// # Errors
    /// [`WorkerError::Disabled`] if one of them disables serving.
    pub(super) fn enabled(&self) -> Result<ServingSettings, WorkerError> {
        let settings = self.settings.effective();
        if settings.enabled { Ok(settings) } else { Err(WorkerError::Disabled) }
    }

    #[cfg_attr(
        not(feature = "testing"),
        expect(clippy::unused_self, reason = "only tests ask for more")
    )]
    pub(super) fn registry(&self) -> Result<Registry> {
        #[cfg_attr(not(feature = "testing"), expect(unused_mut, reason = "only tests add to it"))]
        let mut registry = Registry::collect()?;
        #[cfg(feature = "testing")]
        if self.for_test {
            registry.serve_declared();
        }
        Ok(registry)
    }
}
