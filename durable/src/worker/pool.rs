//! Which queues are served, with what, and the checks before any of it runs.

use std::sync::Arc;
use std::time::Duration;

use temporalio_sdk::WorkerOptions;
use temporalio_sdk::workflow_interceptors::WorkflowInterceptorConstructor;

use super::configured::Configured;
use super::running::{Plan, RunningWorkers};
use super::stop::stop_signal;
use super::{DeploymentVersion, VersioningBehavior, WorkerError, WorkerProblem};
use crate::client::Client;
use crate::definition::entry::Target;
use crate::definition::{Dependencies, Queue, Registry, WorkerShutdown, configured};
use crate::error::Result;
use crate::error::payload_limit::PayloadLimit;
use crate::options::ConfiguredOptions;

const DEFAULT_DRAIN_TIMEOUT: Duration = Duration::from_secs(600);

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
    client: Client,
    queues: Option<Vec<String>>,
    dependencies: Dependencies,
    drain_timeout: Option<Duration>,
    payload_limit: PayloadLimit,
    version: Option<(DeploymentVersion, VersioningBehavior)>,
    adjust: Option<Adjust>,
    interceptors: Vec<WorkflowInterceptorConstructor>,
    /// Whether activities whose `State<T>` nobody gave are refused at the start, and not at the call.
    for_test: bool,
    options: Arc<ConfiguredOptions>,
    configured: Configured,
}

impl Workers {
    /// Workers for every queue of this program, with the configuration of the client if it has one.
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            queues: None,
            dependencies: Dependencies::default(),
            drain_timeout: None,
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

    /// Runs the workers until Ctrl-C or SIGTERM, and then until what is in flight has ended.
    ///
    /// # Errors
    /// Those of [`start`](Self::start), and [`WorkerError`] when a worker ends by itself, does not
    /// stop, or a second signal ends the drain.
    pub async fn run(self) -> Result<()> {
        let mut running = self.start().await?;
        tokio::select! {
            signal = stop_signal() => tracing::info!(signal, "stopping; draining the workers"),
            ended = running.ended() => return ended.map_err(Into::into),
        }
        tokio::select! {
            signal = stop_signal() => {
                tracing::warn!(signal, "second signal; not draining any longer");
                Err(WorkerError::Interrupted.into())
            }
            stopped = running.shutdown() => stopped,
        }
    }

    /// Starts the workers, each on a thread of its own, and returns once all of them are made; they
    /// begin to poll as soon as the server has confirmed the namespace.
    ///
    /// # Errors
    /// - [`Error::Registry`](crate::Error::Registry): the annotations contradict each other.
    /// - [`WorkerError::Misconfigured`]: nothing is linked, a queue is unknown, or a `State<T>` is
    ///   missing; all problems at once.
    /// - [`WorkerError::Disabled`]: the configuration says to serve nothing.
    /// - [`WorkerError::Create`]: the SDK could not make a worker.
    pub async fn start(mut self) -> Result<RunningWorkers> {
        if !self.configured.serves() {
            return Err(WorkerError::Disabled.into());
        }
        let registry = self.registry()?;
        self.configured.warn_of_unknown_names(&registry);
        let drain_timeout =
            self.drain_timeout.or(self.configured.drain_timeout()).unwrap_or(DEFAULT_DRAIN_TIMEOUT);
        let queues = self.select(&registry)?;
        if self.version.is_some() {
            self.client.serves_a_version();
        }
        let shutdown = Arc::new(WorkerShutdown::default());
        self.dependencies.insert(Arc::clone(&shutdown));
        self.dependencies.insert(Arc::new(self.payload_limit));
        let dependencies = Arc::new(self.dependencies);
        let mut plans = Vec::new();
        for (name, queue) in queues {
            let mut options =
                WorkerOptions::new(name).graceful_shutdown_period(drain_timeout).build();
            self.configured.apply(name, &mut options);
            queue.register(&mut Target::Worker(&mut options, &dependencies)).map_err(|error| {
                WorkerError::Create { queue: name.to_owned(), source: error.into() }
            })?;
            let given = (*self.options != ConfiguredOptions::default())
                .then(|| configured::giving(Arc::clone(&self.options)));
            let interceptors = given.into_iter().chain(self.interceptors.clone()).collect();
            options.register_workflow_interceptors(interceptors);
            if let Some((version, behavior)) = &self.version {
                options.deployment_options = version.options(*behavior);
            }
            if let Some(adjust) = &self.adjust {
                adjust(&mut options);
            }
            report(name, queue);
            plans.push(Plan { queue: name, options, payload_limit: self.payload_limit });
        }
        Ok(RunningWorkers::start(&self.client, plans, drain_timeout, shutdown).await?)
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

    /// The queues to serve, or every reason why that is not possible.
    fn select<'a>(
        &self,
        registry: &'a Registry,
    ) -> Result<Vec<(&'static str, &'a Queue)>, WorkerError> {
        let mut problems = Vec::new();
        if registry.is_empty() {
            problems.push(WorkerProblem::NothingLinked);
        }
        problems.extend(self.version.as_ref().and_then(|(version, _)| version.problem()));
        let asked = self.queues.as_deref();
        for queue in asked.unwrap_or_default() {
            if !registry.is_empty() && registry.queue(queue).is_none() {
                let known = registry.queues().map(|(name, _)| name).collect();
                problems.push(WorkerProblem::UnknownQueue { queue: queue.clone(), known });
            }
        }
        let is_selected = |name: &str| match asked {
            Some(asked) => asked.iter().any(|queue| queue == name),
            None => self.configured.is_enabled(name),
        };
        let selected: Vec<_> = registry.queues().filter(|(name, _)| is_selected(name)).collect();
        if selected.is_empty() && problems.is_empty() {
            let queues = registry.queues().map(|(name, _)| name).collect();
            problems.push(WorkerProblem::NoQueueEnabled { queues });
        }
        // What is only declared here is called from here.
        for (_, queue) in selected.iter().copied().chain(registry.declared()) {
            self.check_options(queue, &mut problems);
        }
        for activity in selected.iter().flat_map(|(_, queue)| queue.activities()) {
            for dependency in &activity.dependencies {
                if !self.for_test && !self.dependencies.has(dependency) {
                    problems.push(WorkerProblem::MissingState {
                        activity: activity.name,
                        source: activity.source,
                        type_name: dependency.type_name(),
                    });
                }
            }
        }
        if problems.is_empty() {
            Ok(selected)
        } else {
            Err(WorkerError::Misconfigured { problems })
        }
    }

    /// The annotations were checked by themselves; here they are with what is configured.
    fn check_options(&self, queue: &Queue, problems: &mut Vec<WorkerProblem>) {
        let workflows = queue
            .workflows()
            .iter()
            .map(|entry| ("workflow", entry.name, entry.source, (entry.check)(&self.options)));
        let activities = queue
            .activities()
            .iter()
            .map(|entry| ("activity", entry.name, entry.source, (entry.check)(&self.options)));
        for (kind, name, source, checked) in workflows.chain(activities) {
            if let Err(error) = checked {
                problems.push(WorkerProblem::InvalidOptions { kind, name, source, error });
            }
        }
    }
}

fn report(name: &str, queue: &Queue) {
    let workflows: Vec<_> = queue.workflows().iter().map(|entry| entry.name).collect();
    let activities: Vec<_> = queue.activities().iter().map(|entry| entry.name).collect();
    tracing::info!(queue = name, ?workflows, ?activities, "serving");
}
