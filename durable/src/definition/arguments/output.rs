//! Decodes the outputs that workflow code waits for, and says what does not fit without showing it.

use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, GenericPayloadConverter as _, PayloadConversionError,
    SerializationContext, TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::{DecodeError, decode};

/// An output that was decoded, or the reason why it could not be.
#[derive(Debug)]
pub(crate) struct Returned<T>(pub(crate) Result<T, UndecodedOutput>);

/// Why an output could not be decoded.
#[derive(Debug)]
pub(crate) enum UndecodedOutput {
    /// It does not fit the declared type; the problem names the place and the expectation.
    Unfit(String),
    /// It is in an encoding that this worker does not know.
    UnknownEncoding(String),
}

/// The encodings that every worker knows.
const KNOWN_ENCODINGS: [&[u8]; 6] =
    [b"", b"json/plain", b"json/protobuf", b"binary/null", b"binary/plain", b"binary/protobuf"];

impl<T: TemporalDeserializable + 'static> Returned<T> {
    fn read(context: &SerializationContext<'_>, payload: RawPayload) -> Self {
        let encoding = payload.metadata.get("encoding").cloned().unwrap_or_default();
        let decoded = decode::<T>(context, vec![payload]);
        Self(decoded.map_err(|error| {
            if KNOWN_ENCODINGS.contains(&encoding.as_slice()) {
                UndecodedOutput::Unfit(error.describe_output())
            } else {
                UndecodedOutput::UnknownEncoding(String::from_utf8_lossy(&encoding).into_owned())
            }
        }))
    }
}

impl<T: TemporalDeserializable + 'static> TemporalDeserializable for Returned<T> {
    fn from_serde(
        _: &dyn ErasedSerdePayloadConverter,
        context: &SerializationContext<'_>,
        payload: RawPayload,
    ) -> Result<Self, PayloadConversionError> {
        Ok(Self::read(context, payload))
    }

    fn from_payload(
        context: &SerializationContext<'_>,
        payload: RawPayload,
    ) -> Result<Self, PayloadConversionError> {
        Ok(Self::read(context, payload))
    }
}

/// Nobody writes one; the SDK's definitions ask for the trait of both directions.
impl<T: TemporalSerializable + 'static> TemporalSerializable for Returned<T> {
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

impl DecodeError {
    /// The place in an output and what is expected there: ``at `items[0].price`: expected f64``.
    fn describe_output(&self) -> String {
        let reason = without_value(&self.reason());
        match self.path() {
            Some(path) if !path.is_empty() && path != "." => format!("at `{path}`: {reason}"),
            _ => reason,
        }
    }
}

/// What `serde` says of a value that does not fit, without the value.
pub(crate) fn without_value(reason: &str) -> String {
    // Positions in the text tell nothing where a path does.
    let reason = match reason.rsplit_once(" at line ") {
        Some((reason, place)) if place.starts_with(|digit: char| digit.is_ascii_digit()) => reason,
        _ => reason,
    };
    let expected = || reason.rsplit_once(", expected ").map(|(_, expected)| expected);
    for kind in ["invalid type: ", "invalid value: "] {
        if let (Some(found), Some(expected)) = (reason.strip_prefix(kind), expected()) {
            return format!("{kind}{}, expected {expected}", kind_of(found));
        }
    }
    for (kind, words) in [("unknown variant", "variants"), ("unknown field", "fields")] {
        if reason.starts_with(kind) {
            // The list comes last; the text before it is the value's.
            return match reason.rfind("`, expected ").map(|at| &reason[at + "`, expected ".len()..])
            {
                Some(expected) => format!("{kind}, expected {expected}"),
                None => format!("{kind}, there are no {words}"),
            };
        }
    }
    let known = ["missing field ", "duplicate field ", "invalid length ", "EOF while parsing"];
    let of_json = ["number out of range", "recursion limit exceeded", "trailing characters"];
    let of_ours = ["its encoding is ", "Wrong encoding"];
    let mut harmless = known.iter().chain(&of_json).chain(&of_ours);
    if harmless.any(|known| reason.starts_with(known)) {
        return reason.to_owned();
    }
    if reason.starts_with("expected ") || reason.starts_with("key must be ") {
        return "the JSON is malformed".to_owned();
    }
    "its type's `Deserialize` refuses the value".to_owned()
}

/// The kind of what was found, as `serde` names it: its words, up to the value.
fn kind_of(found: &str) -> &'static str {
    const KINDS: [&str; 19] = [
        "boolean",
        "integer",
        "floating point",
        "character",
        "string",
        "byte array",
        "unit value",
        "unit variant",
        "unit",
        "null",
        "Option value",
        "newtype struct",
        "newtype variant",
        "sequence",
        "map",
        "tuple variant",
        "struct variant",
        "enum",
        "number",
    ];
    KINDS.into_iter().find(|kind| found.starts_with(kind)).unwrap_or("another value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_kind_and_expectation_and_never_the_value() {
        for (said, told) in [
            (
                "invalid type: string \"4111, expected u8\", expected f64",
                "invalid type: string, expected f64",
            ),
            ("invalid type: null, expected f64", "invalid type: null, expected f64"),
            ("invalid value: integer `300`, expected u8", "invalid value: integer, expected u8"),
            (
                "invalid type: floating point `1.5`, expected u128",
                "invalid type: floating point, expected u128",
            ),
            (
                "unknown variant `secret`, expected `Card` or `Cash`",
                "unknown variant, expected `Card` or `Cash`",
            ),
            ("unknown field `secret`, there are no fields", "unknown field, there are no fields"),
            ("missing field `id`", "missing field `id`"),
            ("missing field `id` at line 1 column 2", "missing field `id`"),
            (
                "invalid length 3, expected a tuple of size 2",
                "invalid length 3, expected a tuple of size 2",
            ),
            ("EOF while parsing an object at line 1 column 1", "EOF while parsing an object"),
            ("no such card: 4111", "its type's `Deserialize` refuses the value"),
            ("expected value at line 1 column 1", "the JSON is malformed"),
        ] {
            assert_eq!(without_value(said), told);
        }
    }
}
