//! The log of long-running commands, on standard error.

use std::io;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// The level of the log.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    fn directive(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// Starts the log at this level. The default is what `RUST_LOG` says, or else `info`.
pub(super) fn start(level: Option<LogLevel>) {
    let filter = match level {
        Some(level) => EnvFilter::new(level.directive()),
        None => EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let choice = anstream::AutoStream::choice(&io::stderr());
    let log = log.with_ansi(choice != anstream::ColorChoice::Never);
    // A program that has set up its own log keeps it.
    let _ = log.try_init();
}
