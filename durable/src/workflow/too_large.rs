//! What workflow code hands over and the server would refuse for its size: the input of an activity or
//! another workflow, the output of a workflow or update.
//!
//! Plain SDK 1.1.1 repeats the workflow task for ever. Here the activity, workflow or update fails,
//! and says what was too large.

use std::borrow::Cow;
use std::marker::PhantomData;

use futures_util::FutureExt as _;
use temporalio_common::data_converters::{
    ActivityExecutionDecodeHint, DataConverter, GenericPayloadConverter as _, PayloadConverter,
    RawValue, SerializationContextData, TemporalSerializable, WorkflowSerializationContext,
};
use temporalio_common::error::{ActivityExecutionError, OutgoingWorkflowError};
use temporalio_common::protos::temporal::api::common::v1::ActivityType;
use temporalio_common::protos::temporal::api::enums::v1::RetryState;
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;
use temporalio_common::protos::temporal::api::failure::v1::{ActivityFailureInfo, Failure};
use temporalio_common::{
    ActivityDefinition, SignalDefinition, UpdateDefinition, WorkflowDefinition,
};
use temporalio_sdk::WorkflowTermination;
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::workflows::WorkflowError;

use super::handlers::UpdateFuture;
use super::hosted::with_context;
use crate::definition::{Activity, Handler, Typed, Workflow};
use crate::error::outgoing::carried;
use crate::error::payload_limit::{self, Measured, PayloadLimit, Value};
use crate::error::{ApplicationError as _, PayloadTooLarge};

/// The activity with an input that is measured on its way.
pub(super) struct Scheduled<A>(A);

/// An activity whose input is measured.
pub(super) fn scheduled<A: Activity>(
    activity: A,
    input: A::Input,
) -> (Scheduled<A>, Measured<A::Input>) {
    (Scheduled(activity), input_of(input, "input of activity", A::NAME))
}

/// An input that is measured on its way.
fn input_of<T>(input: T, role: &'static str, name: impl Into<Cow<'static, str>>) -> Measured<T> {
    Measured { inner: input, value: Value::new(role, name), limit: PayloadLimit::of_workflows() }
}

/// The type of a child workflow whose input is measured on its way.
pub(super) struct StartedChild<C> {
    name: Cow<'static, str>,
    child: PhantomData<fn() -> C>,
}

/// A child workflow whose input is measured. One that is too large fails to start.
pub(super) fn child<C: Workflow>(
    name: Cow<'static, str>,
    input: C::Input,
) -> (StartedChild<C>, Measured<C::Input>) {
    let input = input_of(input, "input of child workflow", name.clone());
    (StartedChild { name, child: PhantomData }, input)
}

impl<C: Workflow> WorkflowDefinition for StartedChild<C> {
    type Input = Measured<C::Input>;
    type Output = C::Output;

    fn name(&self) -> &str {
        &self.name
    }
}

/// A signal to another workflow, as one of the workflow's type instead of its struct, whose input is
/// measured on its way.
pub(super) struct SentSignal<S>(S);

/// A signal whose input is measured. One that is too large is not sent.
pub(super) fn signal<S: SignalDefinition>(
    signal: S,
    input: S::Input,
) -> (SentSignal<S>, Measured<S::Input>) {
    let name = signal.name().to_owned();
    (SentSignal(signal), input_of(input, "input of signal", name))
}

impl<S: SignalDefinition<Workflow: Workflow>> SignalDefinition for SentSignal<S> {
    type Workflow = Typed<S::Workflow>;
    type Input = Measured<S::Input>;

    fn name(&self) -> &str {
        self.0.name()
    }
}

/// The end of a run that continues as new, or a failure where what it hands on is too large.
pub(super) fn continued<W: Workflow>(end: WorkflowTermination) -> WorkflowTermination {
    let WorkflowTermination::ContinueAsNew(request) = &end else { return end };
    let value = Value::new("input of continued workflow", W::NAME);
    match PayloadLimit::of_workflows().check(&request.arguments, &value) {
        Ok(()) => end,
        Err(error) => error.into_failure().into(),
    }
}

