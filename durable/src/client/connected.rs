//! A connection to a Temporal server and namespace, once it is there.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::ClientBuilder;
use super::clock::Clock;
#[cfg(feature = "config")]
use crate::config::Config;
use crate::error::Result;
use crate::options::ConfiguredOptions;

/// A connection to a Temporal server, bound to one namespace.
///
/// It is cheap to clone and to share between tasks; clones share the connection, which comes back by
/// itself when the server does. It can be used from any Tokio runtime, also when the one that it was
/// made on has ended.
#[derive(Clone)]
pub struct Client {
    pub(super) sdk: temporalio_client::Client,
    pub(super) address: Arc<str>,
    pub(super) clock: Option<Arc<dyn Clock>>,
    /// The limit of each call that has none of its own.
    pub(super) call_timeout: Option<Duration>,
    /// Whether workers of a deployment version use this connection.
    pub(super) versioned: Arc<AtomicBool>,
    pub(super) options: Arc<ConfiguredOptions>,
    #[cfg(feature = "config")]
    pub(super) config: Option<Config>,
}

impl Client {
    /// Connects to the namespace `default` of the server at `address`, such as `localhost:7233`.
    ///
    /// # Errors
    /// Those of [`ClientBuilder::connect`].
    pub async fn connect(address: impl Into<String>) -> Result<Self> {
        Self::builder().address(address).connect().await
    }

    /// Connects to where the environment says: `TEMPORAL_ADDRESS`, or else `localhost:7233`, and
    /// `TEMPORAL_NAMESPACE`, or else `default`.
    ///
    /// With the feature `config`, all of Temporal's own variables hold (API key, TLS, headers), and the
    /// profiles of `temporal.toml`.
    ///
    /// # Errors
    /// Those of [`ClientBuilder::connect`], and an `Error::Config` where the variables contradict each
    /// other.
    pub async fn from_env() -> Result<Self> {
        ClientBuilder::of_environment()?.connect().await
    }

    /// A builder, for everything else.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The server's address, as host and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The namespace that this client is bound to.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.sdk.options().namespace
    }

    /// The same client, of whose workflows' time a clock decides.
    #[cfg(feature = "testing")]
    pub(crate) fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    pub(super) fn clock(&self) -> Option<&Arc<dyn Clock>> {
        self.clock.as_ref()
    }

    /// Workers of a deployment version use this connection from now on.
    pub(crate) fn serves_a_version(&self) {
        self.versioned.store(true, Ordering::Relaxed);
    }

    /// Whether a start may hand its first task to a worker of this process. The server does not look
    /// at that worker's deployment version then, and the workflow would begin on one that is not
    /// current.
    pub(super) fn may_start_eagerly(&self) -> bool {
        !self.versioned.load(Ordering::Relaxed)
    }

    /// What is configured for workflows and activities: the layer below their annotations.
    pub(crate) fn configured_options(&self) -> &Arc<ConfiguredOptions> {
        &self.options
    }

    /// The configuration that the client was made with.
    #[cfg(feature = "config")]
    #[must_use]
    pub fn config(&self) -> Option<&Config> {
        self.config.as_ref()
    }

    /// A caller begins to wait for the result of a workflow.
    pub(super) async fn waiting(&self, workflow_id: &str) {
        if let Some(clock) = &self.clock {
            clock.waiting(workflow_id).await;
        }
    }

    /// The SDK's client, for what this crate does not cover.
    #[must_use]
    pub fn sdk(&self) -> &temporalio_client::Client {
        &self.sdk
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("address", &self.address)
            .field("namespace", &self.namespace())
            .finish_non_exhaustive()
    }
}
