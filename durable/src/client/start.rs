//! Starting a workflow: a typed builder that is awaited.

use std::future::IntoFuture;
use std::marker::PhantomData;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_client::{WorkflowIdConflictPolicy, WorkflowIdReusePolicy};
use temporalio_common::data_converters::TemporalSerializable;
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;
use temporalio_common::search_attributes::{SearchAttributeKey, SearchAttributeValue};
use temporalio_common::{MemoValues, Priority};

use super::outcome::Doing;
use super::settings::{Definition, Request, Settings};
use super::{Client, HasHandle, WorkflowHandle};
use crate::definition::{Payload, Typed, Workflow};
use crate::error::Result;
use crate::options::{RetryOptions, WorkflowOptions};

/// The start of a workflow that resolves to its handle, once awaited.
#[derive(Debug)]
#[non_exhaustive]
pub struct AsHandle;

/// The start of a workflow that resolves to its output, once awaited.
#[derive(Debug)]
#[non_exhaustive]
pub struct AsOutput;

/// What `OrderWorkflow::execute(..)` returns: a start that resolves to the workflow's output.
pub type Execute<W> = Start<W, AsOutput>;

/// The start of a workflow; what `OrderWorkflow::start(..)` and `schedule(..)` return.
///
/// Nothing is sent before it is awaited; until then its options can be set. What is set here beats
/// the annotation, which beats the client's configuration, which beats the built-in values of
/// [`WorkflowOptions`].
///
/// # Errors
/// Awaiting it gives
/// - [`Error::AlreadyStarted`]: a workflow of this id runs, or ran and its id may not be used again.
/// - [`Error::InvalidOptions`]: options that cannot be, once merged.
/// - [`Error::WrongType`]: the input could not be serialized.
/// - [`Error::Unreachable`], [`Error::NamespaceNotFound`], [`Error::Rpc`]: the server did not answer,
///   or refused.
///
/// and for [`Execute`] also the errors of [`WorkflowHandle::result`].
///
/// [`Error::AlreadyStarted`]: crate::Error::AlreadyStarted
/// [`Error::InvalidOptions`]: crate::Error::InvalidOptions
/// [`Error::WrongType`]: crate::Error::WrongType
/// [`Error::Unreachable`]: crate::Error::Unreachable
/// [`Error::NamespaceNotFound`]: crate::Error::NamespaceNotFound
/// [`Error::Rpc`]: crate::Error::Rpc
#[must_use = "a workflow is started only when this is awaited"]
pub struct Start<W: Workflow, R = AsHandle> {
    client: Client,
    input: W::Input,
    id: Option<String>,
    settings: Settings,
    resolves_to: PhantomData<fn() -> R>,
}

impl<W: Workflow, R> Start<W, R> {
    /// A start with the annotation's options; made by generated code.
    pub fn new(client: &Client, input: W::Input) -> Self {
        Self {
            client: client.clone(),
            input,
            id: None,
            settings: Settings::default(),
            resolves_to: PhantomData,
        }
    }

    /// The workflow's id; without it the annotation's template, or else a UUID.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets several options at once; what they leave out stays as it is.
    pub fn options(mut self, options: WorkflowOptions) -> Self {
        self.settings.options = options.or(self.settings.options);
        self
    }

    /// The longest that the workflow may take, retries and continued runs included; zero lifts it.
    pub fn execution_timeout(self, timeout: Duration) -> Self {
        self.options(WorkflowOptions::default().execution_timeout(timeout))
    }

    /// The longest that one run may take; zero lifts it.
    pub fn run_timeout(self, timeout: Duration) -> Self {
        self.options(WorkflowOptions::default().run_timeout(timeout))
    }

    /// The longest that a worker may take for one workflow task.
    pub fn task_timeout(self, timeout: Duration) -> Self {
        self.options(WorkflowOptions::default().task_timeout(timeout))
    }

    /// How often and how fast a failed workflow is run again; merges field by field.
    pub fn retry(self, retry: RetryOptions) -> Self {
        self.options(WorkflowOptions::default().retry(retry))
    }

    /// Another queue than that of the annotation.
    pub fn task_queue(self, queue: impl Into<String>) -> Self {
        self.options(WorkflowOptions::default().task_queue(queue))
    }

