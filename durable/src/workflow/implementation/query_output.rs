//! Serialization of query outputs.

use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, SerializationContext,
    TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use crate::definition::arguments::conversion::OwnMessage;
use crate::definition::caught;

/// The output of a query. Its `Serialize` may panic: SDK 1.1.1 serializes it outside of its own guards, so
/// a panic would fail the workflow task that delivered the query.
pub(crate) struct QueryOutput<T>(pub(in crate::workflow) T);

impl<T: TemporalSerializable + 'static> TemporalSerializable for QueryOutput<T> {
    fn as_serde(&self) -> Result<&dyn erased_serde::Serialize, PayloadConversionError> {
        self.0.as_serde()
    }

    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Payload, PayloadConversionError> {
        guarded(|| context.converter.to_payload(context, &self.0))
    }

    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<Payload>, PayloadConversionError> {
        guarded(|| context.converter.to_payloads(context, &self.0))
    }
}

fn guarded<R>(
    serialize: impl FnOnce() -> Result<R, PayloadConversionError>,
) -> Result<R, PayloadConversionError> {
    caught(serialize).unwrap_or_else(|message| {
        let message = format!("the `Serialize` of the output panicked: {message}");
        Err(PayloadConversionError::EncodingError(OwnMessage(message).into()))
    })
}
