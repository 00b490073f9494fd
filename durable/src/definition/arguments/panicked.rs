//! Conversions of values by code that panics.

use temporalio_common::data_converters::PayloadConversionError;

use super::text::Text;
use crate::definition::caught;

/// The error of a value whose conversion panicked.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Panicked(Text);

impl Panicked {
    /// Creates the error of a part of the program, such as "the codec". The message of the panic may
    /// contain the value, so it is hidden like one.
    pub(crate) fn new(part: &str, message: &str) -> Self {
        Self(Text::new(format!("{part} panicked"), format!("{part} panicked: {message}")))
    }

    /// Returns the panic that is the source of an error.
    pub(super) fn find(error: &PayloadConversionError) -> Option<&Self> {
        match error {
            PayloadConversionError::EncodingError(source) => source.downcast_ref(),
            _ => None,
        }
    }

    /// Returns the message.
    pub(super) fn text(&self) -> Text {
        self.0.clone()
    }
}

impl From<Panicked> for PayloadConversionError {
    fn from(panicked: Panicked) -> Self {
        Self::EncodingError(panicked.into())
    }
}

/// Calls the `Serialize` of a value.
pub(crate) fn serializing<R>(
    serialize: impl FnOnce() -> Result<R, PayloadConversionError>,
) -> Result<R, PayloadConversionError> {
    // The message of the panic is a text of the type's author, and not the value.
    let panicked = |message| Panicked(Text::plain(format!("its `Serialize` panicked: {message}")));
    caught(serialize).unwrap_or_else(|message| Err(panicked(message).into()))
}
