//! Starting a workflow: a typed builder that is awaited.

mod batch;
pub(crate) mod clock;
mod idempotency;
mod plain_texts;
pub(super) mod request_amender;
pub(super) mod settings;
mod with_start;

pub use batch::start_all;
pub use idempotency::Idempotency;
pub use with_start::{SignalWithStartCall, UpdateWithStartCall};

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

use crate::client::handle::outcome::Operation;
use crate::client::start::settings::{Definition, Settings, StartKind, StartRequest};
use crate::client::{Client, HasHandle, VersionOverride, WorkflowHandle};
use crate::definition::{Payload, ToHandle, ToOutput, Typed, Workflow, caught, debug};
use crate::error::Result;
use crate::options::{RetryOptions, WorkflowOptions, workflow_option_setters};

/// A start that resolves to the workflow's output, as returned by `OrderWorkflow::execute(..)`.
pub type ExecuteCall<W> = StartCall<W, ToOutput>;

/// A builder of a workflow start, as returned by `OrderWorkflow::start(..)`.
///
/// The workflow is started when this is awaited. Options that are set here override the annotation,
/// which overrides the client's configuration; see [`WorkflowOptions`].
///
/// The same builder starts a workflow together with a signal ([`with_signal`](Self::with_signal))
/// or an update ([`with_update`](Self::with_update)), and creates a recurring schedule
/// ([`create_schedule`](Self::create_schedule)). An option that one of these does not support is an
/// [`Error::InvalidOptions`].
///
/// # Errors
/// Awaiting it returns
/// - [`Error::AlreadyStarted`]: a workflow with this id is running, or has ended and its id must
///   not be reused.
/// - [`Error::InvalidOptions`]: the merged options are invalid.
/// - [`Error::WrongType`]: the input cannot be serialized.
/// - [`ConnectionError::Unreachable`], [`ConnectionError::NamespaceNotFound`], [`Error::Rpc`]: the server did not
///   answer, or refused the request.
///
/// and for [`ExecuteCall`] also the errors of [`WorkflowHandle::result`].
///
/// [`Error::AlreadyStarted`]: crate::Error::AlreadyStarted
/// [`Error::InvalidOptions`]: crate::Error::InvalidOptions
/// [`Error::WrongType`]: crate::Error::WrongType
/// [`ConnectionError::Unreachable`]: crate::error::ConnectionError::Unreachable
/// [`ConnectionError::NamespaceNotFound`]: crate::error::ConnectionError::NamespaceNotFound
/// [`Error::Rpc`]: crate::Error::Rpc
#[must_use = "a workflow is started only when this is awaited"]
pub struct StartCall<W: Workflow, R = ToHandle> {
    pub(crate) client: Client,
    name: Cow<'static, str>,
    pub(crate) input: W::Input,
    pub(crate) id: Option<String>,
    pub(crate) settings: Settings,
    resolves_to: PhantomData<fn() -> R>,
}

debug!([W: Workflow, R] StartCall[W, R]: name, id);

impl<W: Workflow, R> StartCall<W, R> {
    /// Creates a start with the annotation's options.
    pub(crate) fn new(client: &Client, input: W::Input) -> Self {
        Self::named(client, Cow::Borrowed(W::NAME), input)
    }

    /// Creates a start of the workflow type with this name.
    pub(crate) fn named(client: &Client, name: Cow<'static, str>, input: W::Input) -> Self {
        Self {
            client: client.clone(),
            name,
            input,
            id: None,
            settings: Settings::default(),
            resolves_to: PhantomData,
        }
    }

    /// Returns the same start, which resolves to another value.
    pub(crate) fn resolving<T>(self) -> StartCall<W, T> {
        let Self { client, name, input, id, settings, .. } = self;
        StartCall { client, name, input, id, settings, resolves_to: PhantomData }
    }

    /// Sets the workflow's id. Defaults to the annotation's template, or else to a UUID.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets several options at once. Options that are not set in `options` stay unchanged.
    pub fn options(mut self, options: WorkflowOptions) -> Self {
        self.settings.options = options.or(self.settings.options);
        self
    }

    workflow_option_setters!();

