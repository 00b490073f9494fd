//! Values that a caller gets back: outputs, details of failures, progress of heartbeats.

use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, GenericPayloadConverter as _, PayloadConversionError,
    SerializationContext, TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;
use temporalio_common::{QueryDefinition, UpdateDefinition};

use super::decode;

/// A value from the server. It may contain numbers of more than 64 bits. The error of one that cannot be
/// decoded is a [`DecodeError`](super::DecodeError).
pub(crate) struct Exact<T>(pub(crate) T);

impl<T: TemporalDeserializable + 'static> Exact<T> {
    fn read(
        context: &SerializationContext<'_>,
        payloads: Vec<RawPayload>,
    ) -> Result<Self, PayloadConversionError> {
        let decoded = decode(context, payloads);
        decoded.map(Self).map_err(|error| PayloadConversionError::EncodingError(error.into()))
    }
}

impl<T: TemporalDeserializable + 'static> TemporalDeserializable for Exact<T> {
    fn from_serde(
        _: &dyn ErasedSerdePayloadConverter,
        context: &SerializationContext<'_>,
        payload: RawPayload,
    ) -> Result<Self, PayloadConversionError> {
        Self::read(context, vec![payload])
    }

    fn from_payload(
        context: &SerializationContext<'_>,
        payload: RawPayload,
    ) -> Result<Self, PayloadConversionError> {
        Self::read(context, vec![payload])
    }

    fn from_payloads(
        context: &SerializationContext<'_>,
        payloads: Vec<RawPayload>,
    ) -> Result<Self, PayloadConversionError> {
        Self::read(context, payloads)
    }
}

/// Unused; the SDK's definitions require the traits of both directions.
impl<T: TemporalSerializable + 'static> TemporalSerializable for Exact<T> {
    fn as_serde(&self) -> Result<&dyn erased_serde::Serialize, PayloadConversionError> {
        self.0.as_serde()
    }

    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<RawPayload, PayloadConversionError> {
        context.converter.to_payload(context, &self.0)
    }
}

/// A query or update whose output may contain numbers of more than 64 bits.
pub(crate) struct ExactOutput<D>(pub(crate) D);

impl<Q: QueryDefinition> QueryDefinition for ExactOutput<Q> {
    type Workflow = Q::Workflow;
    type Input = Q::Input;
    type Output = Exact<Q::Output>;

    fn name(&self) -> &str {
        self.0.name()
    }
}

impl<U: UpdateDefinition> UpdateDefinition for ExactOutput<U> {
    type Workflow = U::Workflow;
    type Input = U::Input;
    type Output = Exact<U::Output>;

    fn name(&self) -> &str {
        self.0.name()
    }
}
