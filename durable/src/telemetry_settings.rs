//! The settings of telemetry that a configuration may have, with their defaults.
//!
//! A program that is built without the feature `telemetry` accepts a file that has them.

use std::fmt;
use std::str::FromStr;

/// The form of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum LogFormat {
    /// Text for people.
    #[default]
    Text,
    /// A JSON object for each line.
    Json,
}

/// The least severe level of log lines that are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum LogLevel {
    /// No lines.
    Off,
    /// Errors.
    Error,
    /// Also warnings.
    Warn,
    /// Also what the program does.
    #[default]
    Info,
    /// Also details, and the lines of Temporal's SDK.
    Debug,
    /// Everything.
    Trace,
}

/// The error of a text that is not one of the known names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown name; expected one of {}", .0.join(", "))]
#[non_exhaustive]
pub struct UnknownName(pub(crate) &'static [&'static str]);

macro_rules! names {
    ($($type:ident { $($variant:ident: $name:literal,)+ })+) => {$(
        impl $type {
            /// The names, as `Display` prints them and `FromStr` reads them.
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),+];
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $name,)+ })
            }
        }

        /// Reads a name, ignoring case.
        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name.to_ascii_lowercase().as_str() {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(UnknownName(Self::NAMES)),
                }
            }
        }
    )+};
}

names! {
    LogFormat { Text: "text", Json: "json", }
    LogLevel {
        Off: "off",
        Error: "error",
        Warn: "warn",
        Info: "info",
        Debug: "debug",
        Trace: "trace",
    }
}

/// The settings of telemetry that a configuration may have.
#[derive(Debug, Clone, Default)]
pub(crate) struct TelemetrySettings {
    pub(crate) log_format: LogFormat,
    pub(crate) log_level: LogLevel,
}
