//! The inputs and outputs of calls without their types.

use std::pin::Pin;

use temporalio_common::ActivityDefinition;
use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, GenericPayloadConverter as _, PayloadConversionError,
    PayloadConverter, SerializationContext, TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::error::ActivityExecutionError;
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_sdk::CancellableFuture;

use crate::definition::Guarded;
use crate::definition::arguments::output::{UndecodedOutput, decode_output};
use crate::error::measured::{Bound, Measured};
use crate::error::payload_limit::Value as Role;
use crate::workflow::conversion::with_context;

/// An activity for the SDK, with inputs and outputs of all types.
pub(super) struct UntypedActivity(pub(super) &'static str);

impl ActivityDefinition for UntypedActivity {
    type Input = Measured<UntypedValue>;
    type Output = UntypedOutput;

    fn name(&self) -> &str {
        self.0
    }
}

/// An input or output that is sent. It is serialized when the SDK or this crate needs it.
pub(in crate::workflow) struct UntypedValue {
    value: Box<dyn Value>,
    type_name: &'static str,
}

impl UntypedValue {
    pub(in crate::workflow) fn new<T: TemporalSerializable + 'static>(value: T) -> Self {
        Self { value: Box::new(value), type_name: std::any::type_name::<T>() }
    }

    /// Returns the value for the SDK, which measures it when it serializes it.
    pub(in crate::workflow) fn measured(self, role: Role, bound: Bound) -> Measured<Self> {
        Measured::of_type(self.type_name, self, role, bound)
    }

    /// Guards the `Drop` of the value.
    pub(in crate::workflow) fn guarded(self) -> Guarded<Self> {
        Guarded::of_type(self.type_name, self)
    }
}

/// A value that a converter serializes by its type.
trait Value {
    fn as_serde(&self) -> Result<&dyn erased_serde::Serialize, PayloadConversionError>;

    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Payload, PayloadConversionError>;

    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<Payload>, PayloadConversionError>;
}

impl<T: TemporalSerializable + 'static> Value for T {
    fn as_serde(&self) -> Result<&dyn erased_serde::Serialize, PayloadConversionError> {
        TemporalSerializable::as_serde(self)
    }

    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Payload, PayloadConversionError> {
        context.converter.to_payload(context, self)
    }

    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<Payload>, PayloadConversionError> {
        context.converter.to_payloads(context, self)
    }
}

impl TemporalSerializable for UntypedValue {
    fn as_serde(&self) -> Result<&dyn erased_serde::Serialize, PayloadConversionError> {
        self.value.as_serde()
    }

    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Payload, PayloadConversionError> {
        self.value.to_payload(context)
    }

    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<Payload>, PayloadConversionError> {
        self.value.to_payloads(context)
    }
}

/// Unused; the SDK's definitions require the traits of both directions.
impl TemporalDeserializable for UntypedValue {}

/// The result of an activity.
pub(super) type Outcome = Result<UntypedOutput, ActivityExecutionError>;

/// The running future of an activity.
pub(super) type Running<'a> = Pin<Box<dyn CancellableFuture<Output = Outcome> + 'a>>;

/// An output, which is decoded when the call knows its type.
#[derive(Debug)]
pub(super) struct UntypedOutput {
    pub(super) payload: Payload,
    converter: PayloadConverter,
}

impl UntypedOutput {
    /// Decodes the output. The errors do not print the value.
    pub(super) fn decode<T: TemporalDeserializable + 'static>(self) -> Result<T, UndecodedOutput> {
        let Self { payload, converter } = self;
        with_context(&converter, |context| decode_output(context, payload))
    }
}

impl TemporalDeserializable for UntypedOutput {
    fn from_serde(
        _: &dyn ErasedSerdePayloadConverter,
        context: &SerializationContext<'_>,
        payload: Payload,
    ) -> Result<Self, PayloadConversionError> {
        Self::from_payload(context, payload)
    }

    fn from_payload(
        context: &SerializationContext<'_>,
        payload: Payload,
    ) -> Result<Self, PayloadConversionError> {
        Ok(Self { payload, converter: context.converter.clone() })
    }
}

/// Unused; the SDK's definitions require the traits of both directions.
impl TemporalSerializable for UntypedOutput {
    fn to_payload(&self, _: &SerializationContext<'_>) -> Result<Payload, PayloadConversionError> {
        Ok(self.payload.clone())
    }
}
