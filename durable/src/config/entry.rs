//! The entries of a section: its keys with their types, defaults and meanings, and the sections in it.
//!
//! They follow from the declaration in `keys`. Reading, the names of variables, the checks of types, the
//! effective values, the JSON Schema and the table of docs/configuration.md follow from the entries.

use super::kind::Kind;

/// An entry of a section.
#[derive(Debug)]
pub(super) enum Entry {
    Key {
        name: &'static str,
        kind: Kind,
        default: Fallback,
        meaning: &'static str,
    },
    /// Another name of a key.
    Alias {
        name: &'static str,
        kind: Kind,
        without: &'static str,
        meaning: &'static str,
    },
    /// Keys that belong together.
    Section {
        name: &'static str,
        meaning: &'static str,
        entries: Vec<Self>,
    },
    /// Names that the user chooses, each with these keys.
    Named {
        name: &'static str,
        /// The kind of thing that is named, for messages and tables.
        of: &'static str,
        /// The key that a single value in place of the keys is for.
        shorthand: Option<&'static str>,
        meaning: &'static str,
        entries: Vec<Self>,
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

/// The value of a key that isn't set.
#[derive(Debug)]
pub(super) enum Fallback {
    /// A value, as it would be written.
    Value(String),
    /// No value, and the meaning of that.
    Unset(&'static str),
}

impl Fallback {
    /// Returns the default, or the meaning of a missing value.
    pub(super) fn split(&self) -> (Option<&str>, Option<&'static str>) {
        match self {
            Self::Value(default) => (Some(default), None),
            Self::Unset(without) => (None, Some(without)),
        }
    }
}

impl Entry {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Key { name, .. }
            | Self::Alias { name, .. }
            | Self::Section { name, .. }
            | Self::Named { name, .. }
            | Self::Values { name, .. }
            | Self::Refused { name, .. } => name,
        }
    }
}
