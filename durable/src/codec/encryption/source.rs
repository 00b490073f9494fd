//! The keys of an [`Encryption`](super::Encryption), wherever they come from.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::cache::Cache;
use super::key::Key;
use super::key_id::shown;
use super::local::LocalKeys;
use super::provider::{AnyProvider, AnyService, DataKey};
use crate::error::CodecError;

/// The sources of keys.
pub(super) struct Keys {
    pub(super) local: LocalKeys,
    /// The id of the local key that encrypts.
    pub(super) active: RwLock<Option<String>>,
    pub(super) provider: Option<Provided>,
    pub(super) service: Option<Wrapped>,
}

/// The keys of the program's provider.
pub(super) struct Provided {
    provider: AnyProvider,
    cache: Cache<String>,
    active: Mutex<Option<(String, Instant)>>,
    max_age: Duration,
}

/// The data keys of the program's key service.
pub(super) struct Wrapped {
    service: AnyService,
    cache: Cache<(String, Vec<u8>)>,
    active: Mutex<Option<Used>>,
    max_age: Duration,
    max_uses: u64,
}

/// The data key that encrypts.
struct Used {
    key: Arc<DataKey>,
    created_at: Instant,
    uses: u64,
}

/// A key that encrypts.
pub(super) struct Encrypting {
    pub(super) key: Key,
    pub(super) id: String,
    /// The wrapped form of a data key.
    pub(super) wrapped: Option<Vec<u8>>,
}

impl Provided {
    pub(super) fn new(provider: AnyProvider, max_age: Duration) -> Self {
        Self { provider, cache: Cache::new(max_age), active: Mutex::default(), max_age }
    }

    async fn active(&self) -> Result<String, CodecError> {
        // One call for all payloads that wait for it.
        let mut active = self.active.lock().await;
        if let Some((id, asked_at)) = &*active
            && asked_at.elapsed() < self.max_age
        {
            return Ok(id.clone());
        }
        let id = self.provider.active().await?;
        *active = Some((id.clone(), Instant::now()));
        Ok(id)
    }

    async fn key(&self, id: &str) -> Result<Option<Key>, CodecError> {
        let cached = id.to_owned();
        if let Some(key) = self.cache.get(&cached) {
            return Ok(Some(key));
        }
        let key = self.provider.key(id).await?;
        if let Some(key) = &key {
            self.cache.insert(cached, key.clone());
        }
        Ok(key)
    }
}

impl Wrapped {
    pub(super) fn new(service: AnyService, max_age: Duration, max_uses: u64) -> Self {
        let cache = Cache::new(max_age);
        Self { service, cache, active: Mutex::default(), max_age, max_uses }
    }

    async fn active(&self) -> Result<Arc<DataKey>, CodecError> {
        // One call for all payloads that wait for it.
        let mut active = self.active.lock().await;
        if let Some(used) = &mut *active
            && used.created_at.elapsed() < self.max_age
            && used.uses < self.max_uses
        {
            used.uses += 1;
            return Ok(Arc::clone(&used.key));
        }
        let key = Arc::new(self.service.create().await?);
        self.cache.insert((key.key_id.clone(), key.wrapped.clone()), key.key.clone());
        *active = Some(Used { key: Arc::clone(&key), created_at: Instant::now(), uses: 1 });
        Ok(key)
    }

    async fn key(&self, id: &str, wrapped: &[u8]) -> Result<Option<Key>, CodecError> {
        let cached = (id.to_owned(), wrapped.to_vec());
        if let Some(key) = self.cache.get(&cached) {
            return Ok(Some(key));
        }
        let key = self.service.unwrap(id, wrapped).await?;
        if let Some(key) = &key {
            self.cache.insert(cached, key.clone());
        }
        Ok(key)
    }
}

impl Keys {
    /// Returns the key that encrypts.
    pub(super) async fn active(&self) -> Result<Encrypting, CodecError> {
        if let Some(service) = &self.service {
            let key = service.active().await?;
            let wrapped = Some(key.wrapped.clone());
            return Ok(Encrypting { key: key.key.clone(), id: key.key_id.clone(), wrapped });
        }
        let chosen = self.chosen();
        let id = match (chosen, &self.provider) {
            (Some(id), _) => id,
            (None, Some(provider)) => provider.active().await?,
            (None, None) => String::new(),
        };
        match self.key(&id, None).await? {
            Some(key) => Ok(Encrypting { key, id, wrapped: None }),
            None => Err(CodecError::MissingKey { key_id: shown(&id) }),
        }
    }

    /// Returns the id of the local key that encrypts.
    pub(super) fn chosen(&self) -> Option<String> {
        self.active.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the key with which a payload was encrypted.
    pub(super) async fn key(
        &self,
        id: &str,
        wrapped: Option<&[u8]>,
    ) -> Result<Option<Key>, CodecError> {
        match (wrapped, &self.service, &self.provider) {
            (Some(wrapped), Some(service), _) => service.key(id, wrapped).await,
            (Some(_), None, _) => Ok(None),
            (None, _, provider) => match (self.local.get(id), provider) {
                (Some(key), _) => Ok(Some(key.get())),
                (None, Some(provider)) => provider.key(id).await,
                (None, None) => Ok(None),
            },
        }
    }

    /// Returns the key if it has changed at its source since it was read as `key`.
    pub(super) async fn changed(&self, id: &str, key: &Key) -> Result<Option<Key>, CodecError> {
        if let Some(local) = self.local.get(id) {
            return Ok(local.other_than(key));
        }
        let Some(provider) = &self.provider else { return Ok(None) };
        provider.cache.remove(&id.to_owned());
        Ok(provider.key(id).await?.filter(|read| read != key))
    }
}
