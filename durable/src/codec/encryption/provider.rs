//! Keys that come from the program: a provider of keys, and a service that wraps data keys.

use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::key::Key;
use super::key_id::shown;
use crate::definition::{caught, caught_async};
use crate::error::CodecError;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A source of keys, such as a secret store.
///
/// Keys are cached for the time of
/// [`EncryptionBuilder::cache_for`](super::EncryptionBuilder::cache_for), so the provider is not asked for each
/// payload. An error fails the workflow task or activity that needs the key, which is tried again.
///
/// ```
/// use durable::codec::{Key, KeyProvider};
///
/// struct SecretStore;
///
/// impl KeyProvider for SecretStore {
///     type Error = std::io::Error;
///
///     async fn active(&self) -> Result<String, Self::Error> {
///         Ok("k2".to_owned())
///     }
///
///     async fn key(&self, id: &str) -> Result<Option<Key>, Self::Error> {
///         let text = match tokio::fs::read_to_string(format!("/run/secrets/{id}")).await {
///             Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
///             text => text?,
///         };
///         Key::from_base64(&text).map(Some).map_err(std::io::Error::other)
///     }
/// }
/// ```
///
/// The id comes from the payload, so anybody who can write to the server chooses it. Check it before it
/// becomes a part of a path or a query.
pub trait KeyProvider: Send + Sync + 'static {
    /// The error of the provider. It must not contain keys.
    type Error: Into<Box<dyn std::error::Error + Send + Sync>>;

    /// Returns the id of the key that encrypts.
    fn active(&self) -> impl Future<Output = Result<String, Self::Error>> + Send;

    /// Returns the key with this id, or `None` if there is none.
    fn key(&self, id: &str) -> impl Future<Output = Result<Option<Key>, Self::Error>> + Send;
}

/// A key service that wraps data keys with a key that never leaves it (envelope encryption).
///
/// Payloads are encrypted with data keys. The wrapped data key travels with each payload in the metadata
/// `encryption-dek`. A data key is used for the time of
/// [`EncryptionBuilder::cache_for`](super::EncryptionBuilder::cache_for) and for
/// [`EncryptionBuilder::data_key_uses`](super::EncryptionBuilder::data_key_uses) payloads, and unwrapped data
/// keys are cached for the same time. So the service is not asked for each payload.
pub trait KeyService: Send + Sync + 'static {
    /// The error of the service. It must not contain keys.
    type Error: Into<Box<dyn std::error::Error + Send + Sync>>;

    /// Creates a data key, wrapped with the active key of the service.
    fn create(&self) -> impl Future<Output = Result<DataKey, Self::Error>> + Send;

    /// Unwraps a data key that was wrapped with the key of this id, or returns `None` if there is no such key.
    fn unwrap(
        &self,
        key_id: &str,
        wrapped: &[u8],
    ) -> impl Future<Output = Result<Option<Key>, Self::Error>> + Send;
}

/// A data key, and its wrapped form.
#[derive(Debug, Clone)]
pub struct DataKey {
    pub(super) key: Key,
    pub(super) key_id: String,
    pub(super) wrapped: Vec<u8>,
}

impl DataKey {
    /// Creates a data key that was wrapped with the key of this id.
    pub fn new(key: Key, key_id: impl Into<String>, wrapped: impl Into<Vec<u8>>) -> Self {
        Self { key, key_id: key_id.into(), wrapped: wrapped.into() }
    }
}

type Called<'a, T> = BoxFuture<'a, Result<T, CodecError>>;

/// A [`KeyProvider`] of any type. Its panics are caught.
#[derive(Clone)]
pub(super) struct AnyProvider(Arc<dyn ErasedProvider>);

trait ErasedProvider: Send + Sync {
    fn active(&self) -> BoxFuture<'_, Result<String, BoxError>>;
    fn key<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Key>, BoxError>>;
}

impl<P: KeyProvider> ErasedProvider for P {
    fn active(&self) -> BoxFuture<'_, Result<String, BoxError>> {
        async { KeyProvider::active(self).await.map_err(Into::into) }.boxed()
    }

    fn key<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Key>, BoxError>> {
        async { KeyProvider::key(self, id).await.map_err(Into::into) }.boxed()
    }
}

impl AnyProvider {
    pub(super) fn new(provider: impl KeyProvider) -> Self {
        Self(Arc::new(provider))
    }

    pub(super) fn active(&self) -> Called<'_, String> {
        called("active", || self.0.active())
    }

    pub(super) fn key<'a>(&'a self, id: &'a str) -> Called<'a, Option<Key>> {
        called(id, || self.0.key(id))
    }
}

/// A [`KeyService`] of any type. Its panics are caught.
#[derive(Clone)]
pub(super) struct AnyService(Arc<dyn ErasedService>);

trait ErasedService: Send + Sync {
    fn create(&self) -> BoxFuture<'_, Result<DataKey, BoxError>>;
    fn unwrap<'a>(
        &'a self,
        key_id: &'a str,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Key>, BoxError>>;
}

impl<S: KeyService> ErasedService for S {
    fn create(&self) -> BoxFuture<'_, Result<DataKey, BoxError>> {
        async { KeyService::create(self).await.map_err(Into::into) }.boxed()
    }

    fn unwrap<'a>(
        &'a self,
        key_id: &'a str,
        wrapped: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Key>, BoxError>> {
        async { KeyService::unwrap(self, key_id, wrapped).await.map_err(Into::into) }.boxed()
    }
}

impl AnyService {
    pub(super) fn new(service: impl KeyService) -> Self {
        Self(Arc::new(service))
    }

    pub(super) fn create(&self) -> Called<'_, DataKey> {
        called("active", || self.0.create())
    }

    pub(super) fn unwrap<'a>(
        &'a self,
        key_id: &'a str,
        wrapped: &'a [u8],
    ) -> Called<'a, Option<Key>> {
        called(key_id, || self.0.unwrap(key_id, wrapped))
    }
}

/// Calls the program's code.
fn called<'a, T: 'a>(
    key_id: &'a str,
    start: impl FnOnce() -> BoxFuture<'a, Result<T, BoxError>>,
) -> Called<'a, T> {
    let started = caught(start);
    async move {
        let failed =
            |error: BoxError| CodecError::Provider { key_id: shown(key_id), source: error.into() };
        let panicked = |message| CodecError::Failed {
            problem: format!("the key provider panicked: {message}"),
        };
        caught_async(started.map_err(panicked)?).await.map_err(panicked)?.map_err(failed)
    }
    .boxed()
}

impl fmt::Debug for AnyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyProvider")
    }
}

impl fmt::Debug for AnyService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyService")
    }
}
