//! The settings of telemetry from a configuration.

use super::Config;
use super::section::Keys as _;
use crate::telemetry_settings::TelemetrySettings;

impl Config {
    /// Returns the settings of telemetry.
    pub(crate) fn telemetry(&self) -> TelemetrySettings {
        let mut settings = TelemetrySettings::default();
        self.inner.keys.telemetry.keys.fill(&mut settings);
        settings
    }
}
