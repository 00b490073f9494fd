//! The search attributes that this program declares.

use std::collections::BTreeMap;

use temporalio_common::protos::temporal::api::enums::v1::IndexedValueType;
use temporalio_common::search_attributes::{SearchAttributeKey, SearchAttributeValue};

use super::{RegistryError, RegistryProblem, SourceLocation};
use crate::definition::debug;
use crate::search_attribute::SearchAttribute;

/// A search attribute that this program declares with
/// [`search_attributes!`](crate::search_attributes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SearchAttributeEntry {
    /// The attribute's name on the server.
    pub name: &'static str,
    /// The attribute's type.
    pub kind: SearchAttribute,
    /// The place of the declaration.
    pub source: SourceLocation,
}

/// The name and the type of a key.
type DescribeKey = fn() -> (&'static str, IndexedValueType);

/// Returns the name and the type of a key; called by generated code.
#[must_use]
pub fn describe_key<T: SearchAttributeValue>(
    key: &SearchAttributeKey<T>,
) -> (&'static str, IndexedValueType) {
    (key.name(), key.indexed_value_type())
}

/// The entry that `search_attributes!` submits at link time; created by generated code.
pub struct DeclaredSearchAttribute {
    describe: DescribeKey,
    source: SourceLocation,
}

debug!([] DeclaredSearchAttribute[]: source);

inventory::collect!(DeclaredSearchAttribute);

impl DeclaredSearchAttribute {
    /// Creates a declaration; called by generated code.
    #[must_use]
    pub const fn new(describe: DescribeKey, source: SourceLocation) -> Self {
        Self { describe, source }
    }

    fn entry(&self) -> Result<SearchAttributeEntry, RegistryProblem> {
        let (name, indexed) = (self.describe)();
        let (kind, source) = (SearchAttribute::of(indexed), self.source);
        match kind.filter(|_| !name.is_empty() && !name.contains('=')) {
            Some(kind) => Ok(SearchAttributeEntry { name, kind, source }),
            None => Err(RegistryProblem::SearchAttributeName { name, source }),
        }
    }
}

/// Returns the declarations of this program, sorted by name.
///
/// # Errors
/// [`RegistryError`] lists the names that are invalid or declared with several types.
pub(crate) fn declared_search_attributes() -> Result<Vec<SearchAttributeEntry>, RegistryError> {
    let mut problems = Vec::new();
    let entries = collect(inventory::iter::<DeclaredSearchAttribute>, &mut problems);
    if problems.is_empty() { Ok(entries) } else { Err(RegistryError { problems }) }
}

/// Collects the declarations by name, without duplicates, and adds their problems.
pub(super) fn collect<'a>(
    declared: impl IntoIterator<Item = &'a DeclaredSearchAttribute>,
    problems: &mut Vec<RegistryProblem>,
) -> Vec<SearchAttributeEntry> {
    let mut by_name = BTreeMap::<_, Vec<SearchAttributeEntry>>::new();
    for declared in declared {
        match declared.entry() {
            Ok(entry) => by_name.entry(entry.name).or_default().push(entry),
            Err(problem) => problems.push(problem),
        }
    }
    let mut entries = Vec::new();
    for (name, mut same) in by_name {
        // The link order is arbitrary. Sorting makes reports deterministic.
        same.sort_by_key(|entry| (entry.source, entry.kind));
        if same.iter().any(|entry| entry.kind != same[0].kind) {
            let declarations = same.iter().map(|entry| (entry.kind, entry.source)).collect();
            problems.push(RegistryProblem::SearchAttributeTypes { name, declarations });
        }
        entries.push(same[0]);
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIER: SearchAttributeKey<String> = SearchAttributeKey::keyword("Tier");
    const SAME: SearchAttributeKey<String> = SearchAttributeKey::keyword("Tier");
    const OTHER: SearchAttributeKey<i64> = SearchAttributeKey::int("Tier");
    const NAMELESS: SearchAttributeKey<bool> = SearchAttributeKey::bool("");

    fn declared(describe: DescribeKey, line: u32) -> DeclaredSearchAttribute {
        DeclaredSearchAttribute::new(describe, SourceLocation::new("src/keys.rs", line, 1))
    }

    #[test]
    fn one_type_may_be_declared_twice_and_two_types_may_not() {
        let tier = || declared(|| describe_key(&TIER), 1);
        let mut problems = Vec::new();
        let entries = collect(&[declared(|| describe_key(&SAME), 2), tier()], &mut problems);
        assert_eq!(entries.len(), 1);
        assert_eq!((entries[0].kind, entries[0].source.line), (SearchAttribute::Keyword, 1));
        assert!(problems.is_empty());

        let nameless = declared(|| describe_key(&NAMELESS), 4);
        collect(&[declared(|| describe_key(&OTHER), 3), tier(), nameless], &mut problems);
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "invalid name of search attribute `` at src/keys.rs:4:1: a name has at least one \
                 character, and no `=`",
                "search attribute `Tier` is declared with several types, as Keyword at src/keys.rs:1:1 \
                 and Int at src/keys.rs:3:1; use one type, or different names",
            ]
        );
    }
}