    /// Sets the behavior if the workflow id is already used. Defaults to
    /// [`Idempotency::AllowDuplicate`]. [`id_reuse_policy`](Self::id_reuse_policy) and
    /// [`id_conflict_policy`](Self::id_conflict_policy) override it.
    pub fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.settings.idempotency = Some(idempotency);
        self
    }

    /// Sets the policy for the id of a workflow that has ended. By default the id can be reused.
    pub fn id_reuse_policy(mut self, policy: WorkflowIdReusePolicy) -> Self {
        self.settings.id_reuse_policy = policy;
        self
    }

    /// Sets the policy for the id of a running workflow. By default the start fails.
    pub fn id_conflict_policy(mut self, policy: WorkflowIdConflictPolicy) -> Self {
        self.settings.id_conflict_policy = policy;
        self
    }

    /// Runs the workflow repeatedly, at the times of a cron expression.
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

    /// Attaches a value that workflows can be searched by. The attribute must exist on the server.
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

    /// Runs the workflow on this version of a deployment, regardless of the current one. By default
    /// the server chooses the version.
    pub fn version_override(mut self, version: VersionOverride) -> Self {
        self.settings.version = Some(version);
        self
    }

    /// Limits the time that the server may take to answer the start, retries included. Defaults to
    /// the [client's limit](Client::with_call_timeout), or else to the SDK's. It limits neither the
    /// workflow nor the wait for its output.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.settings.call_timeout = Some(timeout);
        self
    }

    /// Attaches a header, which interceptors of the worker can read.
    pub fn header(mut self, name: impl Into<String>, payload: RawPayload) -> Self {
        self.settings.headers.insert(name.into(), payload);
        self
    }

    /// Sets whether a worker of this process may get the first task with the server's answer, which
    /// saves a round trip. Defaults to true. It is always false if the workers of this client have
    /// a deployment version. See [Temporal's eager
    /// start](https://docs.temporal.io/develop/advanced-start-options).
    pub fn eager(mut self, eager: bool) -> Self {
        self.settings.eager = Some(eager);
        self
    }

    /// Delays the first task of the workflow by this time.
    pub fn start_delay(mut self, delay: Duration) -> Self {
        self.settings.delay = Some(delay);
        self
    }

    /// Makes the start idempotent: the server answers a second start with the same request id and
    /// workflow id like the first. Defaults to a new id for each start.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.settings.request_id = Some(id.into());
        self
    }
}

impl<W: Workflow, R> StartCall<W, R> {
    /// Returns the name of the workflow's type on the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the id that is set, or else the template's, or else a UUID. Later calls return the
    /// same id.
    pub(crate) fn resolve_id(&mut self) -> String {
        let id = self.id.take().or_else(|| self.template_id());
        let id = id.unwrap_or_else(crate::id::unique);
        self.id.insert(id).clone()
    }

    /// Sets the id unless it is set or comes from the template.
    pub(crate) fn set_default_id(&mut self, id: &str) {
        if self.id.is_none() && self.template_id().is_none() {
            self.id = Some(id.to_owned());
        }
    }

    /// Returns the id that the annotation's template gives. A panic of it is a problem of the start.
    fn template_id(&mut self) -> Option<String> {
        caught(|| W::workflow_id(&self.input)).unwrap_or_else(|message| {
            self.settings.problems.push(format!("the id template panicked: {message}"));
            None
        })
    }

    /// Returns the checked parts of the request.
    pub(crate) fn prepare(mut self, kind: StartKind) -> Result<Prepared<W>> {
        let id = self.resolve_id();
        let configured = self.client.configured_options().of_workflow(&self.name);
        let options = W::options();
        let definition =
            Definition { name: self.name.clone(), queue: W::QUEUE, options, configured };
        if !self.client.may_start_eagerly() {
            self.settings.eager = Some(false);
        }
        let request = self.settings.request(&id, definition, kind)?;
        let workflow = Typed::named(self.name);
        Ok(Prepared { client: self.client, workflow, input: self.input, id, request })
    }
}

/// A start that is ready to be sent.
pub(crate) struct Prepared<W: Workflow> {
    pub(crate) client: Client,
    pub(crate) workflow: Typed<W>,
    pub(crate) input: W::Input,
    pub(crate) id: String,
    pub(crate) request: StartRequest,
}

impl<W, R> StartCall<W, R>
where
    W: Workflow,
    W::Input: Payload,
{
    async fn send(self) -> Result<WorkflowHandle<W>> {
        let limit = self.settings.call_timeout;
        let Prepared { client, workflow, input, id, request } = self.prepare(StartKind::Start)?;
        let timeouts = request.timeouts;
        let operation = Operation { client: &client, workflow_id: &id, verb: "start" };
        let starting = async {
            let sdk = request.client(&client).await?;
            let started = sdk.start_workflow(workflow, input, request.options).await;
            started.map_err(|error| operation.start(error))
        };
        let started = operation.within(limit, starting).await?;
        let info = started.info();
        let handle =
            WorkflowHandle::new(&client, info.workflow_id.clone(), info.run_id.clone(), true);
        Ok(handle.with_timeouts(timeouts))
    }

    /// Returns the encoded request of this start, for a recurring schedule.
    pub(crate) async fn encoded(self) -> Result<StartWorkflowExecutionRequest> {
        let Prepared { client, workflow, input, id, request } =
            self.prepare(StartKind::Schedule)?;
        let captured = request_amender::capturing(client.sdk()).await;
        let captured = captured.map_err(|error| client.unreachable(error))?;
        let started = captured.client.start_workflow(workflow, input, request.options).await;
        let operation = Operation { client: &client, workflow_id: &id, verb: "schedule" };
        started.map_err(|error| operation.start(error))?;
        let mut request = captured.request().unwrap_or_default();
        if client.has_codec {
            let converter = &client.sdk().options().data_converter;
            let encoded = plain_texts::encode_start(&mut request, converter).await;
            encoded.map_err(|status| operation.start(status.into()))?;
        }
        Ok(request)
    }
}

impl<W> IntoFuture for StartCall<W, ToHandle>
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

impl<W> IntoFuture for StartCall<W, ToOutput>
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
