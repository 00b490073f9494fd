//! The builder of telemetry.

use std::fmt;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt as _;

#[cfg(feature = "telemetry")]
use super::export;
use super::logs::{self, BoxedLayer};
use super::{LogFormat, LogLevel, Telemetry, TelemetryError};
#[cfg(feature = "config")]
use crate::config::Config;
use crate::error::Result;
use crate::settings::Settings;
use crate::telemetry_settings::TelemetrySettings;

/// The settings of telemetry. Calls take precedence over the configuration.
#[derive(Clone)]
#[must_use = "telemetry is set up only when `init` is called"]
pub struct TelemetryBuilder {
    pub(super) settings: Settings<TelemetrySettings>,
    /// The level of a call, which takes precedence over `RUST_LOG` too.
    level: Option<LogLevel>,
    /// `false` leaves the subscriber to the program.
    logs: bool,
    /// The buckets of histograms.
    #[cfg(feature = "telemetry")]
    pub(super) buckets: Vec<(String, Vec<f64>)>,
}

impl Default for TelemetryBuilder {
    fn default() -> Self {
        Self {
            settings: Settings::new(TelemetrySettings::default()),
            level: None,
            logs: true,
            #[cfg(feature = "telemetry")]
            buckets: Vec::new(),
        }
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

    /// Leaves the `tracing` subscriber to the program, also one that it sets up later.
    ///
    /// The spans of the program's own `tracing` macros are then in no trace. Everything else is.
    pub fn without_logs(mut self) -> Self {
        self.logs = false;
        self
    }

    /// Sets telemetry up for this process. A process can do so once.
    ///
    /// # Errors
    /// [`TelemetryError`] if the process already has a subscriber or telemetry, if `RUST_LOG` is invalid, or if
    /// metrics and traces can't be exported with these settings.
    pub fn init(self) -> Result<Telemetry> {
        let settings = self.settings.effective();
        #[cfg(feature = "telemetry")]
        let (export, traces) = export::prepare(settings.clone(), self.buckets)?;
        #[cfg(not(feature = "telemetry"))]
        let traces = None;
        if self.logs {
            let layers = [Some(logs::layer(&settings, self.level)?), traces];
            let layers: Vec<BoxedLayer> = layers.into_iter().flatten().collect();
            registry().with(layers).try_init().map_err(|_| TelemetryError::AlreadySet)?;
        }
        Ok(Telemetry {
            #[cfg(feature = "telemetry")]
            export: Some(export.install()?),
        })
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryBuilder").field("level", &self.level).finish_non_exhaustive()
    }
}
