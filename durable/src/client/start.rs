//! Starting a workflow: a typed builder that is awaited.

use std::borrow::Cow;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_client::{WorkflowIdConflictPolicy, WorkflowIdReusePolicy};
use temporalio_common::data_converters::TemporalSerializable;
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;
use temporalio_common::protos::temporal::api::workflowservice::v1::StartWorkflowExecutionRequest;
use temporalio_common::search_attributes::{SearchAttributeKey, SearchAttributeValue};
use temporalio_common::{MemoValues, Priority};

use super::outcome::Doing;
use super::relay;
use super::settings::{Carrier, Definition, Settings, StartRequest};
use super::{Client, HasHandle, Idempotency, VersionOverride, WorkflowHandle};
use crate::definition::{Payload, Typed, Workflow};
use crate::error::Result;
use crate::options::{RetryOptions, WorkflowOptions, workflow_option_setters};

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
/// the annotation, which beats the client's configuration; see [`WorkflowOptions`].
///
/// The same builder, with the same options, starts a workflow together with a signal
/// ([`with_signal`](Self::with_signal)) or an update ([`with_update`](Self::with_update)), and says
/// what a schedule starts ([`create_schedule`](Self::create_schedule)). An option that one of these
/// cannot carry is an [`Error::InvalidOptions`].
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
    pub(super) client: Client,
    name: Cow<'static, str>,
    pub(super) input: W::Input,
    pub(super) id: Option<String>,
    pub(super) settings: Settings,
    resolves_to: PhantomData<fn() -> R>,
}

impl<W: Workflow, R> Start<W, R> {
    /// A start with the annotation's options; made by generated code.
    pub fn new(client: &Client, input: W::Input) -> Self {
        Self::named(client, Cow::Borrowed(W::NAME), input)
    }

    /// A start of the workflow type of this name.
    pub(super) fn named(client: &Client, name: Cow<'static, str>, input: W::Input) -> Self {
        Self {
            client: client.clone(),
            name,
            input,
            id: None,
            settings: Settings::default(),
            resolves_to: PhantomData,
        }
    }

    /// The same start, which resolves to something else.
    pub(crate) fn resolving<T>(self) -> Start<W, T> {
        let Self { client, name, input, id, settings, .. } = self;
        Start { client, name, input, id, settings, resolves_to: PhantomData }
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

    workflow_option_setters!();

    /// What happens when the workflow id is taken, by a name for each sensible answer; without it
    /// as with [`Idempotency::AllowDuplicate`]. The two policies below beat it.
    pub fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.settings.idempotency = Some(idempotency);
        self
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
        match key.try_value_set(value) {
            Ok(update) => self.settings.search_attributes.apply(update),
            Err(error) => {
                let problem = format!("the search attribute `{}`: {error}", key.name());
                self.settings.problems.push(problem);
            }
        }
        self
    }

    /// Runs the workflow on this version of a deployment, whatever the current one is; without it on
    /// the version that the server routes it to.
    pub fn version_override(mut self, version: VersionOverride) -> Self {
        self.settings.version = Some(version);
        self
    }

    /// Limits how long the server may take to answer the start, retries included; without it the
    /// [client's limit](Client::with_call_timeout), or else none beside the SDK's. It does not limit
    /// the workflow, nor the wait for its output.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.settings.call_timeout = Some(timeout);
        self
    }

    /// Attaches a header, which interceptors on the worker's side can read.
    pub fn header(mut self, name: impl Into<String>, payload: RawPayload) -> Self {
        self.settings.headers.insert(name.into(), payload);
        self
    }

    /// Whether a worker of this process and queue may get the first task with the server's answer,
    /// which saves a round trip; by default it may, unless the workers of this client are a version of
    /// a deployment, for which it never may. See
    /// [Temporal's eager start](https://docs.temporal.io/develop/advanced-start-options).
    pub fn eager(mut self, eager: bool) -> Self {
        self.settings.eager = Some(eager);
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

impl<W: Workflow, R> Start<W, R> {
    /// The name of the workflow's type on the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id that is set, or else the template's, or else a UUID; asked again it is the same.
    pub(super) fn resolve_id(&mut self) -> String {
        let id = self.id.take().or_else(|| W::workflow_id(&self.input));
        let id = id.unwrap_or_else(crate::id::unique);
        self.id.insert(id).clone()
    }

    /// Sets an id for a start that would have a UUID.
    pub(super) fn id_unless_given(&mut self, id: &str) {
        if self.id.is_none() && W::workflow_id(&self.input).is_none() {
            self.id = Some(id.to_owned());
        }
    }

    /// Everything that a request needs: workflow, input, id and the checked options.
    pub(super) fn prepare(mut self, carrier: Carrier) -> Result<Prepared<W>> {
        let id = self.resolve_id();
        let configured = self.client.configured_options().of_workflow(&self.name);
        let options = W::options();
        let definition =
            Definition { name: self.name.clone(), queue: W::QUEUE, options, configured };
        if !self.client.may_start_eagerly() {
            self.settings.eager = Some(false);
        }
        let request = self.settings.request(&id, definition, carrier)?;
        let workflow = Typed::named(self.name);
        Ok(Prepared { client: self.client, workflow, input: self.input, id, request })
    }
}

/// A start that is ready to be sent.
pub(super) struct Prepared<W: Workflow> {
    pub(super) client: Client,
    pub(super) workflow: Typed<W>,
    pub(super) input: W::Input,
    pub(super) id: String,
    pub(super) request: StartRequest,
}

impl<W, R> Start<W, R>
where
    W: Workflow,
    W::Input: Payload,
{
    async fn send(self) -> Result<WorkflowHandle<W>> {
        let limit = self.settings.call_timeout;
        let Prepared { client, workflow, input, id, request } = self.prepare(Carrier::Start)?;
        let timeouts = request.timeouts;
        let doing = Doing { client: &client, workflow_id: &id, operation: "start" };
        let starting = async {
            let sdk = request.client(&client).await?;
            let started = sdk.start_workflow(workflow, input, request.options).await;
            started.map_err(|error| doing.start(error))
        };
        let started = doing.within(limit, starting).await?;
        let info = started.info();
        let handle =
            WorkflowHandle::new(&client, info.workflow_id.clone(), info.run_id.clone(), true);
        Ok(handle.with_timeouts(timeouts))
    }

    /// The request of this start, encoded as it would be sent, for a schedule to hold.
    pub(super) async fn encoded(self) -> Result<StartWorkflowExecutionRequest> {
        let Prepared { client, workflow, input, id, request } = self.prepare(Carrier::Schedule)?;
        let captured = relay::capturing(client.sdk()).await;
        let captured = captured.map_err(|error| client.unreachable(error))?;
        let started = captured.client.start_workflow(workflow, input, request.options).await;
        let doing = Doing { client: &client, workflow_id: &id, operation: "schedule" };
        started.map_err(|error| doing.start(error))?;
        Ok(captured.request().unwrap_or_default())
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
