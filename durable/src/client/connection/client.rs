//! The client: a connection to a Temporal server, bound to one namespace.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::again::Again;
use super::api_key::KeyFile;
use crate::client::start::clock::Clock;
use crate::definition::Dependencies;
use crate::error::server_limits::ServerLimits;
use crate::options::ConfiguredOptions;

/// A connection to a Temporal server, bound to one namespace.
///
/// It is cheap to clone and to share between tasks. Clones share the connection, which reconnects
/// by itself. It can be used from any Tokio runtime, also after the one that it was created on has
/// ended.
#[derive(Clone)]
pub struct Client {
    pub(crate) sdk: temporalio_client::Client,
    pub(crate) address: Arc<str>,
    pub(crate) clock: Option<Arc<dyn Clock>>,
    /// The limit of each call without its own.
    pub(crate) call_timeout: Option<Duration>,
    /// Set once workers of a deployment version use this connection.
    pub(crate) versioned: Arc<AtomicBool>,
    pub(crate) options: Arc<ConfiguredOptions>,
    /// Values of the rooms above, by type, such as the settings of the workers of this client.
    pub(crate) attached: Arc<Dependencies>,
    /// The size limits of the namespace.
    pub(crate) limits: Arc<ServerLimits>,
    /// `true` if payloads may be encoded by more than the JSON converter.
    pub(crate) has_codec: bool,
    /// The file of the API key, if it comes from one.
    pub(crate) key: Option<Arc<KeyFile>>,
    /// The way to another connection like this one.
    pub(super) again: Option<Arc<Again>>,
}

impl Client {
    /// Returns a client over a client of the SDK, with the default limits and no file of the API key.
    pub(super) fn over(
        sdk: temporalio_client::Client,
        address: String,
        options: Arc<ConfiguredOptions>,
        attached: Dependencies,
    ) -> Self {
        Self {
            sdk,
            address: address.into(),
            clock: None,
            call_timeout: None,
            versioned: Arc::default(),
            options,
            attached: Arc::new(attached),
            limits: Arc::default(),
            has_codec: false,
            key: None,
            again: None,
        }
    }

    /// Returns the server's address, as host and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the namespace that this client is bound to.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.sdk.options().namespace
    }

    /// Returns the same client with a clock that controls the time of its workflows.
    #[cfg(feature = "testing")]
    pub(crate) fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    pub(crate) fn clock(&self) -> Option<&Arc<dyn Clock>> {
        self.clock.as_ref()
    }

    /// Records that workers of a deployment version use this connection.
    pub(crate) fn set_versioned(&self) {
        self.versioned.store(true, Ordering::Relaxed);
    }

    /// Returns whether a start may request eager execution by a worker of this process. The server
    /// (as of 1.32) ignores that worker's deployment version, so the workflow could begin on a
    /// version that is not current.
    pub(crate) fn may_start_eagerly(&self) -> bool {
        !self.versioned.load(Ordering::Relaxed)
    }

    /// Returns the configured options for workflows and activities, which annotations override.
    pub(crate) fn configured_options(&self) -> &Arc<ConfiguredOptions> {
        &self.options
    }

    /// Returns a value that the builder of this client was given for a room above.
    pub(crate) fn attached<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.attached.get_ref()
    }

    /// Notifies the clock that a caller begins to wait for the result of a workflow.
    pub(crate) async fn notify_waiting(&self, workflow_id: &str) {
        if let Some(clock) = &self.clock {
            clock.waiting(workflow_id).await;
        }
    }

    /// Returns the SDK's client, for features that this crate does not cover.
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
