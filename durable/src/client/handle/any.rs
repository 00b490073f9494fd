//! Workflows that are addressed by id or by the name of their type, without a struct.
//!
//! [`AnyWorkflow`] is their type, so everything that takes a workflow type works for them too.
//! Inputs and outputs are [`Payloads`].

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde_json::Value;
use temporalio_common::{
    HasWorkflowDefinition, QueryDefinition, SignalDefinition, UpdateDefinition, WorkflowDefinition,
};

use crate::client::{
    Client, Payloads, QueryCall, StartCall, UpdateCall, UpdateHandle, WorkflowHandle,
};
use crate::definition::workflow::{Signature, WorkflowFacts};
use crate::definition::{
    Arguments, InvalidInput, Sealed, SignalTarget, SourceLocation, Workflow, WorkflowAnnotation,
    WorkflowEntry,
};

/// The type of workflows whose Rust type the program does not know.
///
/// It has no values. It is used as a type parameter, as in [`StartCall<AnyWorkflow>`](StartCall) and
/// [`WorkflowHandle<AnyWorkflow>`](WorkflowHandle).
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "it has no values")]
pub enum AnyWorkflow {}

/// The input of [`AnyWorkflow`]: the workflow's inputs, the name of its type, and its task queue.
///
/// With it `AnyWorkflow` is a [`BaseWorkflow<AnyInput, Payloads>`](crate::BaseWorkflow), so code
/// that is generic over workflows can also start workflows whose type is known only at run time.
///
/// ```no_run
/// # use durable::prelude::*;
/// use durable::client::{AnyInput, AnyWorkflow};
/// # use serde_json::json;
///
/// # async fn example(client: &Client) -> durable::Result<()> {
/// let order = AnyInput::new("OrderWorkflow", "orders", [json!(7), json!("a@example.com")]);
/// let receipt = AnyWorkflow::execute(client, order).await?;
/// println!("{}", receipt.json()?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AnyInput {
    pub(crate) workflow_type: Cow<'static, str>,
    pub(crate) task_queue: String,
    pub(crate) inputs: Payloads,
}

impl AnyInput {
    /// Creates the input of a workflow of this type, on this task queue.
    pub fn new(
        workflow_type: impl Into<Cow<'static, str>>,
        task_queue: impl Into<String>,
        inputs: impl Into<Payloads>,
    ) -> Self {
        Self {
            workflow_type: workflow_type.into(),
            task_queue: task_queue.into(),
            inputs: inputs.into(),
        }
    }
}

/// Takes any number of inputs.
impl Sealed for Payloads {}

impl Arguments for Payloads {
    type Value = AnyInput;
    type Wire = Self;

    fn wire(value: AnyInput) -> Self {
        value.inputs
    }

    fn from_wire(wire: Self) -> Self {
        wire
    }

    fn into_wire(self) -> Self {
        self
    }
}

impl Client {
    /// Starts a workflow by the name of its type, on a task queue.
    ///
    /// It returns the same [`StartCall`] as a typed workflow, with its options, a signal or update with
    /// the start, and recurring schedules. Options that are not set come from the configuration, as there is
    /// no annotation. The id is a UUID unless it is set. The input is not checked before it is
    /// sent.
    ///
    /// ```no_run
    /// # use durable::prelude::*;
    /// # use serde_json::json;
    /// # async fn example(client: &Client) -> durable::Result<()> {
    /// let order = json!({ "id": "7", "amount": 12.5 });
    /// let order = client.start("OrderWorkflow", "orders", order).id("order-7").await?;
    /// order.signal("approve", json!(true)).await?;
    /// println!("{}", order.result().await?.json()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn start(
        &self,
        workflow_type: impl Into<Cow<'static, str>>,
        task_queue: impl Into<String>,
        input: impl Into<Payloads>,
    ) -> StartCall<AnyWorkflow> {
        let mut start = StartCall::named(self, workflow_type.into(), input.into());
        if start.name().is_empty() {
            start.settings.problems.push("the workflow type is empty".to_owned());
        }
        start.task_queue(task_queue)
    }

    /// Starts a workflow of this program by its entry in the registry. The JSON input is checked
    /// before it is sent.
    ///
    /// It returns the same [`StartCall`] as a typed workflow. The task queue, the options and the id
    /// template are those of the annotation.
    ///
    /// # Errors
    /// [`InvalidInput`] if the input does not fit the workflow's parameters, with the place and the
    /// problem.
    pub fn start_registered(
        &self,
        workflow: &WorkflowEntry,
        input: Vec<Value>,
    ) -> Result<StartCall<AnyWorkflow>, InvalidInput> {
        let id = workflow.workflow_id(&input)?;
        let start = self.start(workflow.name, workflow.queue, input).options((workflow.options)());
        Ok(match id {
            Some(id) => start.id(id),
            None => start,
        })
    }

    /// Returns a handle of the workflow with this id, of any type. It does not call the server.
    #[must_use]
    pub fn workflow(&self, workflow_id: impl Into<String>) -> AnyWorkflowHandle {
        WorkflowHandle::existing(self, workflow_id).into()
    }
}