impl<A: Activity> ActivityDefinition for Scheduled<A> {
    type Input = Measured<A::Input>;
    type Output = A::Output;

    fn name(&self) -> &str {
        self.0.name()
    }
}

/// An input that is too large is a failure of the activity, as it would be of an activity that ran:
/// the workflow can catch it, and undo what it has done. Otherwise its task would fail for ever.
pub(super) fn explained<A: Activity>(error: ActivityExecutionError) -> ActivityExecutionError {
    match &error {
        ActivityExecutionError::Serialization(conversion) => {
            match payload_limit::too_large(conversion) {
                Some(too_large) => not_scheduled::<A>(too_large.clone()),
                None => error,
            }
        }
        _ => error,
    }
}

/// The failure of an activity as the server would record it.
fn not_scheduled<A: Activity>(reason: PayloadTooLarge) -> ActivityExecutionError {
    let info = ActivityFailureInfo {
        activity_type: Some(ActivityType { name: A::NAME.to_owned() }),
        retry_state: RetryState::NonRetryableFailure.into(),
        ..ActivityFailureInfo::default()
    };
    let converter = DataConverter::default();
    let context = SerializationContextData::Workflow(WorkflowSerializationContext::new());
    let cause = OutgoingWorkflowError::from(reason.into_failure()).into();
    let failure = Failure {
        message: "Activity was not scheduled".to_owned(),
        cause: Some(Box::new(converter.to_failure(&context, cause))),
        failure_info: Some(FailureInfo::ActivityFailureInfo(info)),
        ..Failure::default()
    };
    let hint = ActivityExecutionDecodeHint::new(false);
    converter
        .to_error(&context, failure, hint)
        .unwrap_or_else(ActivityExecutionError::Serialization)
}

/// How a run ends: a value that is too large fails the workflow, where the SDK would fail its task for
/// ever. The other conversions that fail are mistakes in the code, which a corrected one repairs.
pub(super) fn ended<W: Workflow>(
    result: Result<W::Output, WorkflowTermination>,
    converter: &PayloadConverter,
) -> Result<Box<dyn WorkflowOutputValue>, WorkflowTermination> {
    let too_large = match result {
        Ok(output) => match measured(&output, converter, "output of workflow", W::NAME) {
            Ok(sent) => return Ok(sent.unwrap_or_else(|| Box::new(output))),
            Err(error) => error,
        },
        Err(WorkflowTermination::Failed(OutgoingWorkflowError::PayloadConversion(error))) => {
            match payload_limit::too_large(&error) {
                Some(error) => error.clone(),
                None => return Err(error.into()),
            }
        }
        Err(other) => return Err(other),
    };
    Err(too_large.into_failure().into())
}

/// A value in the form in which it is sent, unless it is too large; or none where it cannot be
/// serialised, of which the SDK has its own to say.
fn measured<T: TemporalSerializable + 'static>(
    value: &T,
    converter: &PayloadConverter,
    role: &'static str,
    name: &'static str,
) -> Result<Option<Box<dyn WorkflowOutputValue>>, PayloadTooLarge> {
    let payload = with_context(converter, |context| converter.to_payload(context, value));
    let Ok(payload) = payload else { return Ok(None) };
    let payloads = vec![payload];
    PayloadLimit::of_workflows().check(&payloads, &Value::new(role, name))?;
    Ok(Some(Box::new(RawValue::new(payloads))))
}

/// An update whose output is too large fails, where otherwise its workflow's task would, for ever.
pub(super) fn measured_update<U: UpdateDefinition + Handler>(
    update: UpdateFuture,
    converter: PayloadConverter,
) -> UpdateFuture {
    let check = move |output: Box<dyn WorkflowOutputValue>| {
        let Some(value) = output.downcast_ref::<U::Output>() else { return Ok(output) };
        match measured(value, &converter, "output of update", U::NAME) {
            Ok(None) => Ok(output),
            Ok(Some(sent)) => Ok(sent),
            Err(error) => Err(WorkflowError::Execution(carried(error.into_failure()))),
        }
    };
    update.map(|updated| updated.and_then(check)).boxed_local()
}
