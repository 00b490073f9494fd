//! Messages of the SDK's conversion errors, which may contain values.

use std::error::Error;

use temporalio_common::data_converters::PayloadConversionError;

use super::DecodeError;
use super::encoding::UnknownEncoding;
use super::message::of_serde;
use super::panicked::Panicked;
use super::text::Text;

/// Messages of `serde` and `serde_json` that contain nothing of the value.
const HARMLESS: [&str; 9] = [
    "key must be a string",
    "float key must be finite",
    "number out of range",
    "path contains invalid UTF-8 characters",
    "SystemTime must be later than UNIX_EPOCH",
    "lock poison error",
    "already mutably borrowed",
    "can only flatten structs and maps",
    "cannot serialize tagged newtype variant",
];

/// Returns the message of the source of a conversion error. Without values, `otherwise` replaces it if it
/// is not one of this crate's or a harmless one of `serde`.
pub(crate) fn message(source: &(dyn Error + 'static), otherwise: &'static str) -> Text {
    if let Some(panicked) = source.downcast_ref::<Panicked>() {
        return panicked.text();
    }
    let said = source.to_string();
    if source.is::<DecodeError>() || source.is::<UnknownEncoding>() {
        return Text::plain(said);
    }
    if let Some(text) = of_serde(&said) {
        return text;
    }
    let known = HARMLESS.iter().find(|known| said.starts_with(**known));
    Text::new(known.map_or(otherwise, |known| known), said)
}

/// Returns the message of a conversion error.
pub(crate) fn conversion(error: &PayloadConversionError) -> Text {
    match error {
        PayloadConversionError::EncodingError(source) => {
            message(source.as_ref(), "its type or the data converter returned an error")
        }
        other => Text::plain(other.to_string()),
    }
}

/// Returns a line of another parser's message. The value is left out of a message of `serde`.
#[cfg(feature = "config")]
pub(crate) fn hidden(line: &str) -> String {
    of_serde(line).map_or_else(|| line.to_owned(), Text::hidden)
}
