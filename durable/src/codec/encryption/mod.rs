//! Encryption of payloads with AES-256-GCM, in the form of Temporal's samples.
//!
//! An encrypted payload has the metadata `encoding: binary/encrypted` and `encryption-key-id`. Its data is a
//! nonce of 12 bytes, followed by the ciphertext of the serialized payload with its tag. With a
//! [`KeyService`] the metadata `encryption-dek` holds the wrapped data key.

mod builder;
mod cache;
mod cipher;
mod encrypting;
mod key;
mod key_id;
mod key_source;
mod local;
mod provider;
mod source;

pub use builder::{EncryptionBuilder, EncryptionError, EncryptionProblem};
pub use encrypting::Encryption;
pub use key::{Key, KeyError};
pub(crate) use key_source::KeySource;
pub use provider::{DataKey, KeyProvider, KeyService};
