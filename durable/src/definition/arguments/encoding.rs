//! Payloads in an encoding that this worker does not know, such as that of a codec that it lacks.
//!
//! The deployment is wrong then, and not the value. So such a payload is not bad input: whatever reads it
//! is tried again until a worker has the codec.

use temporalio_common::data_converters::{
    PayloadConversionError, PayloadConverter, SerializationContext,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::panicked::Panicked;
use super::received::Fault;

/// The encodings that every worker knows.
const KNOWN_ENCODINGS: [&[u8]; 6] =
    [b"", b"json/plain", b"json/protobuf", b"binary/null", b"binary/plain", b"binary/protobuf"];

/// A value in an encoding that the worker's converter and codec do not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", described(what, encoding))]
pub(crate) struct UnknownEncoding {
    pub(crate) what: String,
    pub(crate) encoding: String,
}

/// The beginning of the encoding of a payload for which the worker's own codec failed. The rest is the
/// problem.
const FAILED: &str = "durable/codec-failed: ";

/// The metadata key of a payload that answers a query.
const ANSWER: &str = "durable-answer";

fn described(what: &str, encoding: &str) -> String {
    match encoding.strip_prefix(FAILED) {
        Some(problem) => format!("{what} cannot be read: {problem}"),
        None => format!(
            "{what} has the encoding `{encoding}`, which is unknown to this worker; set the data \
             converter with the codec for it on the worker's client"
        ),
    }
}

/// Marks a payload for which a codec failed. Reading it returns the problem: the known one, whose text has no
/// values, or else that of the error.
pub(crate) fn mark_failed(
    mut payload: RawPayload,
    codec: &str,
    known: Option<String>,
    error: &PayloadConversionError,
) -> RawPayload {
    let problem = match (known, error) {
        (Some(known), _) => known,
        (None, PayloadConversionError::EncodingError(source)) if source.is::<Panicked>() => {
            source.to_string()
        }
        _ => format!("{codec} returned an error"),
    };
    payload.metadata.insert("encoding".to_owned(), format!("{FAILED}{problem}").into_bytes());
    // Whatever reads it, ciphertext does not become a value.
    payload.data.clear();
    payload
}

/// Marks a payload as the answer to a query, for the codec.
pub(crate) fn mark_answer(mut payload: RawPayload) -> RawPayload {
    payload.metadata.insert(ANSWER.to_owned(), Vec::new());
    payload
}

/// Removes the mark of an answer, and returns `true` if there was one.
pub(crate) fn take_answer_mark(payloads: &mut [RawPayload]) -> bool {
    let mut is_answer = false;
    for payload in payloads {
        is_answer |= payload.metadata.remove(ANSWER).is_some();
    }
    is_answer
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
