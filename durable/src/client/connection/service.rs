//! A shared client that connects on its first use.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use uuid::Uuid;

use super::health::{self, Health};
use super::settings::ConnectionSettings;
use crate::client::{Client, ClientBuilder};
use crate::error::report::one_line;
use crate::error::{ConnectionError, Error, Result};
use crate::secret::without_credentials;

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A client that is shared by a whole program and connects on its first use.
///
/// It is cheap to clone. All tasks share one connection. While the server is unreachable,
/// connecting is retried with growing pauses, up to a limit, so a program can start before its
/// Temporal server. A program in whose configuration Temporal is disabled gets [`ConnectionError::Disabled`].
///
/// ```no_run
/// # async fn main_() -> durable::Result<()> {
/// use durable::client::ClientService;
/// use durable::config::Config;
///
/// let temporal = ClientService::from_config(&Config::load()?);
/// println!("Temporal at {}", temporal.url());                // nothing is connected yet
/// let client = temporal.client().await?;                      // now it is
/// println!("{:?}", temporal.health().await?);
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ClientService {
    inner: Arc<Inner>,
}

struct Inner {
    builder: ClientBuilder,
    url: String,
    namespace: String,
    is_enabled: bool,
    limit: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    client: Option<Client>,
    /// The time and error of the last attempt to connect, if it failed.
    failure: Option<(Instant, Error)>,
}

impl ClientService {
    /// Creates a service that connects with a builder.
    #[must_use]
    pub fn new(builder: ClientBuilder) -> Self {
        let ConnectionSettings {
            enabled: is_enabled,
            address: url,
            namespace,
            connect_limit: limit,
            ..
        } = builder.settings.effective();
        let (url, state) = (without_credentials(&url), Mutex::default());
        Self { inner: Arc::new(Inner { builder, url, namespace, is_enabled, limit, state }) }
    }

    /// Limits the time of connecting. Defaults to the configured limit, or else to one minute.
    ///
    /// It returns a new service, which is not connected yet.
    #[must_use]
    pub fn connect_limit(self, limit: Duration) -> Self {
        let mut builder = self.inner.builder.clone();
        builder.settings.change(move |settings| settings.connect_limit = limit);
        Self::new(builder)
    }

    /// Returns whether Temporal is enabled in the configuration.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.inner.is_enabled
    }

    /// Returns the server's address as it was given, without credentials.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.inner.url
    }

    /// Returns the namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.inner.namespace
    }

    /// Returns the client. The first call connects, and concurrent calls wait for it.
    ///
    /// # Errors
    /// The errors of [`ClientBuilder::connect`]. Connecting is retried up to the limit while the
    /// server is unreachable. Other errors are returned at once. The next call tries again.
    pub async fn client(&self) -> Result<Client> {
        let asked = Instant::now();
        let mut state = self.inner.state.lock().await;
        if let Some(client) = &state.client {
            return Ok(client.clone());
        }
        // A caller that waited for another's failed attempt does not wait again.
        if let Some((failed, error)) = &state.failure
            && *failed > asked
        {
            return Err(error.clone());
        }
        // Boxed because the future of a connection is large.
        match Box::pin(self.inner.connect()).await {
            Ok(client) => {
                *state = State { client: Some(client.clone()), failure: None };
                Ok(client)
            }
            Err(error) => {
                state.failure = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Connects again, and then uses the new connection in place of the old one. Clients that were returned
    /// before stay connected.
    ///
    /// A connection reconnects by itself. Use this to apply settings that are read only when
    /// connecting. If it fails, for example because a certificate is just being written, the old connection
    /// stays in use.
    ///
    /// # Errors
    /// Those of [`client`](Self::client).
    pub async fn reconnect(&self) -> Result<Client> {
        // The state is not locked meanwhile, so others can use the old connection.
        let client = Box::pin(self.inner.connect()).await?;
        *self.inner.state.lock().await = State { client: Some(client.clone()), failure: None };
        Ok(client)
    }

    /// Drops the connection; the next call connects again. Clients that were returned before stay
    /// connected.
    pub async fn close(&self) {
        self.inner.state.lock().await.client = None;
    }

    /// Checks that the server answers and accepts the credentials, after connecting if necessary. It takes at
    /// most 5 seconds.
    ///
    /// # Errors
    /// [`ConnectionError::Disabled`], and the errors of [`Client::health`] and [`ClientBuilder::connect`].
    pub async fn health(&self) -> Result<Health> {
        let asking = async { self.client().await?.health().await };
        match tokio::time::timeout(health::HEALTH_TIMEOUT, asking).await {
            Ok(health) => health,
            Err(_) => Err(health::timed_out_error(self.url().to_owned())),
        }
    }
}

impl Inner {
    /// Connects, with retries up to the limit while the server is unreachable.
    async fn connect(&self) -> Result<Client> {
        let deadline = Instant::now() + self.limit;
        let (mut wait, mut said) = (FIRST_WAIT, None);
        let began = Instant::now();
        loop {
            match self.builder.clone().connect().await {
                Err(error @ Error::Connection(ConnectionError::Unreachable { .. })) => {
                    let pause = with_jitter(wait);
                    if Instant::now() + pause >= deadline {
                        return Err(error);
                    }
                    let reason = one_line(&error);
                    // One line for each reason, however long it takes.
                    if said.as_ref() != Some(&reason) {
                        tracing::warn!(reason, "no Temporal server answers yet; waiting for it");
                        said = Some(reason);
                    }
                    tokio::time::sleep(pause).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                ended => {
                    if said.is_some() && ended.is_ok() {
                        let (address, waited) = (&self.url, began.elapsed());
                        tracing::info!(address, "the server answers after {waited:.1?}");
                    }
                    return ended;
                }
            }
        }
    }
}

/// Adds a random part to a pause, so that many processes do not reconnect at the same moment.
fn with_jitter(wait: Duration) -> Duration {
    wait + wait.mul_f64(f64::from(Uuid::new_v4().as_bytes()[0]) / 1024.0)
}

impl fmt::Debug for ClientService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientService")
            .field("url", &self.url())
            .field("namespace", &self.namespace())
            .field("is_enabled", &self.is_enabled())
            .finish_non_exhaustive()
    }
}
