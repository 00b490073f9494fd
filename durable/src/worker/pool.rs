//! Which queues are served, with what, and the checks before any of it runs.

use std::sync::Arc;
use std::time::Duration;

use temporalio_sdk::WorkerOptions;
use temporalio_sdk::workflow_interceptors::WorkflowInterceptorConstructor;

use super::configured::Configured;
use super::control::Control;
use super::drain::{Limits, leave_behind};
use super::report::{QueueReport, StartupReport};
use super::running::{Launch, RunningWorkers};
use super::stop::StopSignals;
use super::supervise::{Plan, Restarts};
use super::{DeploymentVersion, VersioningBehavior, WorkerError, attributes, version};
use crate::client::Client;
use crate::definition::entry::Target;
use crate::definition::{Attempts, Dependencies, Queue, Registry, WorkerShutdown, configured};
use crate::error::Result;
use crate::error::payload_limit::PayloadLimit;
use crate::options::ConfiguredOptions;

const DEFAULT_DRAIN_TIMEOUT: Duration = Duration::from_secs(600);
const DEFAULT_STOP_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_MAX_RESTARTS: u32 = 5;
const DEFAULT_RESTART_INTERVAL: Duration = Duration::from_secs(1);

type Adjust = Arc<dyn Fn(&mut WorkerOptions) + Send + Sync>;

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
    drain_timeout: Option<Duration>,
    stop_timeout: Option<Duration>,
    max_restarts: Option<u32>,
    restart_interval: Option<Duration>,
    health_address: Option<String>,
    payload_limit: PayloadLimit,
    pub(super) version: Option<(DeploymentVersion, VersioningBehavior)>,
    adjust: Option<Adjust>,
    interceptors: Vec<WorkflowInterceptorConstructor>,
    /// Whether activities whose `State<T>` nobody gave are refused at the start, and not at the call.
    pub(super) for_test: bool,
    pub(super) options: Arc<ConfiguredOptions>,
    pub(super) configured: Configured,
}

