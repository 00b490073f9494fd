//! The telemetry of a process, once it is set up.

use std::fmt;

#[cfg(feature = "telemetry")]
use super::export::Export;

/// The telemetry of this process. Dropping it sends what was recorded, so keep it until the end of `main`.
#[must_use = "dropping it ends the telemetry; bind it to a variable that lives until the end of `main`"]
#[derive(Default)]
#[non_exhaustive]
pub struct Telemetry {
    /// `None` after the end.
    #[cfg(feature = "telemetry")]
    pub(super) export: Option<Export>,
}

impl Telemetry {
    /// Sends what was recorded, and ends the exporters. It waits for them for
    /// the flush timeout at most, which is 3 seconds by default. Logs are still written afterwards.
    pub fn shutdown(mut self) {
        self.end();
    }

    #[cfg_attr(
        not(feature = "telemetry"),
        expect(clippy::unused_self, reason = "only the feature exports")
    )]
    fn end(&mut self) {
        #[cfg(feature = "telemetry")]
        if let Some(export) = self.export.take() {
            export.end();
        }
    }
}

#[cfg(feature = "telemetry")]
impl Telemetry {
    /// Returns the address at which metrics are served to Prometheus, if there is a listener for them.
    #[must_use]
    pub fn metrics_address(&self) -> Option<std::net::SocketAddr> {
        self.export.as_ref()?.metrics_address()
    }

    /// Returns the metrics in the text format of Prometheus, or `None` if they are sent to a collector.
    pub async fn metrics_text(&self) -> Option<String> {
        crate::metrics::text().await
    }

    /// Exports what was recorded until now, within the [flush timeout](super::TelemetryBuilder::flush_timeout). The
    /// drain of workers does so, too.
    pub async fn flush(&self) {
        if let Some(export) = &self.export {
            export.flush().await;
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
