//! The kinds of values that keys have.

use crate::telemetry_settings::{LogFormat, LogLevel};

/// The type of a key's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number, at least `least`.
    Count { least: u32 },
    /// A port number.
    Port,
    /// A number, at least 0.
    Rate,
    /// A number between 0 and 1.
    Fraction,
    /// A number, at least 1.
    Coefficient,
    /// A time in seconds, fractions allowed.
    Seconds,
    /// A time in milliseconds.
    Milliseconds,
    /// Non-empty text.
    Text,
    /// Text that is never shown.
    Secret,
    /// The path of a PEM file, or the PEM itself, which is never shown.
    Pem,
    /// A path. A relative path in the file starts at the file's folder.
    Path,
    /// A list of texts.
    Texts,
    /// The type of a search attribute.
    SearchAttribute,
    /// One of these names, ignoring case.
    OneOf(Choice),
}

/// Names of which a value is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    /// The name of the type in the schema.
    pub(super) name: &'static str,
    pub(super) names: &'static [&'static str],
    /// A description of a valid value.
    pub(super) expectation: &'static str,
}

/// The form of log lines.
pub(super) const LOG_FORMAT: Choice =
    Choice { name: "log_format", names: LogFormat::NAMES, expectation: "`text` or `json`" };

/// The level of log lines.
pub(super) const LOG_LEVEL: Choice = Choice {
    name: "log_level",
    names: LogLevel::NAMES,
    expectation: "`off`, `error`, `warn`, `info`, `debug` or `trace`",
};

impl Kind {
    /// Returns the name of the type, for the documentation.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Count { .. } => "whole number",
            Self::Port => "port",
            Self::Rate => "number per second",
            Self::Fraction => "fraction, 0 to 1",
            Self::Coefficient => "number, 1 or more",
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Text => "text",
            Self::Secret => "secret text",
            Self::Pem => "PEM, or the path of one",
            Self::Path => "path",
            Self::Texts => "list of texts",
            Self::SearchAttribute => "type of a search attribute",
            Self::OneOf(choice) => choice.expectation,
        }
    }

    /// Returns a description of a valid value, for messages.
    pub(super) const fn expectation(self) -> &'static str {
        match self {
            Self::OneOf(choice) => choice.expectation,
            Self::Bool => "`true` or `false`",
            Self::Count { least: 0 } => "a whole number, such as 100",
            Self::Count { .. } => "a whole number of at least 1, such as 100",
            Self::Port => "a port from 1 to 65535",
            Self::Rate => "a number per second, such as 10 or 0.5",
            Self::Fraction => "a number above 0 and at most 1, such as 0.8",
            Self::Coefficient => "a number of at least 1, such as 2.0",
            Self::Seconds => "a number of seconds, such as 90 or 0.5",
            Self::Milliseconds => "a whole number of milliseconds, such as 10000",
            Self::Text | Self::Secret => "text",
            Self::Pem => "the path of a PEM file, or the PEM itself",
            Self::Path => "a path",
            Self::Texts => "a list of texts, such as [CardDeclined, OutOfStock]",
            Self::SearchAttribute => {
                "`Text`, `Keyword`, `Int`, `Double`, `Bool`, `Datetime` or `KeywordList`"
            }
        }
    }
}
