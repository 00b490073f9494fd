//! Mocks of workflows, usually of children.
//!
//! A mocked workflow is started for real: the server and the parent see a workflow of that type, on
//! its queue, with its id. Only its code is replaced. The mock runs as a local activity, so that a
//! replay of the workflow finds the answer in its history. A mock that hangs runs as an ordinary
//! activity, because a local one would keep the workflow task open and block cancellations.

use std::any::Any;
use std::sync::Arc;

use futures_util::future::{BoxFuture, ready};
use futures_util::{FutureExt as _, TryFutureExt as _};
use serde::{Deserialize, Serialize};
use temporalio_common::ActivityDefinition;
use temporalio_common::data_converters::{
    GenericPayloadConverter as _, RawValue, TemporalSerializable,
};
use temporalio_common::error::ApplicationFailure;
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;
use temporalio_sdk::activities::{
    ActivityContext, ActivityDefinitions, ActivityError as SdkActivityError, ActivityImplementer,
    ExecutableActivity,
};
use temporalio_sdk::workflow_interceptors::{ExecuteWorkflowInput, InitializeWorkflowInput};

use super::activity::hang;
use super::behaviour::{Answer, Mock, Rules};
use super::calls::{Calls, record, replayed, with_context};
use super::{Installed, Mocks};
use crate::activity::ActivityError;
use crate::definition::arguments::Decoded;
use crate::definition::{Arguments as _, Payload, Workflow};
use crate::testing::lock;

/// A mock of some workflow.
pub(super) trait AnyWorkflowMock: Send + Sync {
    /// Returns the payloads of a workflow's input, or `None` if it is not given here or did not decode.
    fn input(&self, input: Input<'_>) -> Option<Vec<RawPayload>>;

    /// True if it does not answer until the workflow is cancelled.
    fn hangs(&self) -> bool;

    /// The function that answers.
    fn call(
        &self,
        rules: &Rules,
        context: ActivityContext,
        input: Vec<RawPayload>,
    ) -> BoxFuture<'static, Result<RawValue, ActivityError>>;
}

struct WorkflowMock<W: Workflow> {
    answer: Answer<W::Arguments, W::Output>,
}

/// The mock of one run, as the workers of a test use it.
pub(in crate::testing) struct RunMock {
    pub(in crate::testing) hangs: bool,
    mock: Arc<dyn AnyWorkflowMock>,
}

/// The input of a workflow, which the SDK gives either to `#[init]` or to `#[run]`.
#[derive(Clone, Copy)]
pub(in crate::testing) enum Input<'a> {
    Init(&'a InitializeWorkflowInput),
    Run(&'a ExecuteWorkflowInput),
}

impl<'a> Input<'a> {
    fn get<T: Any>(self) -> Option<&'a T> {
        match self {
            Self::Init(input) => input.input_ref(),
            Self::Run(input) => input.input_ref(),
        }
    }
}

impl RunMock {
    /// Returns the call of the mock, with the workflow's input.
    pub(in crate::testing) fn call(
        &self,
        workflow_type: &str,
        input: Input<'_>,
    ) -> Option<MockedRun> {
        let payloads = self.mock.input(input)?;
        Some(MockedRun { workflow_type: workflow_type.to_owned(), payloads: encode(&payloads) })
    }
}

impl Mocks {
    /// Returns a mock of a workflow.
    pub(in crate::testing) fn mock_workflow<W>(self: &Arc<Self>) -> Mock<W::Arguments, W::Output>
    where
        W: Workflow,
        W::Input: Payload,
        W::Output: Send,
    {
        let mocks = Arc::clone(self);
        let calls =
            Calls::new(|payloads| replayed::<W::Input>(payloads).map(W::Arguments::from_wire));
        Mock::new(calls, move |rules, answer| {
            let mock = Arc::new(WorkflowMock::<W> { answer });
            let installed = Installed { name: W::NAME, rules: Arc::new(rules), mock: mock as _ };
            lock(&mocks.workflows).insert(W::NAME, installed);
        })
    }

