//! The settings of telemetry from a configuration.

use super::Config;
use super::section::Keys as _;
use crate::telemetry_settings::TelemetrySettings;

impl Config {
    /// Returns the settings of telemetry.
    pub(crate) fn telemetry(&self) -> TelemetrySettings {
        let mut settings = TelemetrySettings::default();
        let keys = &self.inner.keys.telemetry.keys;
        keys.fill(&mut settings);
        settings.otlp_headers = keys.otlp_headers.values().collect();
        settings
    }
}
