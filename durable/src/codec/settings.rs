//! The codecs of a client as settings: those of a configuration, or those that the program sets.

use std::collections::BTreeMap;

use super::chain::Codecs;
use super::compression::Compression;
use super::encryption::{Encryption, KeySource};
use crate::error::ConnectionError;
use crate::error::codec::Outer;

/// The codecs of a client.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodecSettings {
    /// The codecs that the program sets instead of the configured ones.
    pub(crate) own: Option<Codecs>,
    /// The id of the key that encrypts.
    pub(crate) active: Option<String>,
    pub(crate) keys: BTreeMap<String, KeySource>,
    pub(crate) require_encrypted: bool,
    pub(crate) only_decrypt: bool,
    /// The size in bytes above which payloads are compressed.
    pub(crate) compress_above: Option<usize>,
    pub(crate) compression_level: Option<i32>,
}

impl CodecSettings {
    /// Returns the codecs as the codec outside of the one of a data converter.
    ///
    /// # Errors
    /// Those of [`build`](Self::build).
    pub(crate) fn outer(&self) -> Result<Outer, ConnectionError> {
        Ok(self.build()?.into_outer())
    }

    /// Returns the codecs. Files are read.
    ///
    /// # Errors
    /// [`ConnectionError::Encryption`] if the keys cannot be used.
    pub(crate) fn build(&self) -> Result<Codecs, ConnectionError> {
        if let Some(own) = &self.own {
            return Ok(own.clone());
        }
        let is_encrypted = self.active.is_some()
            || !self.keys.is_empty()
            || self.require_encrypted
            || self.only_decrypt;
        let mut codecs = Codecs::new();
        if is_encrypted || self.compress_above.is_some() {
            let compression = match self.compress_above {
                Some(bytes) => Compression::zstd().above(bytes),
                // What other programs have compressed is read, so that readers can be first.
                None => Compression::only_read(),
            };
            codecs = codecs.then(match self.compression_level {
                Some(level) => compression.level(level),
                None => compression,
            });
        }
        if is_encrypted {
            let mut builder = Encryption::builder()
                .require_encrypted(self.require_encrypted)
                .only_decrypt(self.only_decrypt);
            for (id, source) in &self.keys {
                builder = builder.source(id.clone(), source.clone());
            }
            if let Some(active) = &self.active {
                builder = builder.active(active);
            }
            let built = builder
                .build()
                .map_err(|error| ConnectionError::Encryption { problem: error.to_string() })?;
            codecs = codecs.then(built);
        }
        Ok(codecs)
    }
}