    /// The mock of a workflow type, or `None` where it runs for real.
    pub(in crate::testing) fn run_mock(&self, workflow_type: &str) -> Option<RunMock> {
        let Installed { mock, .. } = self.workflow(workflow_type)?;
        Some(RunMock { hangs: mock.hangs(), mock })
    }
}

impl<W> AnyWorkflowMock for WorkflowMock<W>
where
    W: Workflow,
    W::Input: Payload,
    W::Output: Send,
{
    fn input(&self, input: Input<'_>) -> Option<Vec<RawPayload>> {
        let Decoded(input) = input.get::<Decoded<W::Input>>()?;
        input.as_ref().ok().map(record)
    }

    fn hangs(&self) -> bool {
        matches!(self.answer, Answer::Hang)
    }

    fn call(
        &self,
        rules: &Rules,
        context: ActivityContext,
        input: Vec<RawPayload>,
    ) -> BoxFuture<'static, Result<RawValue, ActivityError>> {
        if let Err(failure) = rules.called(input.clone()) {
            return ready(Err(failure)).boxed();
        }
        match &self.answer {
            Answer::Function(function) => match replayed::<W::Input>(input) {
                Some(input) => {
                    let output = function(W::Arguments::from_wire(input));
                    output.map(|output| value(&output?)).boxed()
                }
                None => ready(Err(failure("the input does not decode a second time"))).boxed(),
            },
            Answer::Hang => hang(context).boxed(),
            Answer::Panic(message) => ready(Err(failure(&format!("panicked: {message}")))).boxed(),
        }
    }
}

fn value<T: TemporalSerializable + 'static>(output: &T) -> Result<RawValue, ActivityError> {
    let payloads = with_context(|context| context.converter.to_payloads(context, output));
    payloads.map(RawValue::new).map_err(|error| failure(&error.to_string()))
}

fn failure(message: &str) -> ActivityError {
    ActivityError::application(ApplicationFailure::non_retryable(format!("mock: {message}")))
}

/// A call of the mock of a workflow, as its history has it.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::testing) struct MockedRun {
    workflow_type: String,
    /// The payloads of its input, each in its protobuf form.
    payloads: Vec<Vec<u8>>,
}

fn encode(payloads: &[RawPayload]) -> Vec<Vec<u8>> {
    payloads.iter().map(prost::Message::encode_to_vec).collect()
}

fn decode(payloads: &[Vec<u8>]) -> Option<Vec<RawPayload>> {
    let payloads = payloads.iter().map(|payload| prost::Message::decode(payload.as_slice()));
    payloads.collect::<Result<_, _>>().ok()
}

/// The activity that is the code of every mocked workflow.
pub(in crate::testing) struct MockActivity;

impl ActivityDefinition for MockActivity {
    type Input = MockedRun;
    type Output = RawValue;

    fn name(&self) -> &'static str {
        "durable.testing.mock"
    }
}

impl ActivityImplementer for Mocks {
    fn register_all(self: Arc<Self>, _: &mut ActivityDefinitions) {}
}

impl ExecutableActivity for MockActivity {
    type Implementer = Mocks;
    const REQUIRES_INSTANCE: bool = true;

    fn definition() -> Self {
        Self
    }

    fn execute(
        mocks: Option<Arc<Mocks>>,
        context: ActivityContext,
        run: MockedRun,
    ) -> BoxFuture<'static, Result<RawValue, SdkActivityError>> {
        let mock = mocks.and_then(|mocks| mocks.workflow(&run.workflow_type));
        let called = match (mock, decode(&run.payloads)) {
            (Some(mock), Some(payloads)) => mock.mock.call(&mock.rules, context, payloads),
            _ => ready(Err(failure("there is none for this workflow any more"))).boxed(),
        };
        called.map_err(ActivityError::into_sdk).boxed()
    }
}
