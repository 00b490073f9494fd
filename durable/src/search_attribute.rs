//! Types of search attributes.

use std::fmt;
use std::str::FromStr;

use temporalio_common::protos::temporal::api::enums::v1::IndexedValueType;

/// The type of a custom search attribute.
///
/// `Display` prints the name that Temporal's tools use, such as `Keyword`, and `FromStr` parses it,
/// ignoring case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SearchAttribute {
    /// A text that is searched by words.
    Text,
    /// A text that is compared as a whole.
    Keyword,
    /// A signed 64-bit integer.
    Int,
    /// A 64-bit floating-point number.
    Double,
    /// A boolean.
    Bool,
    /// A point in time.
    Datetime,
    /// A list of keywords.
    KeywordList,
}

impl SearchAttribute {
    /// All types.
    pub(crate) const ALL: [Self; 7] = [
        Self::Text,
        Self::Keyword,
        Self::Int,
        Self::Double,
        Self::Bool,
        Self::Datetime,
        Self::KeywordList,
    ];

    /// Converts the protocol's type, or returns `None` for an unknown one.
    pub(crate) fn of(indexed: IndexedValueType) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.indexed() == indexed)
    }

    /// Converts the type to the protocol's.
    pub(crate) fn indexed(self) -> IndexedValueType {
        match self {
            Self::Text => IndexedValueType::Text,
            Self::Keyword => IndexedValueType::Keyword,
            Self::Int => IndexedValueType::Int,
            Self::Double => IndexedValueType::Double,
            Self::Bool => IndexedValueType::Bool,
            Self::Datetime => IndexedValueType::Datetime,
            Self::KeywordList => IndexedValueType::KeywordList,
        }
    }
}

impl fmt::Display for SearchAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The variants have the names that Temporal's tools use.
        fmt::Debug::fmt(self, f)
    }
}

/// The error of a text that is not the name of a type of search attribute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a type of search attribute; expected `Text`, `Keyword`, `Int`, `Double`, `Bool`, `Datetime` \
     or `KeywordList`"
)]
#[non_exhaustive]
pub struct UnknownSearchAttribute;

impl FromStr for SearchAttribute {
    type Err = UnknownSearchAttribute;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut known = Self::ALL.into_iter();
        known.find(|kind| kind.to_string().eq_ignore_ascii_case(name)).ok_or(UnknownSearchAttribute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_by_the_names_they_display() {
        for kind in SearchAttribute::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(kind.to_string().to_lowercase().parse(), Ok(kind));
            assert_eq!(SearchAttribute::of(kind.indexed()), Some(kind));
        }
        assert_eq!("Number".parse::<SearchAttribute>(), Err(UnknownSearchAttribute));
        assert_eq!(SearchAttribute::of(IndexedValueType::Unspecified), None);
    }
}
