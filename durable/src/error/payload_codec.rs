//! Errors of the codecs of this crate.

use temporalio_common::data_converters::PayloadConversionError;

use super::shared::SharedError;

/// The error of a codec: a payload that cannot be encoded or decoded. It never contains values or keys.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// There is no key with the id that the payload names.
    #[error(
        "there is no key `{key_id}`; add it to the keys of this program (`temporal.encryption.keys`), also \
         where it only decrypts"
    )]
    MissingKey {
        /// The id of the key.
        key_id: String,
    },
    /// The payload does not belong to the key: the key is another one than the sender's, or the payload was
    /// changed.
    #[error(
        "the key `{key_id}` does not decrypt it: the key differs from the sender's, or the payload was changed"
    )]
    NotAuthentic {
        /// The id of the key.
        key_id: String,
    },
    /// The payload does not have the form that its encoding requires.
    #[error("it is malformed: {problem}")]
    Malformed {
        /// The problem.
        problem: &'static str,
    },
    /// The payload is not encrypted, and `require_encrypted` is set.
    #[error("it is not encrypted, and `require_encrypted` is set")]
    NotEncrypted,
    /// The payload is larger than the limit after decompression.
    #[error(
        "it has more than {limit} bytes after decompression; raise `Compression::max_decompressed` if such \
         values are expected"
    )]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The key provider or key service of the program returned an error.
    #[error("the key provider returned an error for the key `{key_id}`")]
    Provider {
        /// The id of the key, or `active` for the one that encrypts.
        key_id: String,
        /// The provider's error.
        source: SharedError,
    },
    /// The program's own codec in the chain panicked, or returned another number of payloads than it got.
    #[error("a codec of the program failed: {problem}")]
    Failed {
        /// The problem.
        problem: String,
    },
}

impl CodecError {
    /// Returns `true` if the payload is at fault, and not the keys of this program: it was forged, changed or
    /// damaged, or it is not encrypted.
    #[must_use]
    pub fn is_invalid_payload(&self) -> bool {
        match self {
            Self::NotAuthentic { .. }
            | Self::Malformed { .. }
            | Self::NotEncrypted
            | Self::TooLarge { .. } => true,
            Self::MissingKey { .. } | Self::Provider { .. } | Self::Failed { .. } => false,
        }
    }
}

impl From<CodecError> for PayloadConversionError {
    fn from(error: CodecError) -> Self {
        Self::EncodingError(error.into())
    }
}
