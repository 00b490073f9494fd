//! The codec that encrypts payloads.

use std::fmt;
use std::sync::{Arc, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use prost::Message as _;
use temporalio_common::data_converters::{
    PayloadCodec, PayloadConversionError, SerializationContextData,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::cipher;
use super::key_id::shown;
use super::source::{Encrypting, Keys};
use crate::error::CodecError;

const ENCODING: &str = "encoding";
const ENCRYPTED: &[u8] = b"binary/encrypted";
const KEY_ID: &str = "encryption-key-id";
const DATA_KEY: &str = "encryption-dek";

/// A codec that encrypts every payload with AES-256-GCM.
///
/// It is cheap to clone, and all clones share their keys. Payloads that are not encrypted, such as those of
/// the time before, are read as they are, unless
/// [`require_encrypted`](super::EncryptionBuilder::require_encrypted) is set. Nothing is ever sent unencrypted: an
/// encryption that fails is an error.
///
/// ```
/// use durable::codec::{Encryption, Key};
///
/// let encryption = Encryption::builder()
///     .key("k1", Key::generate())
///     .key("k2", Key::generate())
///     .active("k2")
///     .build()?;
/// assert_eq!(encryption.active().as_deref(), Some("k2"));
/// # Ok::<_, durable::codec::EncryptionError>(())
/// ```
#[derive(Clone)]
pub struct Encryption(Arc<Inner>);

struct Inner {
    keys: Keys,
    require_encrypted: bool,
    only_decrypt: bool,
}

impl Encryption {
    pub(super) fn new(keys: Keys, require_encrypted: bool, only_decrypt: bool) -> Self {
        Self(Arc::new(Inner { keys, require_encrypted, only_decrypt }))
    }

    /// Returns `false` if it [only decrypts](super::EncryptionBuilder::only_decrypt).
    #[must_use]
    pub fn encrypts(&self) -> bool {
        !self.0.only_decrypt
    }

    /// Returns the id of the key that encrypts, or `None` if a [`KeyProvider`](super::KeyProvider) or
    /// [`KeyService`](super::KeyService) chooses it.
    #[must_use]
    pub fn active(&self) -> Option<String> {
        self.0.keys.chosen()
    }

    /// Returns the ids of the keys that the builder was given, in alphabetical order.
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys.local.keys().map(String::as_str)
    }

    /// Changes the key that encrypts, for all clones, while the program runs.
    ///
    /// Every reader of the payloads must have the key before.
    ///
    /// # Errors
    /// [`CodecError::MissingKey`] if the builder was given no key with this id.
    pub fn activate(&self, key_id: impl Into<String>) -> Result<(), CodecError> {
        let key_id = key_id.into();
        if !self.0.keys.local.contains_key(&key_id) {
            return Err(CodecError::MissingKey { key_id });
        }
        *self.0.keys.active.write().unwrap_or_else(PoisonError::into_inner) = Some(key_id);
        Ok(())
    }

    /// Encrypts payloads.
    pub(in crate::codec) async fn encrypt(
        &self,
        payloads: Vec<Payload>,
    ) -> Result<Vec<Payload>, CodecError> {
        if !self.encrypts() {
            return Ok(payloads);
        }
        let mut encrypted = Vec::with_capacity(payloads.len());
        for payload in payloads {
            encrypted.push(sealed(&payload, self.0.keys.active().await?)?);
        }
        Ok(encrypted)
    }

    /// Decrypts payloads.
    pub(in crate::codec) async fn decrypt(
        &self,
        payloads: Vec<Payload>,
    ) -> Result<Vec<Payload>, CodecError> {
        let mut decrypted = Vec::with_capacity(payloads.len());
        for payload in payloads {
            decrypted.push(self.opened(payload).await?);
        }
        Ok(decrypted)
    }

    async fn opened(&self, payload: Payload) -> Result<Payload, CodecError> {
        if payload.metadata.get(ENCODING).map(Vec::as_slice) != Some(ENCRYPTED) {
            let refused = self.0.require_encrypted;
            return if refused { Err(CodecError::NotEncrypted) } else { Ok(payload) };
        }
        let id = payload.metadata.get(KEY_ID).map(|id| std::str::from_utf8(id));
        let Some(Ok(id)) = id else {
            return Err(CodecError::Malformed { problem: "it does not name its key" });
        };
        let keys = &self.0.keys;
        let wrapped = payload.metadata.get(DATA_KEY).map(Vec::as_slice);
        let Some(key) = keys.key(id, wrapped).await? else {
            return Err(CodecError::MissingKey { key_id: shown(id) });
        };
        let mut data = cipher::open(key.as_bytes(), &payload.data);
        if data.is_none()
            && wrapped.is_none()
            && let Some(key) = keys.changed(id, &key).await?
        {
            data = cipher::open(key.as_bytes(), &payload.data);
        }
        let data = data.ok_or_else(|| CodecError::NotAuthentic { key_id: shown(id) })?;
        let not_a_payload =
            |_| CodecError::Malformed { problem: "its decrypted content is not a payload" };
        Payload::decode(&data[..]).map_err(not_a_payload)
    }

    /// Returns the bytes that encryption adds to a payload, at most.
    pub(in crate::codec) fn overhead(&self) -> usize {
        /// The bytes of the metadata without the key's id and the wrapped data key, and of the lengths.
        const METADATA: usize = 96;
        /// The bytes of a wrapped data key, as key services return it.
        const WRAPPED: usize = 512;
        /// The longest id that a service or provider is expected to have.
        const ID: usize = 256;
        if !self.encrypts() {
            return 0;
        }
        let id = self.active().map_or(ID, |id| id.len());
        let wrapped = if self.0.keys.service.is_some() { WRAPPED } else { 0 };
        METADATA + cipher::ADDED + id + wrapped
    }
}

fn sealed(payload: &Payload, with: Encrypting) -> Result<Payload, CodecError> {
    let written = |buffer: &mut Vec<u8>| {
        // A vector grows, so it takes any payload.
        let _ = payload.encode(buffer);
    };
    let data = cipher::seal(with.key.as_bytes(), payload.encoded_len(), written)?;
    let mut sealed = Payload { data, ..Payload::default() };
    sealed.metadata.insert(ENCODING.to_owned(), ENCRYPTED.to_vec());
    sealed.metadata.insert(KEY_ID.to_owned(), with.id.into_bytes());
    if let Some(wrapped) = with.wrapped {
        sealed.metadata.insert(DATA_KEY.to_owned(), wrapped);
    }
    Ok(sealed)
}

impl PayloadCodec for Encryption {
    fn encode(
        &self,
        _: &SerializationContextData,
        payloads: Vec<Payload>,
    ) -> BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>> {
        let encryption = self.clone();
        async move { Ok(encryption.encrypt(payloads).await?) }.boxed()
    }

    fn decode(
        &self,
        _: &SerializationContextData,
        payloads: Vec<Payload>,
    ) -> BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>> {
        let encryption = self.clone();
        async move { Ok(encryption.decrypt(payloads).await?) }.boxed()
    }
}

/// Formats the ids of the keys, and no key.
impl fmt::Debug for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encryption")
            .field("active", &self.active())
            .field("key_ids", &self.key_ids().collect::<Vec<_>>())
            .field("encrypts", &self.encrypts())
            .field("require_encrypted", &self.0.require_encrypted)
            .finish_non_exhaustive()
    }
}
