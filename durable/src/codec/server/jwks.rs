//! The keys of JSON web tokens: fetched, kept, and fetched again within a bound.

use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use reqwest::redirect::Policy;
use serde_json::Value;
use tokio::sync::Mutex;
use url::{Host, Url};

use super::CodecServerError;
use crate::error::report::one_line;
use crate::secret::without_credentials;
use crate::tls::Pem;

/// The time after which the keys are fetched again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// The time after which keys that can't be fetched again are no longer used.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// The shortest time between two fetches. Anybody may send tokens with unknown keys.
const PAUSE: Duration = Duration::from_secs(30);
/// The same after a fetch that failed, so that a server that comes back is noticed.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);
const LARGEST_ANSWER: usize = 1 << 20;

/// The reason why there is no key.
pub(super) enum NoKey {
    /// The keys are known, and it is not among them.
    Unknown,
    /// The keys are not known.
    Unavailable,
}

/// The keys at a URL.
pub(super) struct KeySet {
    url: Url,
    client: reqwest::Client,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    keys: Vec<Jwk>,
    fetched: Option<Instant>,
    /// The time of the last fetch, and whether it failed.
    tried: Option<(Instant, bool)>,
}

impl KeySet {
    pub(super) fn new(address: &str, authority: Option<Pem>) -> Result<Self, CodecServerError> {
        let url = checked(address)?;
        let tls = crate::tls::client_config(authority)?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            // Another place than the configured one isn't trusted.
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .build();
        let client = client.map_err(|error| invalid(address, one_line(&error)))?;
        Ok(Self { url, client, kept: Mutex::default() })
    }

    /// Returns the key with this id, or the only one that fits if the token names none.
    pub(super) async fn find(
        &self,
        id: Option<&str>,
        fits: impl Fn(&Jwk) -> bool,
    ) -> Result<Jwk, NoKey> {
        // Others wait for a fetch that has begun, and cause none.
        let mut kept = self.kept.lock().await;
        if kept.is_old() {
            self.fetch(&mut kept).await;
        }
        if let Some(key) = kept.find(id, &fits) {
            return Ok(key);
        }
        self.fetch(&mut kept).await;
        match kept.find(id, &fits) {
            Some(key) => Ok(key),
            None if kept.fetched.is_some() => Err(NoKey::Unknown),
            None => Err(NoKey::Unavailable),
        }
    }

    /// Fetches the keys, unless that was tried a moment ago.
    async fn fetch(&self, kept: &mut Kept) {
        if kept.must_pause() {
            return;
        }
        let fetched = self.fetched().await;
        let now = Instant::now();
        kept.tried = Some((now, fetched.is_err()));
        match fetched {
            Ok(keys) => {
                tracing::debug!(url = %self.url, count = keys.len(), "fetched the keys of tokens");
                (kept.keys, kept.fetched) = (keys, Some(now));
            }
            Err(error) => {
                tracing::warn!(url = %self.url, error, "cannot fetch the keys of tokens");
                if kept.fetched.is_some_and(|fetched| fetched.elapsed() > STALE) {
                    (kept.keys, kept.fetched) = (Vec::new(), None);
                }
            }
        }
    }

    async fn fetched(&self) -> Result<Vec<Jwk>, String> {
        let answer = self.client.get(self.url.clone()).send().await;
        let mut answer = answer.map_err(|error| one_line(&error.without_url()))?;
        if !answer.status().is_success() {
            return Err(format!("the answer is {}", answer.status()));
        }
        let mut body = Vec::new();
        loop {
            let chunk = answer.chunk().await.map_err(|error| one_line(&error.without_url()))?;
            let Some(chunk) = chunk else { break };
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(format!("the answer has more than {LARGEST_ANSWER} bytes"));
            }
            body.extend_from_slice(&chunk);
        }
        keys(&body).map_err(|error| format!("the answer is not the JSON of a key set: {error}"))
    }
}

impl Kept {
    fn is_old(&self) -> bool {
        self.fetched.is_none_or(|fetched| fetched.elapsed() > FRESH)
    }

    fn must_pause(&self) -> bool {
        self.tried.is_some_and(|(tried, failed)| {
            tried.elapsed() < if failed { PAUSE_AFTER_FAILURE } else { PAUSE }
        })
    }

    fn find(&self, id: Option<&str>, fits: &impl Fn(&Jwk) -> bool) -> Option<Jwk> {
        let is_named = |key: &&Jwk| id.is_none() || key.common.key_id.as_deref() == id;
        let mut fitting = self.keys.iter().filter(is_named).filter(|key| fits(key));
        let found = fitting.next()?;
        // Without an id, the key must be the only one.
        (id.is_some() || fitting.next().is_none()).then(|| found.clone())
    }
}

/// Reads a key set. A key of a kind that isn't known doesn't spoil the others.
fn keys(body: &[u8]) -> Result<Vec<Jwk>, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct Set {
        keys: Vec<Value>,
    }
    if let Ok(JwkSet { keys }) = serde_json::from_slice(body) {
        return Ok(keys);
    }
    let set: Set = serde_json::from_slice(body)?;
    Ok(set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect())
}

/// Returns the URL, which must not be readable or replaceable on the network.
fn checked(text: &str) -> Result<Url, CodecServerError> {
    let url = Url::parse(text).map_err(|error| invalid(text, error.to_string()))?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        _ => {
            let problem = "keys could be replaced on the network; use `https://`";
            Err(invalid(text, problem.to_owned()))
        }
    }
}

fn invalid(url: &str, problem: String) -> CodecServerError {
    CodecServerError::InvalidJwksUrl { url: without_credentials(url), problem }
}
