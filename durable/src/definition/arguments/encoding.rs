//! Payloads in an encoding that this worker does not know, such as that of a codec that it lacks.
//!
//! The deployment is wrong then, and not the value. So such a payload is not bad input: whatever reads it
//! is tried again until a worker has the codec.

use temporalio_common::data_converters::{
    PayloadConversionError, PayloadConverter, SerializationContext,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::received::Fault;

/// The encodings that every worker knows.
const KNOWN_ENCODINGS: [&[u8]; 6] =
    [b"", b"json/plain", b"json/protobuf", b"binary/null", b"binary/plain", b"binary/protobuf"];

/// A value in an encoding that the worker's converter and codec do not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} has the encoding `{encoding}`, which is unknown to this worker; set the data converter with \
     the codec for it on the worker's client"
)]
pub(crate) struct UnknownEncoding {
    pub(crate) what: String,
    pub(crate) encoding: String,
}

impl UnknownEncoding {
    /// Returns `true` if this is the source of a conversion error.
    pub(crate) fn is_source_of(error: &PayloadConversionError) -> bool {
        matches!(error, PayloadConversionError::EncodingError(source) if source.is::<Self>())
    }
}

impl From<UnknownEncoding> for PayloadConversionError {
    fn from(error: UnknownEncoding) -> Self {
        Self::EncodingError(error.into())
    }
}

/// Returns the encoding of a payload if the standard converter does not know it.
pub(crate) fn unknown(payload: &RawPayload) -> Option<String> {
    let encoding = payload.metadata.get("encoding").map_or(&[][..], Vec::as_slice);
    let is_known = KNOWN_ENCODINGS.contains(&encoding);
    (!is_known).then(|| String::from_utf8_lossy(encoding).into_owned())
}

/// Returns the place and the encoding of the payload for which decoding failed, if its encoding is unknown.
///
/// The standard converter knows which encodings it reads. Another converter may read more, and returns
/// [`PayloadConversionError::WrongEncoding`] for those that it does not know.
pub(super) fn of_fault(
    context: &SerializationContext<'_>,
    payloads: &[RawPayload],
    fault: &Fault,
) -> Option<(usize, String)> {
    if matches!(context.converter, PayloadConverter::Composite(_)) {
        // Some codecs combine payloads, so this is also the reason for a wrong number of them.
        return payloads
            .iter()
            .enumerate()
            .find_map(|(place, payload)| Some((place, unknown(payload)?)));
    }
    match fault {
        Fault::Input { place, error: PayloadConversionError::WrongEncoding }
            if *place > 0 || payloads.len() == 1 =>
        {
            Some((*place, unknown(payloads.get(*place)?)?))
        }
        _ => None,
    }
}
