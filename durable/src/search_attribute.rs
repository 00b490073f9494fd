//! The types of search attributes, by the names that Temporal gives them.

use std::fmt;
use std::str::FromStr;

use temporalio_common::protos::temporal::api::enums::v1::IndexedValueType;

/// The type of a custom search attribute.
///
/// It displays as Temporal's tools name it, and is parsed from that name: `Keyword`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SearchAttribute {
    /// Text that is searched by its words.
    Text,
    /// Text that is compared whole.
    Keyword,
    /// A whole number.
    Int,
    /// A number with a fraction.
    Double,
    /// True or false.
    Bool,
    /// A point in time.
    Datetime,
    /// Several keywords.
    KeywordList,
}

impl SearchAttribute {
    /// Every type.
    pub(crate) const ALL: [Self; 7] = [
        Self::Text,
        Self::Keyword,
        Self::Int,
        Self::Double,
        Self::Bool,
        Self::Datetime,
        Self::KeywordList,
    ];

    /// Returns the type that the server's protocol means, or `None` for one that is not known here.
    pub(crate) fn of(indexed: IndexedValueType) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.indexed() == indexed)
    }

    /// Returns the type as the server's protocol has it.
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
        // The variants are called as Temporal's tools call the types.
        fmt::Debug::fmt(self, f)
    }
}

/// The error for a text that names no type of search attribute.
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