impl Workers {
    /// Workers for every queue of this program, with the configuration of the client if it has one.
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            queues: None,
            dependencies: Dependencies::default(),
            drain_timeout: None,
            stop_timeout: None,
            max_restarts: None,
            restart_interval: None,
            health_address: None,
            payload_limit: PayloadLimit::default(),
            version: None,
            adjust: None,
            interceptors: Vec::new(),
            for_test: false,
            options: Arc::clone(client.configured_options()),
            configured: Configured::of(client),
        }
    }

    /// Serves as this configuration says, and not as that of the client.
    #[cfg(feature = "config")]
    pub fn config(mut self, config: &crate::config::Config) -> Self {
        self.options = Arc::clone(config.shared_options());
        self.configured = Configured::new(Some(config));
        self
    }

    /// Serves only these queues.
    pub fn queues(mut self, queues: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.queues = Some(queues.into_iter().map(Into::into).collect());
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

    /// How long running activities may take to end after a stop was asked for, before they are
    /// cancelled; without it what is configured, or else 10 minutes.
    ///
    /// An activity that wants to know of the stop at once waits for
    /// [`worker_shutdown`](crate::prelude::ActivityContext::worker_shutdown).
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.drain_timeout = Some(timeout);
        self
    }

    /// How much longer than the drain timeout the workers may take to stop: activities that were
    /// cancelled, to end, and the SDK, to tell the server. Without it what is configured, or else 10
    /// seconds. What still runs then is left behind, and named.
    pub fn stop_timeout(mut self, timeout: Duration) -> Self {
        self.stop_timeout = Some(timeout);
        self
    }

    /// How often in a row a worker that died is started again, before it is given up; without it what
    /// is configured, or else 5 times. A worker that ran for a minute begins to count anew, and a server
    /// that is away is no death: the workers wait for it.
    pub fn max_restarts(mut self, count: u32) -> Self {
        self.max_restarts = Some(count);
        self
    }

    /// The pause before the first restart of a worker that died, which doubles with each, up to a
    /// minute; without it what is configured, or else a second.
    pub fn restart_interval(mut self, interval: Duration) -> Self {
        self.restart_interval = Some(interval);
        self
    }

    /// Answers probes by HTTP at this address, such as `0.0.0.0:8080`; without it where it is
    /// configured, or else nowhere. Port 0 is a free one.
    ///
    /// `GET /live` is answered with 200 until a worker is given up, and `GET /ready` with 200 while every
    /// worker takes tasks and the server answers; otherwise both with 503. The body is JSON and says
    /// which worker does what ([`Readiness`](super::Readiness)). There is no authentication, and nothing
    /// else to be seen.
    pub fn health_address(mut self, address: impl Into<String>) -> Self {
        self.health_address = Some(address.into());
        self
    }

    /// The largest value, in bytes and serialised, that workflows and activities hand over; without it
    /// 2 MiB, which is what a server takes as it is configured by default. Zero is no limit.
    ///
    /// What is larger fails for good and says so, with the type
    /// [`PAYLOAD_TOO_LARGE`](crate::error::PAYLOAD_TOO_LARGE). It is measured before a codec, so one that
    /// compresses wants a higher limit. The SDK measures again what it sends, by the limit that the
    /// server tells; an activity that fails there is retried, and a workflow task for ever.
    ///
    /// Workflow code can see whether a call was too large, so a change of it is a change of what
    /// workflows do: they may not replay.
    pub fn payload_limit(mut self, bytes: usize) -> Self {
        self.payload_limit = PayloadLimit::new(bytes);
        self
    }

    /// Makes the workers a version of a deployment: they get only the workflows that belong on it.
    ///
    /// `behavior` says what becomes of a running workflow when another version becomes current. It
    /// holds for all workflows of these workers, because the SDK 1.1.1 knows none of a single
    /// workflow. A new version gets no work before it is
    /// [made current](DeploymentVersion::make_current). Without a deployment version, all workers of a
    /// queue are alike to the server.
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

    /// Adds a workflow interceptor of the SDK's to each worker, inside of those that were added before.
    ///
    /// A replay needs the same ones: `Replayer` and `TestEnvBuilder`, of the feature `testing`, have a
    /// function of the same name.
    pub fn workflow_interceptor(mut self, constructor: WorkflowInterceptorConstructor) -> Self {
        self.interceptors.push(constructor);
        self
    }

    /// Starts as a test needs it: also where activities need a `State<T>` that nobody gave, which may
    /// be given later or the activity be mocked, and with what is only declared, to be mocked.
    #[cfg(feature = "testing")]
    pub(crate) fn for_test(mut self) -> Self {
        self.for_test = true;
        self
    }

    /// Whether the workers could start, as far as it can be known without a server.
    ///
    /// # Errors
    /// Those of [`start`](Self::start) that have to do with the program and its configuration.
    #[cfg(feature = "cli")]
    pub(crate) fn check(&self) -> Result<()> {
        if !self.configured.serves() {
            return Err(WorkerError::Disabled.into());
        }
        let registry = self.registry()?;
        self.configured.warn_of_unknown_names(&registry);
        self.select(&registry)?;
        Ok(())
    }

    /// Runs the workers until Ctrl-C or SIGTERM, and then until what is in flight has ended; see
    /// [`RunningWorkers::drain`]. A second signal ends it at once. When a worker is given up, the others
    /// are drained too.
    ///
    /// [`Exit`](super::Exit) makes an exit code of the result.
    ///
    /// # Errors
    /// Those of [`start`](Self::start), and [`WorkerError`] when a worker is given up, does not stop, or a
    /// second signal ends the drain.
    pub async fn run(self) -> Result<()> {
        self.run_until(std::future::pending()).await
    }

    /// As [`run`](Self::run), and until something else says to stop.
    pub(crate) async fn run_until(self, stop: impl Future<Output = ()>) -> Result<()> {
        let mut signals = StopSignals::listen();
        let mut running = self.start().await?;
        let given_up = tokio::select! {
            signal = signals.next() => {
                tracing::info!(signal, "stopping; draining the workers");
                Ok(())
            }
            () = stop => {
                tracing::info!("stopping; draining the workers");
                Ok(())
            }
            ended = running.ended() => {
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
            report = running.drain() => given_up.and(report.into_result())?,
        }
        Ok(())
    }

    /// Starts the workers, each on a thread of its own, and returns once all of them are made; they
    /// begin to poll as soon as the server has confirmed the namespace.
    ///
    /// # Errors
    /// - [`Error::Registry`](crate::Error::Registry): the annotations contradict each other.
    /// - [`WorkerError::Misconfigured`]: nothing is linked, a queue is unknown, or a `State<T>` is
    ///   missing; all problems at once.
    /// - [`WorkerError::Disabled`]: the configuration says to serve nothing.
    /// - [`WorkerError::HealthListener`]: the address of the health listener cannot be had.
    /// - [`WorkerError::Create`]: the SDK could not make a worker.
    pub async fn start(mut self) -> Result<RunningWorkers> {
        if !self.configured.serves() {
            return Err(WorkerError::Disabled.into());
        }
        let registry = self.registry()?;
        self.configured.warn_of_unknown_names(&registry);
        let queues = self.select(&registry)?;
        if self.version.is_some() {
            self.client.serves_a_version();
        }
        let shutdown = Arc::new(WorkerShutdown::default());
        let attempts = Arc::new(Attempts::default());
        let mut limits = self.limits();
        self.dependencies.insert(Arc::clone(&shutdown));
        self.dependencies.insert(Arc::clone(&attempts));
        self.dependencies.insert(Arc::new(self.payload_limit));
        let dependencies = Arc::new(std::mem::take(&mut self.dependencies));
        let (mut plans, mut reports) = (Vec::new(), Vec::new());
        for (name, queue) in queues {
            let options = self.options_of(name, queue, limits, &dependencies)?;
            // `worker_options` may have given the SDK more time.
            limits.drain = limits.drain.max(options.graceful_shutdown_period.unwrap_or_default());
            reports.push(QueueReport::new(queue, &options));
            plans.push(Plan { queue: name, options, payload_limit: self.payload_limit });
        }
        let restarts = self.restarts();
        let report = StartupReport::new(&self.client, limits, restarts, reports);
        tracing::info!("{report}");
        let health_address = self.health_address.or_else(|| self.configured.health_address());
        let control = Arc::new(Control::new(shutdown));
        attributes::report_unfit(&self.client, &registry, &control);
        let launch = Launch { plans, limits, restarts, attempts, control, health_address, report };
        Ok(RunningWorkers::start(&self.client, launch).await?)
    }

    /// The SDK's options of the worker of a queue, with everything registered.
    fn options_of(
        &mut self,
        name: &str,
        queue: &Queue,
        limits: Limits,
        dependencies: &Arc<Dependencies>,
    ) -> Result<WorkerOptions, WorkerError> {
        let mut options = WorkerOptions::new(name).graceful_shutdown_period(limits.drain).build();
        self.configured.apply(name, &mut options);
        queue.register(&mut Target::Worker(&mut options, dependencies)).map_err(|error| {
            WorkerError::Create { queue: name.to_owned(), source: error.into() }
        })?;
        let given = (*self.options != ConfiguredOptions::default())
            .then(|| configured::giving(Arc::clone(&self.options)));
        let interceptors = given.into_iter().chain(self.interceptors.clone()).collect();
        options.register_workflow_interceptors(interceptors);
        if let Some((version, behavior)) = &self.version {
            options.deployment_options = version::options(version, *behavior);
        }
        if let Some(adjust) = &self.adjust {
            adjust(&mut options);
        }
        Ok(options)
    }

    fn limits(&self) -> Limits {
        let drain = self.drain_timeout.or(self.configured.drain_timeout());
        let stop = self.stop_timeout.or(self.configured.stop_timeout());
        Limits {
            drain: drain.unwrap_or(DEFAULT_DRAIN_TIMEOUT),
            stop: stop.unwrap_or(DEFAULT_STOP_TIMEOUT),
        }
    }

    fn restarts(&self) -> Restarts {
        let limit = self.max_restarts.or(self.configured.max_restarts());
        let pause = self.restart_interval.or(self.configured.restart_interval());
        Restarts {
            limit: limit.unwrap_or(DEFAULT_MAX_RESTARTS),
            pause: pause.unwrap_or(DEFAULT_RESTART_INTERVAL),
        }
    }

    #[cfg_attr(
        not(feature = "testing"),
        expect(clippy::unused_self, reason = "only tests ask for more")
    )]
    fn registry(&self) -> Result<Registry> {
        #[cfg_attr(not(feature = "testing"), expect(unused_mut, reason = "only tests add to it"))]
        let mut registry = Registry::collect()?;
        #[cfg(feature = "testing")]
        if self.for_test {
            registry.serve_declared();
        }
        Ok(registry)
    }
}
