//! Keys.

use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::{Zeroize as _, Zeroizing};

use super::cipher;
use crate::error::CodecError;
use crate::secret::{MASK, is_key_path};

/// The length of a key, in bytes.
pub(super) const LENGTH: usize = 32;

/// A key for AES-256-GCM. It is overwritten in memory when it is dropped, and never shown.
///
/// As text it is the Base64 of 32 random bytes. [`Key::generate`] creates one, and `durable keys generate`
/// prints one.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; LENGTH]>);

/// An invalid key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not Base64.
    #[error("the key is not Base64; create one with `durable keys generate`")]
    NotBase64,
    /// The key has another length than 32 bytes.
    #[error("the key has {bytes} bytes instead of 32; create one with `durable keys generate`")]
    WrongLength {
        /// The length in bytes.
        bytes: usize,
    },
    /// The file of the key cannot be read.
    #[error("the key file {} cannot be read: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The environment variable of the key is not set.
    #[error("the environment variable `{name}` is not set")]
    MissingVariable {
        /// The name of the variable.
        name: String,
    },
}

/// Base64 with or without padding, in the standard alphabet or in that of URLs.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ALPHABETS: [GeneralPurpose; 2] = [
    GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT),
    GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT),
];

impl Key {
    /// Creates a new random key.
    ///
    /// # Panics
    /// If the operating system has no random numbers.
    #[must_use]
    pub fn generate() -> Self {
        let mut key = Self(Zeroizing::new([0; LENGTH]));
        let filled = SystemRandom::new().fill(&mut *key.0);
        filled.expect("the operating system has random numbers");
        key
    }

    /// Creates a key of 32 bytes.
    #[must_use]
    pub fn from_bytes(mut bytes: [u8; LENGTH]) -> Self {
        let key = Self(Zeroizing::new(bytes));
        bytes.zeroize();
        key
    }

    /// Reads a key from the Base64 of its 32 bytes. White space around it is ignored.
    ///
    /// # Errors
    /// [`KeyError::NotBase64`] and [`KeyError::WrongLength`].
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let decoded = ALPHABETS.iter().find_map(|alphabet| alphabet.decode(text).ok());
        let bytes = Zeroizing::new(decoded.ok_or(KeyError::NotBase64)?);
        Self::from_slice(&bytes)
    }

    /// Reads a key from an environment variable, as [`from_base64`](Self::from_base64) does.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_env(name: &str) -> Result<Self, KeyError> {
        let text = std::env::var(name).map(Zeroizing::new);
        let text = text.map_err(|_| KeyError::MissingVariable { name: name.to_owned() })?;
        Self::from_base64(&text)
    }

    /// Reads a key from a file that has its Base64, or its 32 bytes.
    ///
    /// The file is read once. [`EncryptionBuilder::key_file`](super::EncryptionBuilder::key_file) reads it
    /// again when it changes.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map(Zeroizing::new).map_err(|error| KeyError::File {
            // A key in place of the path is not shown.
            path: if is_key_path(path) { MASK.into() } else { path.to_owned() },
            reason: error.to_string(),
        })?;
        match std::str::from_utf8(&bytes) {
            Ok(text) if bytes.len() != LENGTH => Self::from_base64(text),
            _ => Self::from_slice(&bytes),
        }
    }

    fn from_slice(bytes: &[u8]) -> Result<Self, KeyError> {
        let key = bytes.try_into().map_err(|_| KeyError::WrongLength { bytes: bytes.len() })?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// Returns the Base64 of the key, to store it. The text is a secret, and is not overwritten in memory.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(*self.0)
    }

    /// Returns the 32 bytes of the key, for a key service of the program that wraps it.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// Encrypts data with this key, for a key service of the program that keeps its own keys.
    ///
    /// # Errors
    /// [`CodecError::Malformed`] if the data is longer than the cipher allows.
    pub fn seal(&self, data: &[u8]) -> Result<Vec<u8>, CodecError> {
        cipher::seal(&self.0, data.len(), |buffer| buffer.extend_from_slice(data))
    }

    /// Decrypts data that [`seal`](Self::seal) has encrypted.
    ///
    /// # Errors
    /// [`CodecError::NotAuthentic`], without the key's id, if the data was encrypted with another key or was
    /// changed.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, CodecError> {
        cipher::open(&self.0, sealed)
            .ok_or_else(|| CodecError::NotAuthentic { key_id: String::new() })
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        // Without an early end, so that the time tells nothing.
        let different = self.0.iter().zip(other.0.iter()).fold(0, |all, (a, b)| all | (a ^ b));
        different == 0
    }
}

impl Eq for Key {}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({MASK})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_base64_in_every_form_and_says_what_is_wrong() {
        let key = Key::from_bytes([0xfb; 32]);
        let text = key.to_base64();
        for form in [
            text.clone(),
            format!(" {text}\n"),
            text.trim_end_matches('=').to_owned(),
            text.replace('+', "-").replace('/', "_"),
        ] {
            assert_eq!(Key::from_base64(&form).as_ref(), Ok(&key), "{form}");
        }
        for (text, error) in [
            ("", KeyError::WrongLength { bytes: 0 }),
            ("AAAA", KeyError::WrongLength { bytes: 3 }),
            ("not base64!", KeyError::NotBase64),
        ] {
            assert_eq!(Key::from_base64(text), Err(error), "{text}");
        }
    }

    #[test]
    fn reads_files_with_text_or_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let missing = Key::from_file(&path).unwrap_err().to_string();
        assert!(missing.contains("key cannot be read: "), "{missing}");
        for bytes in [[0xff; 32], [b'a'; 32]] {
            let key = Key::from_bytes(bytes);
            for content in [&bytes[..], format!("{}\n", key.to_base64()).as_bytes()] {
                std::fs::write(&path, content).unwrap();
                assert_eq!(Key::from_file(&path).as_ref(), Ok(&key));
            }
        }
    }

    #[test]
    fn is_never_shown() {
        let key = Key::generate();
        assert_ne!(key, Key::generate());
        assert_eq!(format!("{key:?}"), "Key(***)");
    }
}