    /// Priority and fairness among the tasks of the queue.
    pub fn priority(self, priority: Priority) -> Self {
        self.options(WorkflowOptions::default().priority(priority))
    }

    /// A line that the web UI shows with the workflow.
    pub fn summary(self, summary: impl Into<String>) -> Self {
        self.options(WorkflowOptions::default().summary(summary))
    }

    /// Several lines that the web UI shows with the workflow.
    pub fn details(self, details: impl Into<String>) -> Self {
        self.options(WorkflowOptions::default().details(details))
    }

    /// Whether the id of an ended workflow may be used again; by default it may.
    pub fn id_reuse_policy(mut self, policy: WorkflowIdReusePolicy) -> Self {
        self.settings.id_reuse_policy = policy;
        self
    }

    /// What happens when a workflow of this id runs; by default the start fails.
    pub fn id_conflict_policy(mut self, policy: WorkflowIdConflictPolicy) -> Self {
        self.settings.id_conflict_policy = policy;
        self
    }

    /// Runs the workflow again and again, by a cron expression.
    pub fn cron_schedule(mut self, cron: impl Into<String>) -> Self {
        self.settings.cron_schedule = Some(cron.into());
        self
    }

    /// Attaches a value that can be read, but not searched by.
    pub fn memo<T>(mut self, key: impl Into<String>, value: T) -> Self
    where
        T: TemporalSerializable + Send + Sync + 'static,
    {
        self.settings.memo.get_or_insert_with(MemoValues::new).insert(key, value);
        self
    }

    /// Attaches a value that workflows can be searched by; the server must know the attribute.
    pub fn search_attribute<T: SearchAttributeValue>(
        mut self,
        key: &SearchAttributeKey<T>,
        value: T,
    ) -> Self {
        self.settings.search_attributes.apply(key.value_set(value));
        self
    }

    /// Attaches a header, which interceptors on the worker's side can read.
    pub fn header(mut self, name: impl Into<String>, payload: RawPayload) -> Self {
        self.settings.headers.insert(name.into(), payload);
        self
    }

    /// Whether a worker of this process and queue may get the first task with the server's answer,
    /// which saves a round trip; by default it may. See
    /// [Temporal's eager start](https://docs.temporal.io/develop/advanced-start-options).
    pub fn eager(mut self, eager: bool) -> Self {
        self.settings.eager = eager;
        self
    }

    /// How long the server waits before it gives the first task to a worker.
    pub fn start_delay(mut self, delay: Duration) -> Self {
        self.settings.delay = Some(delay);
        self
    }

    /// Makes the start idempotent: the server answers a second start of the same request id and
    /// workflow id like the first. Without it each start has its own.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.settings.request_id = Some(id.into());
        self
    }
}

impl<W, R> Start<W, R>
where
    W: Workflow,
    W::Input: Payload,
{
    async fn send(self) -> Result<WorkflowHandle<W>> {
        let id = self.id.or_else(|| W::workflow_id(&self.input)).unwrap_or_else(crate::id::unique);
        let definition = Definition { name: W::NAME, queue: W::QUEUE, options: W::options() };
        let Request { sdk, options } = self.settings.request(&self.client, &id, definition).await?;
        let started = sdk.start_workflow(Typed::<W>::new(), self.input, options).await;
        let doing = Doing { client: &self.client, workflow_id: &id, operation: "start" };
        let started = started.map_err(|error| doing.start(error))?;
        let info = started.info();
        Ok(WorkflowHandle::new(&self.client, info.workflow_id.clone(), info.run_id.clone(), true))
    }
}

impl<W> IntoFuture for Start<W, AsHandle>
where
    W: HasHandle,
    W::Input: Payload,
{
    type Output = Result<W::Handle>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move { self.send().await.map(Into::into) }.boxed()
    }
}

impl<W> IntoFuture for Start<W, AsOutput>
where
    W: HasHandle,
    W::Input: Payload,
    W::Output: Send,
{
    type Output = Result<W::Output>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let mut start = self;
        start.settings.awaited = true;
        async move { start.send().await?.output().await }.boxed()
    }
}
