//! Names that a language permits.

use std::collections::BTreeSet;

/// The names that are taken in a scope.
pub(super) struct Names {
    taken: BTreeSet<String>,
    reserved: &'static [&'static str],
}

impl Names {
    pub(super) fn new(reserved: &'static [&'static str], taken: &[&str]) -> Self {
        Self { taken: taken.iter().map(|name| (*name).to_owned()).collect(), reserved }
    }

    /// Returns an identifier for a name, which no other has.
    pub(super) fn take(&mut self, name: &str) -> String {
        let mut identifier = identifier(name);
        while self.taken.contains(&identifier) || self.reserved.contains(&identifier.as_str()) {
            identifier.push('_');
        }
        self.taken.insert(identifier.clone());
        identifier
    }
}

/// Replaces what an identifier can't contain.
fn identifier(name: &str) -> String {
    let mut identifier = String::new();
    let mut upper = false;
    for character in name.strip_prefix("r#").unwrap_or(name).chars() {
        match character {
            '.' => upper = true,
            _ if character.is_ascii_alphanumeric() || character == '_' => {
                identifier.push(if upper { character.to_ascii_uppercase() } else { character });
                upper = false;
            }
            _ => identifier.push('_'),
        }
    }
    if !identifier.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        identifier.insert(0, '_');
    }
    identifier
}

/// Returns `true` for a name that needs no quotes.
pub(super) fn is_identifier(name: &str) -> bool {
    !name.is_empty() && identifier(name) == name
}

/// Returns a text as a literal. JSON's form is valid in Python and TypeScript.
pub(super) fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
