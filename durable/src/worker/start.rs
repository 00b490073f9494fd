//! The start of [`Workers`].

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use temporalio_sdk::WorkerOptions;

use super::control::Control;
use super::id::WorkerId;
use super::limits::Limits;
use super::pool::Workers;
use super::recycle::Recycling;
use super::report::{QueueReport, StartupReport};
use super::running::{Launch, RunningWorkers};
use super::serve::Plan;
use super::settings::ServingSettings;
use super::threads::{Share, distinguish};
use super::tuning::Controllers;
use super::{WorkerError, attributes, version};
use crate::client::Client;
use crate::definition::entry::Target;
use crate::definition::guarded_interceptor::ActivityGuard;
use crate::definition::{Attempts, Dependencies, Queue, WorkerShutdown, configured};
use crate::error::command_sizes::outer_interceptors;
use crate::error::payload_limit::PayloadLimit;
use crate::error::server_limits::WorkerLimits;
use crate::error::{Error, Result};
use crate::instrumentation;
use crate::logs::CallersSubscriber;
use crate::options::ConfiguredOptions;

impl Workers {
    /// Starts the workers, each on a thread of its own, and returns once all of them are created. They
    /// begin to poll as soon as the server has confirmed the namespace.
    ///
    /// # Errors
    /// - [`RegistryError`](crate::definition::RegistryError): the annotations contradict each other.
    /// - [`WorkerError::Misconfigured`]: nothing is linked, a queue is unknown, or a `State<T>` is
    ///   missing; all problems at once.
    /// - [`WorkerError::Disabled`]: the configuration disables serving.
    /// - [`WorkerError::HealthListener`]: the health listener can't listen on its address.
    /// - [`WorkerError::Create`]: the SDK couldn't create a worker.
    pub async fn start(mut self) -> Result<RunningWorkers> {
        let settings = self.enabled()?;
        let registry = self.registry()?;
        for unknown in settings.names.unknown(&registry) {
            // Another program may share the file, so they are no errors.
            tracing::warn!("{unknown}");
        }
        let queues = self.select(&settings, &registry)?;
        if self.version.is_some() {
            self.client.set_versioned();
        }
        let shutdown = Arc::new(WorkerShutdown::default());
        let attempts = Arc::new(Attempts::default());
        self.dependencies.insert(Arc::clone(&shutdown));
        self.dependencies.insert(Arc::clone(&attempts));
        self.dependencies.insert(Arc::new(CallersSubscriber::current()));
        let set = settings.payload_limit.map(|bytes| PayloadLimit::new(bytes as usize));
        let payload_limits = WorkerLimits { set, server: Arc::clone(&self.client.limits) };
        self.dependencies.insert(Arc::new(payload_limits.clone()));
        let dependencies = Arc::new(std::mem::take(&mut self.dependencies));
        let mut planning = Planning {
            workers: &self,
            settings: &settings,
            limits: Limits { drain: settings.drain_timeout, stop: settings.stop_timeout },
            attempts: Arc::clone(&attempts),
            dependencies,
            payload_limits,
            controllers: Controllers::default(),
            plans: Vec::new(),
            reports: Vec::new(),
        };
        for (name, queue) in queues {
            planning.add(name, queue).await?;
        }
        let Planning { limits, plans, reports, .. } = planning;
        let report = StartupReport::new(&self.client, limits, &settings, reports);
        tracing::info!("{report}");
        let control = Arc::new(Control::new(shutdown));
        attributes::report_unfit(&self.client, &registry, &control);
        let launch = Launch {
            plans,
            limits,
            restarts: settings.restarts(),
            stuck: settings.stuck(),
            attempts,
            control,
            backlog_interval: settings.backlog_interval,
            health_address: settings.health_address,
            report,
            for_test: self.for_test,
        };
        Ok(RunningWorkers::start(&self.client, launch).await?)
    }

    /// Completes the SDK's options for the worker of a queue: everything is registered, and adjusted.
    fn complete(
        &self,
        options: &mut WorkerOptions,
        queue: &Queue,
        dependencies: &Arc<Dependencies>,
        begun: &Arc<AtomicU64>,
    ) -> Result<(), WorkerError> {
        queue.register(&mut Target::Worker(options, dependencies)).map_err(|error| {
            WorkerError::Create { queue: options.task_queue.clone(), source: error.into() }
        })?;
        let given = (*self.options != ConfiguredOptions::default())
            .then(|| configured::configured_options_interceptor(Arc::clone(&self.options)));
        options.activity_inbound_interceptor(ActivityGuard { begun: Arc::clone(begun) });
        let traces = instrumentation::add_to(options);
        let interceptors = outer_interceptors().into_iter().chain(traces);
        let interceptors = interceptors.chain(given).chain(self.interceptors.clone()).collect();
        options.register_workflow_interceptors(interceptors);
        if let Some((version, behavior)) = &self.version {
            options.deployment_options = version::options(version, *behavior);
        }
        if let Some(adjust) = &self.adjust {
            adjust(options);
        }
        Ok(())
    }
}

/// The plans of the SDK workers, while they are made.
struct Planning<'a> {
    workers: &'a Workers,
    settings: &'a ServingSettings,
    limits: Limits,
    attempts: Arc<Attempts>,
    dependencies: Arc<Dependencies>,
    payload_limits: WorkerLimits,
    controllers: Controllers,
    plans: Vec<Plan>,
    reports: Vec<QueueReport>,
}

impl Planning<'_> {
    /// Adds the workers of a queue: one for each of its threads.
    async fn add(&mut self, name: &'static str, queue: &Queue) -> Result<()> {
        let mut all = Vec::new();
        for share in Share::of_each(self.settings.of_queue(name)) {
            let id = WorkerId { queue: name, thread: share.thread };
            let mut options =
                WorkerOptions::new(name).graceful_shutdown_period(self.limits.drain).build();
            self.settings.of_queue(name).apply(share, &mut options, &mut self.controllers);
            let begun = Arc::default();
            self.workers.complete(&mut options, queue, &self.dependencies, &begun)?;
            // `worker_options` may have given the SDK more time.
            let drain = options.graceful_shutdown_period;
            self.limits.drain = self.limits.drain.max(drain.unwrap_or_default());
            // Without a period, the SDK cancels nothing.
            let drain = drain.unwrap_or(Duration::MAX);
            let client = self.client(id, &mut options).await?;
            all.push(options.clone());
            let recycling = Recycling {
                limit: self.settings.recycle_after_activities,
                begun,
                attempts: Arc::clone(&self.attempts),
                queue: options.task_queue.clone(),
                drain,
            };
            let payload_limits = self.payload_limits.clone();
            self.plans.push(Plan { id, client, options, payload_limits, recycling });
        }
        self.reports.extend(QueueReport::new(queue, &all));
        Ok(())
    }

    /// Returns the client for a worker. The SDK's client refuses two workers of a queue with the same build
    /// id, so they differ in it. All workers of a deployment version have its build id, so each further
    /// one has a connection of its own.
    async fn client(&self, id: WorkerId, options: &mut WorkerOptions) -> Result<Client> {
        let client = &self.workers.client;
        if id.thread == 0 {
            return Ok(client.clone());
        }
        if !options.deployment_options.use_worker_versioning {
            distinguish(options, id);
            return Ok(client.clone());
        }
        client.with_own_connection().await.map_err(|error: Error| {
            WorkerError::Create { queue: id.queue.to_owned(), source: error.into() }.into()
        })
    }
}
