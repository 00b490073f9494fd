//! The model of a configuration key: its type, its default and its meaning.
//!
//! The tables in `keys` are made of these. Reading, the names of variables, the checks of types, the
//! effective values, the JSON Schema and the table of docs/configuration.md all follow from the tables,
//! so that a key can't be known in one place and unknown in another.

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) default: Fallback,
    pub(super) meaning: &'static str,
}

/// The value of a key that isn't set.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fallback {
    /// A value, as it would be written.
    Value(&'static str),
    /// No value, and the meaning of that.
    Unset(&'static str),
}

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
}

/// An entry of a section.
#[derive(Debug)]
pub(super) enum Entry {
    Key(Key),
    /// Keys that belong together.
    Section {
        name: &'static str,
        meaning: &'static str,
        entries: &'static [Entry],
    },
    /// Names that the user chooses, each with these keys.
    Named {
        name: &'static str,
        /// The kind of thing that is named, for messages and tables.
        of: &'static str,
        meaning: &'static str,
        entries: &'static [Entry],
    },
    /// Names that the user chooses, each with a value.
    Values {
        name: &'static str,
        of: &'static str,
        kind: Kind,
        meaning: &'static str,
    },
    /// A key of the system that this crate succeeds that has no effect here, and the reason.
    Refused {
        name: &'static str,
        reason: &'static str,
    },
}

impl Entry {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Key(key) => key.name,
            Self::Section { name, .. }
            | Self::Named { name, .. }
            | Self::Values { name, .. }
            | Self::Refused { name, .. } => name,
        }
    }
}

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
        }
    }

    /// Returns a description of a valid value, for messages.
    pub(super) const fn expectation(self) -> &'static str {
        match self {
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

/// Creates a key that has a default.
pub(super) const fn key(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    meaning: &'static str,
) -> Entry {
    Entry::Key(Key { name, kind, default: Fallback::Value(default), meaning })
}

/// Creates a key that has no default, with the meaning of leaving it out.
pub(super) const fn unset(
    name: &'static str,
    kind: Kind,
    without: &'static str,
    meaning: &'static str,
) -> Entry {
    Entry::Key(Key { name, kind, default: Fallback::Unset(without), meaning })
}