/// A handle of a workflow whose type the program does not know.
///
/// It dereferences to [`WorkflowHandle`], as generated handles do. Signals, queries and updates are
/// sent by name.
///
/// Inside a workflow the handle, for example of a child, can only send signals.
#[derive(Clone)]
pub struct AnyWorkflowHandle<T = WorkflowHandle<AnyWorkflow>>(T);

impl<T: SignalTarget<AnyWorkflow>> AnyWorkflowHandle<T> {
    /// Sends a signal by its name.
    #[track_caller]
    pub fn signal(
        &self,
        name: impl Into<String>,
        input: impl Into<Payloads>,
    ) -> T::Signal<'_, AnySignal> {
        self.0.signal_with(AnySignal(name.into()), input.into())
    }
}

impl AnyWorkflowHandle {
    /// Sends a query by its name.
    pub fn query(
        &self,
        name: impl Into<String>,
        input: impl Into<Payloads>,
    ) -> QueryCall<AnyQuery> {
        QueryCall::new(&self.0, AnyQuery(name.into()), input.into())
    }

    /// Sends an update by its name.
    pub fn update(
        &self,
        name: impl Into<String>,
        input: impl Into<Payloads>,
    ) -> UpdateCall<AnyUpdate> {
        UpdateCall::new(&self.0, AnyUpdate(name.into()), input.into())
    }

    /// Returns a handle of an update that was sent before, by the update's name and its id. It does
    /// not call the server.
    #[must_use]
    pub fn update_handle(
        &self,
        name: impl Into<String>,
        update_id: impl Into<String>,
    ) -> UpdateHandle<AnyUpdate> {
        UpdateHandle::existing(&self.0, &name.into(), update_id.into())
    }

    /// Returns a handle of one run of the workflow: all calls go to that run only.
    #[must_use]
    pub fn with_run_id(self, run_id: impl Into<String>) -> Self {
        self.0.with_run_id(run_id)
    }
}

impl<T> From<T> for AnyWorkflowHandle<T> {
    fn from(known: T) -> Self {
        Self(known)
    }
}

impl<T> Deref for AnyWorkflowHandle<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for AnyWorkflowHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl WorkflowDefinition for AnyWorkflow {
    type Input = Payloads;
    type Output = Payloads;

    fn name(&self) -> &str {
        match *self {}
    }
}

impl HasWorkflowDefinition for AnyWorkflow {
    type Run = Self;
}

impl Sealed for AnyWorkflow {}

/// The name and the task queue are given with each start.
#[diagnostic::do_not_recommend]
impl WorkflowAnnotation for AnyWorkflow {
    type HandleOf<T> = AnyWorkflowHandle<T>;
    type Methods = Payloads;

    const FACTS: WorkflowFacts = WorkflowFacts {
        name: "",
        queue: "",
        source: SourceLocation::new(file!(), line!(), column!()),
    };
}

#[diagnostic::do_not_recommend]
impl Workflow for AnyWorkflow {
    type Arguments = Payloads;

    const SIGNATURE: Signature = Signature { parameters: &[], output: "Payloads" };
}

/// A signal that is sent by its name.
#[derive(Debug, Clone)]
pub struct AnySignal(String);

impl SignalDefinition for AnySignal {
    type Workflow = AnyWorkflow;
    type Input = Payloads;

    fn name(&self) -> &str {
        &self.0
    }
}

/// A query that is sent by its name.
#[derive(Debug, Clone)]
pub struct AnyQuery(String);

impl QueryDefinition for AnyQuery {
    type Workflow = AnyWorkflow;
    type Input = Payloads;
    type Output = Payloads;

    fn name(&self) -> &str {
        &self.0
    }
}

/// An update that is sent by its name.
#[derive(Debug, Clone)]
pub struct AnyUpdate(String);

impl UpdateDefinition for AnyUpdate {
    type Workflow = AnyWorkflow;
    type Input = Payloads;
    type Output = Payloads;

    fn name(&self) -> &str {
        &self.0
    }
}
