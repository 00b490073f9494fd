//! The builder of an encryption.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::RwLock;
use std::time::Duration;

use super::encrypting::Encryption;
use super::key::{Key, KeyError};
use super::key_source::KeySource;
use super::local::LocalKeys;
use super::provider::{AnyProvider, AnyService, KeyProvider, KeyService};
use super::source::{Keys, Provided, Wrapped};

/// A builder of an [`Encryption`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct EncryptionBuilder {
    keys: BTreeMap<String, KeySource>,
    twice: Vec<String>,
    active: Option<String>,
    provider: Option<AnyProvider>,
    service: Option<AnyService>,
    cache_for: Duration,
    data_key_uses: u64,
    require_encrypted: bool,
    only_decrypt: bool,
}

impl Default for EncryptionBuilder {
    fn default() -> Self {
        Self {
            keys: BTreeMap::new(),
            twice: Vec::new(),
            active: None,
            provider: None,
            service: None,
            cache_for: Duration::from_secs(5 * 60),
            // Far below 2^32 payloads, above which random nonces may repeat.
            data_key_uses: 1 << 20,
            require_encrypted: false,
            only_decrypt: false,
        }
    }
}

impl Encryption {
    /// Returns a builder.
    pub fn builder() -> EncryptionBuilder {
        EncryptionBuilder::default()
    }
}

impl EncryptionBuilder {
    /// Adds a key. All keys decrypt, and the [active](Self::active) one encrypts.
    pub fn key(self, id: impl Into<String>, key: Key) -> Self {
        self.source(id.into(), KeySource::Key(key))
    }

    /// Adds the key of a file, as [`Key::from_file`] reads it. The file is read again when it changes, at most
    /// once a second. While it has no valid key, the last one stays in use.
    pub fn key_file(self, id: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.source(id.into(), KeySource::File(path.into()))
    }

    /// Adds the key of an environment variable, as [`Key::from_env`] reads it.
    pub fn key_env(self, id: impl Into<String>, variable: impl Into<String>) -> Self {
        self.source(id.into(), KeySource::Variable(variable.into()))
    }

    pub(in crate::codec) fn source(mut self, id: String, source: KeySource) -> Self {
        if self.keys.contains_key(&id) {
            self.twice.push(id.clone());
        }
        self.keys.insert(id, source);
        self
    }

    /// Sets the key that encrypts. It is needed with the keys of this builder, also if there is only one.
    pub fn active(mut self, id: impl Into<String>) -> Self {
        self.active = Some(id.into());
        self
    }

    /// Adds the keys of a provider of the program. It chooses the key that encrypts, unless
    /// [`active`](Self::active) does.
    pub fn key_provider(mut self, provider: impl KeyProvider) -> Self {
        self.provider = Some(AnyProvider::new(provider));
        self
    }

    /// Encrypts with data keys that a key service wraps. The other keys then only decrypt.
    pub fn key_service(mut self, service: impl KeyService) -> Self {
        self.service = Some(AnyService::new(service));
        self
    }

    /// Sets the time for which the answers of a provider or service are used. Defaults to 5 minutes.
    ///
    /// It is also the longest time that a rotation takes to reach this program.
    pub fn cache_for(mut self, time: Duration) -> Self {
        self.cache_for = time;
        self
    }

    /// Sets the number of payloads that one data key encrypts. Defaults to 1,048,576.
    pub fn data_key_uses(mut self, payloads: u64) -> Self {
        self.data_key_uses = payloads.clamp(1, 1 << 31);
        self
    }

    /// Sets whether payloads that are not encrypted are refused. Defaults to false.
    ///
    /// Set it when everything that was sent before the encryption has ended.
    pub fn require_encrypted(mut self, require: bool) -> Self {
        self.require_encrypted = require;
        self
    }

    /// Sends everything **in plain text**, and only decrypts what others have encrypted. No key need be active.
    ///
    /// It is for the first step of turning encryption on in a system that runs: every reader gets the keys
    /// before anybody encrypts.
    pub fn only_decrypt(mut self, only: bool) -> Self {
        self.only_decrypt = only;
        self
    }

    /// Builds the encryption. Files and environment variables are read.
    ///
    /// # Errors
    /// [`EncryptionError`], with every problem.
    pub fn build(self) -> Result<Encryption, EncryptionError> {
        let mut problems: Vec<_> =
            self.twice.into_iter().map(|id| EncryptionProblem::Repeated { key_id: id }).collect();
        let mut local = LocalKeys::new();
        let ids: Vec<_> = self.keys.keys().cloned().collect();
        for (id, source) in self.keys {
            if id.is_empty() || id.chars().any(char::is_control) {
                problems.push(EncryptionProblem::InvalidId { key_id: id });
                continue;
            }
            match source.read() {
                Ok(key) => {
                    local.insert(id, key);
                }
                Err(error) => problems.push(EncryptionProblem::InvalidKey { key_id: id, error }),
            }
        }
        match &self.active {
            Some(active) if !ids.contains(active) && self.provider.is_none() => {
                let key_id = active.clone();
                problems.push(EncryptionProblem::UnknownActive { key_id, known: ids });
            }
            None if self.provider.is_none() && self.service.is_none() && !self.only_decrypt => {
                problems.push(EncryptionProblem::NoActive { known: ids });
            }
            _ => {}
        }
        if !problems.is_empty() {
            return Err(EncryptionError { problems });
        }
        let keys = Keys {
            local,
            active: RwLock::new(self.active),
            provider: self.provider.map(|provider| Provided::new(provider, self.cache_for)),
            service: self
                .service
                .map(|service| Wrapped::new(service, self.cache_for, self.data_key_uses)),
        };
        Ok(Encryption::new(keys, self.require_encrypted, self.only_decrypt))
    }
}

/// The problems of the keys of an encryption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptionError {
    problems: Vec<EncryptionProblem>,
}

/// One problem of the keys of an encryption.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncryptionProblem {
    /// A key cannot be used.
    #[error("the key `{key_id}` cannot be used: {error}")]
    InvalidKey {
        /// The id of the key.
        key_id: String,
        /// The problem of the key.
        error: KeyError,
    },
    /// The id of a key is empty, or has control characters.
    #[error("invalid key id `{}`: expected text without control characters", key_id.escape_debug())]
    InvalidId {
        /// The id of the key.
        key_id: String,
    },
    /// Two keys have the same id.
    #[error("there are two keys `{key_id}`; give each key its own id")]
    Repeated {
        /// The id of the keys.
        key_id: String,
    },
    /// No key encrypts.
    #[error("no key encrypts; set `active` to {}", listed(known))]
    NoActive {
        /// The ids of the keys.
        known: Vec<String>,
    },
    /// There is no key with the id of the one that encrypts.
    #[error("there is no key `{key_id}` to encrypt with; set `active` to {}", listed(known))]
    UnknownActive {
        /// The id of the key.
        key_id: String,
        /// The ids of the keys.
        known: Vec<String>,
    },
}

fn listed(known: &[String]) -> String {
    match known {
        [] => "a key, and add it to the keys".to_owned(),
        [id] => format!("`{id}`"),
        ids => format!("one of `{}`", ids.join("`, `")),
    }
}

impl EncryptionError {
    /// Returns the problems.
    #[must_use]
    pub fn problems(&self) -> &[EncryptionProblem] {
        &self.problems
    }
}

impl fmt::Display for EncryptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems: Vec<_> = self.problems.iter().map(ToString::to_string).collect();
        f.write_str(&problems.join("; "))
    }
}

impl std::error::Error for EncryptionError {}
