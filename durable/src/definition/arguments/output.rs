//! Decodes outputs that workflow code waits for, with errors that do not print the value.

use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, GenericPayloadConverter as _, PayloadConversionError,
    SerializationContext, TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::{DecodeError, decode};

/// A decoded output, or the error of its decoding.
#[derive(Debug)]
pub(crate) struct DecodedOutput<T>(pub(crate) Result<T, UndecodedOutput>);

/// The error of an output that cannot be decoded.
#[derive(Debug)]
pub(crate) enum UndecodedOutput {
    /// The output does not match its declared type. The text names the place and the expected type.
    Unfit(String),
    /// The output has an encoding that this worker does not know.
    UnknownEncoding(String),
}

impl UndecodedOutput {
    fn new(error: &DecodeError) -> Self {
        match error.unknown_encoding() {
            Some(encoding) => Self::UnknownEncoding(encoding.to_owned()),
            None => Self::Unfit(error.to_string()),
        }
    }
}

/// Decodes an output.
pub(crate) fn decode_output<T: TemporalDeserializable + 'static>(
    context: &SerializationContext<'_>,
    payload: RawPayload,
) -> Result<T, UndecodedOutput> {
    match decode(context, vec![payload]) {
        Ok(output) => Ok(output),
        Err(error) => Err(UndecodedOutput::new(&error)),
    }
}

impl<T: TemporalDeserializable + 'static> TemporalDeserializable for DecodedOutput<T> {
    fn from_serde(
        _: &dyn ErasedSerdePayloadConverter,
        context: &SerializationContext<'_>,
        payload: RawPayload,
    ) -> Result<Self, PayloadConversionError> {
        Ok(Self(decode_output(context, payload)))
    }

    fn from_payload(
        context: &SerializationContext<'_>,
        payload: RawPayload,
    ) -> Result<Self, PayloadConversionError> {
        Ok(Self(decode_output(context, payload)))
    }
}

/// Unused; the SDK's definitions require the traits of both directions.
impl<T: TemporalSerializable + 'static> TemporalSerializable for DecodedOutput<T> {
    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<RawPayload, PayloadConversionError> {
        match &self.0 {
            Ok(value) => context.converter.to_payload(context, value),
            Err(_) => Err(PayloadConversionError::WrongEncoding),
        }
    }
}
