//! What a key of a configuration is: its type, its default, its meaning, and where it acts.
//!
//! The tables in `keys` are made of these. Reading, the environment's names, the checks of types, the
//! effective values, the JSON Schema and the table of docs/configuration.md all follow from the tables,
//! so that a key cannot be known in one place and not in another.

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) default: Fallback,
    pub(super) meaning: &'static str,
}

/// What holds where nobody sets a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fallback {
    /// This value, as it would be written.
    Value(&'static str),
    /// No value, which means this.
    Unset(&'static str),
}

/// The type of a key's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number from `least` on.
    Count { least: u32 },
    /// The number of a port.
    Port,
    /// A number from 0 on.
    Rate,
    /// A number between 0 and 1.
    Fraction,
    /// A number from 1 on.
    Coefficient,
    /// A time in seconds, fractions allowed.
    Seconds,
    /// A time in milliseconds.
    Milliseconds,
    /// Any text but an empty one.
    Text,
    /// Text that is never shown.
    Secret,
    /// A PEM file by its path, or the PEM itself; of which the latter is never shown.
    Pem,
    /// A path. A relative one in the file starts at the file's folder.
    Path,
    /// A list of texts.
    Texts,
    /// The type of a search attribute.
    SearchAttribute,
}

/// What may stand under a name.
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
        /// What is named, for messages and tables.
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
    /// A key of the system that this crate succeeds which can have no effect, and why.
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
    /// The type, as the documentation names it.
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

    /// What a value of the type looks like, for whoever wrote another.
    pub(super) const fn expectation(self) -> &'static str {
        match self {
            Self::Bool => "`true` or `false`",
            Self::Count { least: 0 } => "a whole number, such as 100",
            Self::Count { .. } => "a whole number from 1 on, such as 100",
            Self::Port => "a port from 1 to 65535",
            Self::Rate => "a number per second, such as 10 or 0.5",
            Self::Fraction => "a number above 0 and at most 1, such as 0.8",
            Self::Coefficient => "a number of 1 or more, such as 2.0",
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

/// A key that has a default.
pub(super) const fn key(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    meaning: &'static str,
) -> Entry {
    Entry::Key(Key { name, kind, default: Fallback::Value(default), meaning })
}

/// A key that has none, and what it means to leave it out.
pub(super) const fn unset(
    name: &'static str,
    kind: Kind,
    without: &'static str,
    meaning: &'static str,
) -> Entry {
    Entry::Key(Key { name, kind, default: Fallback::Unset(without), meaning })
}
