//! Payload converters that only read.

use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, PayloadConversionError, SerializationContextData,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

/// The deserializer of a payload, or the reason why there is none.
pub(super) type Read = Result<Box<dyn erased_serde::Deserializer<'static>>, PayloadConversionError>;

/// A converter that reads payloads with a function, and writes none.
pub(super) struct ReadOnly<F>(pub(super) F);

impl<F: Fn(RawPayload) -> Read + Send + Sync> ErasedSerdePayloadConverter for ReadOnly<F> {
    fn to_payload(
        &self,
        _: &SerializationContextData,
        _: &dyn erased_serde::Serialize,
    ) -> Result<RawPayload, PayloadConversionError> {
        Err(PayloadConversionError::WrongEncoding)
    }

    fn from_payload(&self, _: &SerializationContextData, payload: RawPayload) -> Read {
        (self.0)(payload)
    }
}
