//! The parts of telemetry, each with its layer of the subscriber and its end.

use std::fmt;

use tracing_subscriber::{Layer, Registry};

/// A layer of the subscriber.
pub(super) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// One part of telemetry, such as the logs.
pub(super) struct Part {
    /// The layer of the subscriber, if the part has one.
    pub(super) layer: Option<BoxedLayer>,
    /// Sends what was recorded, and ends the part. It returns within a few seconds.
    pub(super) shutdown: Option<Box<dyn FnOnce() + Send>>,
}

/// The telemetry of this process. Dropping it sends what was recorded, so keep it until the end of `main`.
#[must_use = "dropping it ends the telemetry; bind it to a variable that lives until the end of `main`"]
#[derive(Default)]
pub struct Telemetry {
    shutdowns: Vec<Box<dyn FnOnce() + Send>>,
}

impl Telemetry {
    pub(super) fn new(shutdowns: impl IntoIterator<Item = Box<dyn FnOnce() + Send>>) -> Self {
        Self { shutdowns: shutdowns.into_iter().collect() }
    }

    /// Sends what was recorded, and ends the exporters. It waits for them for a few seconds at most. Logs
    /// are still written afterwards.
    pub fn shutdown(mut self) {
        self.end();
    }

    fn end(&mut self) {
        for shutdown in self.shutdowns.drain(..) {
            shutdown();
        }
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}
