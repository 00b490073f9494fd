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

impl<T: TemporalDeserializable + 'static> DecodedOutput<T> {
    fn read(context: &SerializationContext<'_>, payload: RawPayload) -> Self {
        let decoded = decode::<T>(context, vec![payload]);
        Self(decoded.map_err(|error| match error.unknown_encoding() {
            Some(encoding) => UndecodedOutput::UnknownEncoding(encoding.to_owned()),
            None => UndecodedOutput::Unfit(error.describe_output()),
        }))
    }
}

impl<T: TemporalDeserializable + 'static> TemporalDeserializable for DecodedOutput<T> {
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

impl DecodeError {
    /// Formats the place in an output and the expected type: ``at `items[0].price`: expected f64``.
    fn describe_output(&self) -> String {
        let reason = without_value(&self.reason());
        match self.path() {
            Some(path) if !path.is_empty() && path != "." => format!("at `{path}`: {reason}"),
            _ => reason,
        }
    }
}

/// Removes the value from an error message of `serde`.
pub(crate) fn without_value(reason: &str) -> String {
    // The position in the text is of no use next to the path.
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
            // The list of expected names comes last. The text before it contains the value.
            return match reason.rfind("`, expected ").map(|at| &reason[at + "`, expected ".len()..])
            {
                Some(expected) => format!("{kind}, expected {expected}"),
                None => format!("{kind}, there are no {words}"),
            };
        }
    }
    let known = ["missing field ", "duplicate field ", "invalid length ", "EOF while parsing"];
    let of_json = ["number out of range", "recursion limit exceeded", "trailing characters"];
    let of_ours = ["unknown encoding ", "Wrong encoding"];
    let mut harmless = known.iter().chain(&of_json).chain(&of_ours);
    if harmless.any(|known| reason.starts_with(known)) {
        return reason.to_owned();
    }
    if reason.starts_with("expected ") || reason.starts_with("key must be ") {
        return "the JSON is malformed".to_owned();
    }
    "its type's `Deserialize` returned an error".to_owned()
}

/// Returns the kind of the value that was found, as `serde` names it.
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
    fn names_kind_and_expectation_without_the_value() {
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
            ("no such card: 4111", "its type's `Deserialize` returned an error"),
            ("expected value at line 1 column 1", "the JSON is malformed"),
        ] {
            assert_eq!(without_value(said), told);
        }
    }
}
