//! Checks of outgoing values: the inputs of other workflows, and the outputs of workflows
//! and updates. A value may fail to serialize, or be too large for the server.
//!
//! Plain SDK 1.1.1 repeats the workflow task for ever in these cases. Here the activity, workflow or
//! update fails, with an error that names the value.

use std::borrow::Cow;
use std::collections::HashMap;
use std::marker::PhantomData;

use futures_util::FutureExt as _;
use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, PayloadConverter, RawValue,
    SerializationContext, TemporalSerializable,
};
use temporalio_common::error::{ApplicationFailure, OutgoingWorkflowError};
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::{SignalDefinition, UpdateDefinition, WorkflowDefinition};
use temporalio_sdk::WorkflowTermination;
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::workflows::WorkflowError;

use super::tables::UpdateFuture;
use crate::definition::arguments::conversion::conversion;
use crate::definition::arguments::encoding::{self, UnknownEncoding};
use crate::definition::arguments::output::DecodedOutput;
use crate::definition::arguments::panicked::serializing;
use crate::definition::{Guarded, Handler, Typed, Workflow};
use crate::error::INVALID_INPUT;
use crate::error::call::ValueError;
use crate::error::measured::{Bound, Measured};
use crate::error::outgoing::handler_failure;
use crate::error::payload_limit::{PayloadLimit, Value};
use crate::error::task_size;
use crate::workflow::calls::values::UntypedValue;
use crate::workflow::conversion::with_context;

/// Wraps an input so that it is measured when it is serialized.
fn input_of<T>(input: T, role: &'static str, name: impl Into<Cow<'static, str>>) -> Measured<T> {
    Measured::new(input, Value::new(role, name), Bound::Workflow)
}

/// A child workflow whose input is measured when it is serialized.
pub(crate) struct StartedChild<C> {
    name: Cow<'static, str>,
    child: PhantomData<fn() -> C>,
}

/// Wraps a child workflow and its input. A child with an input that is too large fails to start.
pub(crate) fn child<C: Workflow>(
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

/// A signal to another workflow, whose input is measured when it is serialized. It belongs to the workflow
/// type, not to its struct.
pub(crate) struct SentSignal<S>(S);

/// Wraps a signal and its input. A signal with an input that is too large is not sent.
pub(crate) fn signal<S: SignalDefinition>(
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

/// Converts the result of `#[run]`. A value that cannot be sent fails the workflow; SDK 1.1.1 would fail
/// its task for ever.
pub(super) fn ended(
    workflow: &'static str,
    result: Result<UntypedValue, WorkflowTermination>,
    converter: &PayloadConverter,
    memo: impl FnOnce() -> HashMap<String, Payload>,
) -> Result<Box<dyn WorkflowOutputValue>, WorkflowTermination> {
    match result {
        Ok(output) => {
            let output = output.guarded();
            match measured(output.get(), converter, "output of workflow", workflow) {
                Ok(Some(payload)) => Ok(payload),
                Ok(None) => {
                    let value = Value::new("output of workflow", workflow);
                    Ok(Box::new(output.into_inner().measured(value, Bound::None)))
                }
                Err(error) => Err(error.into_failure().into()),
            }
        }
        Err(WorkflowTermination::Failed(OutgoingWorkflowError::PayloadConversion(error))) => {
            Err(unconverted(workflow, error, &memo()))
        }
        Err(WorkflowTermination::Cancelled { details: Some(details) }) => {
            let details = Some(replace_oversized(details, converter));
            Err(WorkflowTermination::Cancelled { details })
        }
        Err(other) => Err(other),
    }
}

/// Returns the details of a cancelled workflow, or a replacement text if they cannot be sent. The workflow
/// is cancelled in any case.
fn replace_oversized(details: Details, converter: &PayloadConverter) -> Details {
    let size = match details.as_serde() {
        Ok(value) => serde_json::to_vec(value).map(|json| json.len()).ok(),
        Err(_) => with_context(converter, |context| details.to_payloads(context))
            .map(|payloads| payloads.iter().map(|payload| payload.data.len()).sum())
            .ok(),
    };
    match size {
        Some(size) if size <= PayloadLimit::of_workflows().details() => details,
        Some(size) => Box::new(format!("... (details of {size} bytes cut)")),
        None => Box::new("... (details cut: they cannot be serialized)".to_owned()),
    }
}

type Details = Box<dyn WorkflowOutputValue + Send + Sync>;

/// Ends a run because of a value that could not be converted. If the worker lacks the codec for it, the
/// task fails instead, and the workflow continues once the codec is there.
fn unconverted(
    workflow: &str,
    error: PayloadConversionError,
    memo: &HashMap<String, Payload>,
) -> WorkflowTermination {
    if UnknownEncoding::is_source_of(&error) {
        return error.into();
    }
    // The SDK's error does not tell which value has the encoding. Only those of the memo are not decoded by
    // this crate.
    if let PayloadConversionError::WrongEncoding = &error {
        let unknown = memo.iter().find_map(|(name, value)| Some((name, encoding::unknown(value)?)));
        if let Some((name, encoding)) = unknown {
            let what = format!("the memo `{name}` of workflow {workflow}");
            return PayloadConversionError::from(UnknownEncoding { what, encoding }).into();
        }
    }
    if let Some(error) = ValueError::of(&error) {
        return error.into_failure().into();
    }
    let reason = conversion(&error);
    let message = format!("workflow {workflow}: a value does not fit its type: {reason}");
    ApplicationFailure::builder(message)
        .type_name(INVALID_INPUT.to_owned())
        .non_retryable(true)
        .build()
        .into()
}

/// Serializes a value and measures it. Returns `None` if the value itself is to be sent: a converter of the
/// program takes no payload that is serialized already (SDK 1.1.1).
fn measured<T: TemporalSerializable + 'static>(
    value: &T,
    converter: &PayloadConverter,
    role: &'static str,
    name: &'static str,
) -> Result<Option<Box<dyn WorkflowOutputValue>>, ValueError> {
    let what = Value::new(role, name);
    let serialize = |context: &SerializationContext<'_>| converter.to_payload(context, value);
    let payload = serializing(|| with_context(converter, serialize));
    let payloads = vec![payload.map_err(|error| what.unserializable(&error))?];
    task_size::check_end(&payloads, &what)?;
    if !matches!(converter, PayloadConverter::Composite(_)) {
        return Ok(None);
    }
    Ok(Some(Box::new(RawValue::new(payloads))))
}

/// Checks the output of an update. An output that cannot be sent fails the update; SDK 1.1.1 would fail
/// the workflow task for ever.
pub(crate) fn measured_update<U: UpdateDefinition + Handler>(
    update: UpdateFuture,
    converter: PayloadConverter,
) -> UpdateFuture {
    let check = move |output: Box<dyn WorkflowOutputValue>| {
        let output = Guarded::new(output);
        let Some(value) = output.get().downcast_ref::<U::Output>() else {
            return Ok(output.into_inner());
        };
        match measured(value, &converter, "output of update", U::NAME) {
            Ok(Some(payload)) => Ok(payload),
            Ok(None) => Ok(output.into_inner()),
            Err(error) => Err(WorkflowError::Execution(handler_failure(error.into_failure()))),
        }
    };
    update.map(|updated| updated.and_then(check)).boxed_local()
}
