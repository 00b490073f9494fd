//! The builder of telemetry.

use std::fmt;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::part::{BoxedLayer, Part};
use super::{LogFormat, LogLevel, Telemetry, TelemetryError, logs};
#[cfg(feature = "config")]
use crate::config::Config;
use crate::error::Result;
use crate::settings::Settings;
use crate::telemetry_settings::TelemetrySettings;

/// The settings of telemetry. Calls take precedence over the configuration.
#[must_use = "telemetry is set up only when `init` is called"]
pub struct TelemetryBuilder {
    settings: Settings<TelemetrySettings>,
    /// The level of a call, which takes precedence over `RUST_LOG` too.
    level: Option<LogLevel>,
}

impl Default for TelemetryBuilder {
    fn default() -> Self {
        Self { settings: Settings::new(TelemetrySettings::default()), level: None }
    }
}

impl TelemetryBuilder {
    /// Uses the section `telemetry` of a configuration.
    #[cfg(feature = "config")]
    pub fn config(mut self, config: &Config) -> Self {
        self.settings.set_base(config.telemetry());
        self
    }

    /// Sets the form of log lines. The default is the configured one, or else [`LogFormat::Text`].
    pub fn log_format(mut self, format: LogFormat) -> Self {
        self.settings.change(move |settings| settings.log_format = format);
        self
    }

    /// Sets the level of log lines, whatever `RUST_LOG` says. The default is what `RUST_LOG` says, or else the
    /// configured level, or else [`LogLevel::Info`].
    pub fn log_level(mut self, level: LogLevel) -> Self {
        self.level = Some(level);
        self
    }

    /// Sets telemetry up for this process.
    ///
    /// # Errors
    /// [`TelemetryError`] if the process already has a subscriber or `RUST_LOG` is invalid.
    pub fn init(self) -> Result<Telemetry> {
        let settings = self.settings.effective();
        let parts = [logs::part(&settings, self.level)?];
        let (layers, shutdowns): (Vec<_>, Vec<_>) =
            parts.into_iter().map(|Part { layer, shutdown }| (layer, shutdown)).unzip();
        let layers: Vec<BoxedLayer> = layers.into_iter().flatten().collect();
        registry().with(layers).try_init().map_err(|_| TelemetryError::AlreadySet)?;
        Ok(Telemetry::new(shutdowns.into_iter().flatten()))
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryBuilder").field("level", &self.level).finish_non_exhaustive()
    }
}
