//! An input that a handler could not decode.

use std::fmt;

use super::error::DecodeError;
use crate::definition::Parameter;

/// An input that was not decoded, with a description that names the parameters of the signature.
#[derive(Debug, Clone)]
pub(crate) enum Undecoded {
    /// The input is bad.
    Invalid(String),
    /// The worker lacks the codec of the input.
    UnknownEncoding(String),
}

impl Undecoded {
    pub(crate) fn new(error: &DecodeError, parameters: &[Parameter]) -> Self {
        let description = error.describe(parameters);
        if error.is_unknown_encoding() {
            Self::UnknownEncoding(description)
        } else {
            Self::Invalid(description)
        }
    }
}

impl fmt::Display for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(description) | Self::UnknownEncoding(description) => {
                f.write_str(description)
            }
        }
    }
}
