//! What workflow code hands over and cannot be sent, or is too large for the server: the input of an
//! activity or another workflow, the output of a workflow or update.
//!
//! Plain SDK 1.1.1 repeats the workflow task for ever. Here the activity, workflow or update fails,
//! and says which value it was.

use std::borrow::Cow;
use std::marker::PhantomData;

use futures_util::FutureExt as _;
use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, PayloadConverter, RawValue,
    TemporalSerializable,
};
use temporalio_common::error::{ApplicationFailure, OutgoingWorkflowError};
use temporalio_common::{
    ActivityDefinition, SignalDefinition, UpdateDefinition, WorkflowDefinition,
};
use temporalio_sdk::WorkflowTermination;
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::workflows::WorkflowError;

use super::failed_call::UnknownEncoding;
use super::handlers::UpdateFuture;
use super::hosted::with_context;
use crate::definition::arguments::output::{DecodedOutput, without_value};
use crate::definition::{Activity, Handler, Typed, Workflow};
use crate::error::INVALID_INPUT;
use crate::error::call::ValueError;
use crate::error::outgoing::handler_failure;
use crate::error::payload_limit::{Measured, PayloadLimit, Value};

/// The activity with an input that is measured on its way, and an output whose decoding cannot fail.
pub(super) struct Scheduled<A>(A);

/// An activity whose input is measured.
pub(super) fn scheduled<A: Activity>(
    activity: A,
    input: A::Input,
) -> (Scheduled<A>, Measured<A::Input>) {
    (Scheduled(activity), input_of(input, "input of activity", A::NAME))
}

/// A local activity, whose input does not travel and may have any size.
pub(super) fn local<A: Activity>(
    activity: A,
    input: A::Input,
) -> (Scheduled<A>, Measured<A::Input>) {
    let value = Value::new("input of activity", A::NAME);
    (Scheduled(activity), Measured { inner: input, value, limit: PayloadLimit::new(0) })
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
    type Output = DecodedOutput<C::Output>;

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

impl<A: Activity> ActivityDefinition for Scheduled<A> {
    type Input = Measured<A::Input>;
    type Output = DecodedOutput<A::Output>;

    fn name(&self) -> &str {
        self.0.name()
    }
}

/// How a run ends: a value that cannot be sent fails the workflow, where the SDK would fail its task for
/// ever.
pub(super) fn ended<W: Workflow>(
    result: Result<W::Output, WorkflowTermination>,
    converter: &PayloadConverter,
) -> Result<Box<dyn WorkflowOutputValue>, WorkflowTermination> {
    match result {
        Ok(output) => measured(&output, converter, "output of workflow", W::NAME)
            .map_err(|error| error.into_failure().into()),
        Err(WorkflowTermination::Failed(OutgoingWorkflowError::PayloadConversion(error))) => {
            Err(unconverted::<W>(error))
        }
        Err(WorkflowTermination::Cancelled { details: Some(details) }) => {
            let details = Some(cut(details, converter));
            Err(WorkflowTermination::Cancelled { details })
        }
        Err(other) => Err(other),
    }
}

/// The details of a cancelled workflow, or a text in their place where they cannot be sent: the workflow
/// is cancelled in any case.
fn cut(details: Details, converter: &PayloadConverter) -> Details {
    let size = match details.as_serde() {
        Ok(value) => serde_json::to_vec(value).map(|json| json.len()).ok(),
        Err(_) => with_context(converter, |context| details.to_payloads(context))
            .map(|payloads| payloads.iter().map(|payload| payload.data.len()).sum())
            .ok(),
    };
    match size {
        Some(size) if size <= LARGEST_DETAILS => details,
        Some(size) => Box::new(format!("... (details of {size} bytes cut)")),
        None => Box::new("... (details cut, which cannot be serialized)".to_owned()),
    }
}

type Details = Box<dyn WorkflowOutputValue + Send + Sync>;

/// The largest details of a cancellation, in bytes: those of a failure.
const LARGEST_DETAILS: usize = 1024 * 1024;

/// The end of a run by a value that could not be converted. Where the worker lacks the codec for it, the
/// task fails instead, and the workflow goes on once it is there.
fn unconverted<W: Workflow>(error: PayloadConversionError) -> WorkflowTermination {
    if UnknownEncoding::is_why(&error) {
        return error.into();
    }
    if let Some(error) = ValueError::of(&error) {
        return error.into_failure().into();
    }
    let reason = match &error {
        PayloadConversionError::EncodingError(source) => without_value(&source.to_string()),
        other => other.to_string(),
    };
    let message = format!("workflow {}: a value does not fit its type: {reason}", W::NAME);
    ApplicationFailure::builder(message)
        .type_name(INVALID_INPUT.to_owned())
        .non_retryable(true)
        .build()
        .into()
}

/// A value in the form in which it is sent.
fn measured<T: TemporalSerializable + 'static>(
    value: &T,
    converter: &PayloadConverter,
    role: &'static str,
    name: &'static str,
) -> Result<Box<dyn WorkflowOutputValue>, ValueError> {
    let what = Value::new(role, name);
    let payload = with_context(converter, |context| converter.to_payload(context, value));
    let payloads = vec![payload.map_err(|error| what.unserializable(&error))?];
    PayloadLimit::of_workflows().check(&payloads, &what).map_err(ValueError::TooLarge)?;
    Ok(Box::new(RawValue::new(payloads)))
}

/// An update whose output cannot be sent fails, where otherwise its workflow's task would, for ever.
pub(super) fn measured_update<U: UpdateDefinition + Handler>(
    update: UpdateFuture,
    converter: PayloadConverter,
) -> UpdateFuture {
    let check = move |output: Box<dyn WorkflowOutputValue>| {
        let Some(value) = output.downcast_ref::<U::Output>() else { return Ok(output) };
        measured(value, &converter, "output of update", U::NAME)
            .map_err(|error| WorkflowError::Execution(handler_failure(error.into_failure())))
    };
    update.map(|updated| updated.and_then(check)).boxed_local()
}
