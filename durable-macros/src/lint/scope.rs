//! The meaning of names in a body, as far as the body itself shows it.

use std::collections::BTreeMap;

use syn::{Item, Path, UseTree};

/// The meaning of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// A `use` within the body, or an item of the body's own.
    Import(Vec<String>),
    /// A hash table whose order is random.
    Table,
    /// A point in time.
    Time,
    Other,
}

/// The names of the blocks around a place, the innermost last.
#[derive(Default)]
pub(super) struct Scopes(Vec<BTreeMap<String, Binding>>);

impl Scopes {
    pub(super) fn enter(&mut self) {
        self.0.push(BTreeMap::new());
    }

    pub(super) fn leave(&mut self) {
        self.0.pop();
    }

    pub(super) fn bind(&mut self, name: String, binding: Binding) {
        if let Some(innermost) = self.0.last_mut() {
            innermost.insert(name, binding);
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Binding> {
        self.0.iter().rev().find_map(|scope| scope.get(name))
    }

    /// The names of an item, which hold in its whole block.
    pub(super) fn declare(&mut self, item: &Item) {
        match item {
            Item::Use(item) => self.import(&item.tree, &mut Vec::new()),
            Item::Enum(item) => self.own(&item.ident),
            Item::Fn(item) => self.own(&item.sig.ident),
            Item::Mod(item) => self.own(&item.ident),
            Item::Struct(item) => self.own(&item.ident),
            Item::Trait(item) => self.own(&item.ident),
            Item::Type(item) => self.own(&item.ident),
            _ => {}
        }
    }

    fn own(&mut self, name: &syn::Ident) {
        let name = name.to_string();
        self.bind(name.clone(), Binding::Import(vec!["self".to_owned(), name]));
    }

    fn import(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        let (name, last) = match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(&path.tree, before);
                before.pop();
                return;
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before);
                }
                return;
            }
            UseTree::Name(name) => (&name.ident, &name.ident),
            UseTree::Rename(rename) => (&rename.rename, &rename.ident),
            UseTree::Glob(_) => return,
        };
        let mut path = before.clone();
        let mut name = name.to_string();
        if last != "self" {
            path.push(last.to_string());
        } else if name == "self" {
            name = before.last().cloned().unwrap_or_default();
        }
        self.bind(name, Binding::Import(path));
    }

    /// The path with what the body says of its first name.
    pub(super) fn resolve(&self, path: &Path) -> Vec<String> {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if path.leading_colon.is_some() {
            return segments;
        }
        self.resolve_names(segments)
    }

    pub(super) fn resolve_names(&self, segments: Vec<String>) -> Vec<String> {
        match segments.split_first().and_then(|(first, rest)| Some((self.get(first)?, rest))) {
            Some((Binding::Import(path), rest)) => [path, rest].concat(),
            // A variable of this name hides whatever function has it.
            Some(_) if segments.len() == 1 => vec!["self".to_owned()],
            _ => segments,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(imports: &str, path: &str) -> String {
        let mut scopes = Scopes::default();
        scopes.enter();
        scopes.declare(&syn::parse_str(imports).unwrap());
        scopes.resolve(&syn::parse_str(path).unwrap()).join("::")
    }

    #[test]
    fn imports_of_the_body_are_followed() {
        for (imports, path, expected) in [
            ("use tokio::time::sleep;", "sleep", "tokio::time::sleep"),
            (
                "use std::time::{self, SystemTime as Clock};",
                "Clock::now",
                "std::time::SystemTime::now",
            ),
            ("use std::time::{self, Instant};", "time::Instant::now", "std::time::Instant::now"),
            ("use crate::fs;", "fs::read", "crate::fs::read"),
            ("struct Instant;", "Instant::now", "self::Instant::now"),
            ("use std::fs::*;", "read", "read"),
        ] {
            assert_eq!(resolved(imports, path), expected);
        }
    }
}
