//! One client for a whole program, which connects when it is first used.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use uuid::Uuid;

use super::health::{self, Health};
use super::{Client, ClientBuilder};
use crate::error::{Error, Result};

/// How long it is tried to connect, where nothing else is set.
const DEFAULT_LIMIT: Duration = Duration::from_secs(60);
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A client that a whole program shares, and that connects when it is first used.
///
/// It is cheap to clone. However many tasks use it first, there is one connection; while the server is
/// not there, it is tried again with growing pauses, up to a limit. A program so starts before its
/// Temporal server does, and a program that is configured not to use Temporal gets [`Error::Disabled`].
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
    /// How the last try to connect ended, if it failed, and when.
    failure: Option<(Instant, Error)>,
}

impl ClientService {
    /// A service that connects as a builder says.
    #[must_use]
    pub fn new(builder: ClientBuilder) -> Self {
        Self::with_limit(builder, None)
    }

    /// A service that connects as a configuration says.
    #[cfg(feature = "config")]
    #[must_use]
    pub fn from_config(config: &crate::config::Config) -> Self {
        Self::new(Client::builder().config(config))
    }

    /// How long the first user waits for the server; without it what is configured, or else a minute.
    ///
    /// It makes another service, which is not connected yet.
    #[must_use]
    pub fn connect_limit(self, limit: Duration) -> Self {
        Self::with_limit(self.inner.builder.clone(), Some(limit))
    }

    fn with_limit(builder: ClientBuilder, limit: Option<Duration>) -> Self {
        let (url, namespace) = builder.endpoint();
        let is_enabled = builder.is_enabled();
        let limit = limit.or(builder.connect_limit()).unwrap_or(DEFAULT_LIMIT);
        let state = Mutex::default();
        Self { inner: Arc::new(Inner { builder, url, namespace, is_enabled, limit, state }) }
    }

    /// Whether the program is to use Temporal at all.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.inner.is_enabled
    }

    /// The server, as it was given.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.inner.url
    }

    /// The namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.inner.namespace
    }

    /// The client; the first user connects it, and the others wait for that.
    ///
    /// # Errors
    /// Those of [`ClientBuilder::connect`]. While the server is unreachable it is tried again, up to the
    /// limit; another error is returned at once. The next user tries anew.
    pub async fn client(&self) -> Result<Client> {
        let asked = Instant::now();
        let mut state = self.inner.state.lock().await;
        if let Some(client) = &state.client {
            return Ok(client.clone());
        }
        // Whoever waited while another tried in vain is not made to wait once more.
        if let Some((failed, error)) = &state.failure
            && *failed > asked
        {
            return Err(again(error));
        }
        // Boxed, as every user's future would otherwise be as large as a connection's.
        match Box::pin(self.inner.connect()).await {
            Ok(client) => {
                *state = State { client: Some(client.clone()), failure: None };
                Ok(client)
            }
            Err(error) => {
                state.failure = Some((Instant::now(), again(&error)));
                Err(error)
            }
        }
    }

    /// Gives up the connection and makes a new one. Who has the old client keeps it.
    ///
    /// A connection comes back by itself after the server was gone; this is for settings that are read
    /// only when a connection is made.
    ///
    /// # Errors
    /// Those of [`client`](Self::client).
    pub async fn reconnect(&self) -> Result<Client> {
        self.close().await;
        self.client().await
    }

    /// Gives up the connection; the next user makes a new one. Who has the old client keeps it.
    pub async fn close(&self) {
        self.inner.state.lock().await.client = None;
    }

    /// Asks the server how it is, and connects for that if need be; it takes 5 seconds at most.
    ///
    /// # Errors
    /// [`Error::Disabled`], [`Error::Unreachable`] when there is no answer, and the other errors of
    /// [`ClientBuilder::connect`].
    pub async fn health(&self) -> Result<Health> {
        let asking = async { self.client().await?.health().await };
        match tokio::time::timeout(health::PATIENCE, asking).await {
            Ok(health) => health,
            Err(_) => Err(health::no_answer(self.url().to_owned())),
        }
    }
}

impl Inner {
    /// Connects, and tries again while the server is unreachable, up to the limit.
    async fn connect(&self) -> Result<Client> {
        let deadline = Instant::now() + self.limit;
        let mut wait = FIRST_WAIT;
        loop {
            match self.builder.clone().connect().await {
                Err(error @ Error::Unreachable { .. }) => {
                    let pause = scattered(wait);
                    if Instant::now() + pause >= deadline {
                        return Err(error);
                    }
                    tracing::warn!(address = self.url, ?pause, "no Temporal server answers yet");
                    tokio::time::sleep(pause).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                ended => return ended,
            }
        }
    }
}

/// A wait that is a little longer, by chance: many processes must not come back at the same moment.
fn scattered(wait: Duration) -> Duration {
    wait + wait.mul_f64(f64::from(Uuid::new_v4().as_bytes()[0]) / 1024.0)
}

/// The error once more, for another caller.
fn again(error: &Error) -> Error {
    match error {
        Error::Disabled { by } => Error::Disabled { by: by.clone() },
        Error::Tls { address, problem } => {
            Error::Tls { address: address.clone(), problem: problem.clone() }
        }
        Error::NamespaceNotFound { namespace, address } => {
            Error::NamespaceNotFound { namespace: namespace.clone(), address: address.clone() }
        }
        Error::InvalidAddress { address, source } => Error::InvalidAddress {
            address: address.clone(),
            source: whole(source.as_ref()).into(),
        },
        Error::InvalidHeader { name } => Error::InvalidHeader { name: name.clone() },
        Error::Rpc { operation, source } => {
            Error::Rpc { operation: operation.clone(), source: source.clone() }
        }
        Error::Unreachable { address, source } => {
            Error::Unreachable { address: address.clone(), source: whole(source.as_ref()).into() }
        }
        // Connecting ends with no other.
        other => Error::Unreachable { address: String::new(), source: whole(other).into() },
    }
}

/// An error with its causes, in a line.
fn whole(error: &dyn StdError) -> String {
    let causes = std::iter::successors(error.source(), |cause| StdError::source(*cause));
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
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
