//! The log of the commands that run until they are stopped.

use clap::Args;

use crate::cli::context::Context;
use crate::cli::exit::Problem;
use crate::telemetry::{self, LogFormat, LogLevel, Telemetry, TelemetryError};

/// The arguments of the log.
#[derive(Debug, Args)]
pub(super) struct Logging {
    /// The level of the log; the default is what `RUST_LOG` says, or what is configured,
    /// or else info
    #[arg(long, value_enum, ignore_case = true, value_name = "LEVEL")]
    log_level: Option<LogLevel>,
    /// The form of the log; the default is what is configured, or else text
    #[arg(long, value_enum, ignore_case = true, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
}

impl Logging {
    /// Sets telemetry up, which ends when it is dropped. A program that has a subscriber keeps it.
    pub(super) fn start(&self, context: &Context) -> Result<Telemetry, Problem> {
        let mut telemetry = telemetry::builder();
        // Problems of the configuration are reported with all others.
        if let Ok(config) = context.config() {
            telemetry = telemetry.config(config);
        }
        if let Some(level) = self.log_level {
            telemetry = telemetry.log_level(level);
        }
        if let Some(format) = self.log_format {
            telemetry = telemetry.log_format(format);
        }
        match telemetry.clone().init() {
            Err(error) => match error.downcast_ref() {
                Some(TelemetryError::AlreadySet) => Ok(telemetry.without_logs().init()?),
                Some(TelemetryError::AlreadyRunning) => Ok(Telemetry::default()),
                _ => Err(error.into()),
            },
            initialized => Ok(initialized?),
        }
    }
}
