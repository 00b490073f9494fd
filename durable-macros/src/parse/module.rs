//! Finds activities in a module of their own name whose parent imports them:
//! `mod charge; pub use charge::charge;`.
//!
//! Beside the function stands a type of the same name, and such an import would take both, where the
//! module has the type's name already. Expansion cannot ask rustc for names, so the file is read. Where
//! that is not possible, the activity has its ordinary form.

use std::fs;
use std::path::{Path, PathBuf};

use syn::ext::IdentExt as _;
use syn::visit::{self, Visit};
use syn::{Ident, Item, ItemFn, UseTree};

/// Returns true if the function's module has its name, and the parent imports the function.
pub(crate) fn is_imported_beside_module(function: &Ident, file: Option<&Path>) -> bool {
    let name = function.unraw().to_string();
    let Some(file) = file else { return false };
    if module_of(file).is_some_and(|module| module == name) {
        return parents(file).iter().any(|parent| {
            read(parent, &name).is_some_and(|items| imports(&items, &name, &|_| true))
        });
    }
    read(file, &name).is_some_and(|items| is_imported_within(&items, &name))
}

/// The same, of an inline module of the file.
fn is_imported_within(items: &[Item], name: &str) -> bool {
    // With two functions of the name it is not clear which is expanded.
    if functions(items, name) != 1 {
        return false;
    }
    let has_function = |items: &[Item]| {
        items.iter().any(|item| matches!(item, Item::Fn(function) if function.sig.ident == name))
    };
    any_level(items, &|level| imports(level, name, &has_function))
}

/// Returns true if the items have the module, and an import of the function out of it.
fn imports(items: &[Item], name: &str, is_right: &dyn Fn(&[Item]) -> bool) -> bool {
    let has_module = items.iter().any(|item| match item {
        Item::Mod(module) if module.ident.unraw() == name => {
            module.content.as_ref().is_none_or(|(_, items)| is_right(items))
        }
        _ => false,
    });
    let has_import = || {
        items.iter().any(|item| matches!(item, Item::Use(item) if takes_out(&item.tree, name, 0)))
    };
    has_module && has_import()
}

/// Returns true if a `use` imports the function out of the module. `depth` is the number of segments of
/// `name::name` that were seen.
fn takes_out(tree: &UseTree, name: &str, depth: usize) -> bool {
    match tree {
        UseTree::Path(path) if depth == 0 && path.ident == "self" => {
            takes_out(&path.tree, name, depth)
        }
        UseTree::Path(path) => {
            depth == 0 && path.ident.unraw() == name && takes_out(&path.tree, name, 1)
        }
        UseTree::Name(leaf) => depth == 1 && leaf.ident.unraw() == name,
        UseTree::Group(group) => group.items.iter().any(|tree| takes_out(tree, name, depth)),
        // Under another name, or all of the module: neither contradicts the module's name.
        UseTree::Rename(_) | UseTree::Glob(_) => false,
    }
}

/// Returns true if the items, or those of a module in them, fulfil the condition.
fn any_level(items: &[Item], condition: &dyn Fn(&[Item]) -> bool) -> bool {
    let within = |item: &Item| match item {
        Item::Mod(module) => {
            module.content.as_ref().is_some_and(|(_, items)| any_level(items, condition))
        }
        _ => false,
    };
    condition(items) || items.iter().any(within)
}

fn functions(items: &[Item], name: &str) -> usize {
    struct Functions<'a>(&'a str, usize);
    impl Visit<'_> for Functions<'_> {
        fn visit_item_fn(&mut self, function: &ItemFn) {
            self.1 += usize::from(function.sig.ident.unraw() == self.0);
            visit::visit_item_fn(self, function);
        }
    }
    let mut functions = Functions(name, 0);
    for item in items {
        functions.visit_item(item);
    }
    functions.1
}

/// The items of a file that mentions the module; most do not, and are not parsed.
fn read(file: &Path, name: &str) -> Option<Vec<Item>> {
    let text = fs::read_to_string(file).ok()?;
    let mentions = [format!("mod {name}"), format!("mod r#{name}")];
    if !mentions.iter().any(|module| text.contains(module.as_str())) {
        return None;
    }
    syn::parse_file(&text).ok().map(|file| file.items)
}

/// The module that a file is, by its place.
fn module_of(file: &Path) -> Option<String> {
    let stem = file.file_stem()?.to_str()?;
    if stem == "mod" {
        return Some(file.parent()?.file_name()?.to_str()?.to_owned());
    }
    Some(stem.to_owned())
}

/// The files that may declare the module that a file is.
fn parents(file: &Path) -> Vec<PathBuf> {
    let is_folder = file.file_stem().is_some_and(|stem| stem == "mod");
    let folder = if is_folder { file.parent().and_then(Path::parent) } else { file.parent() };
    let Some(folder) = folder else { return Vec::new() };
    let beside = ["lib.rs", "main.rs", "mod.rs"].map(|name| folder.join(name));
    beside.into_iter().chain([folder.with_extension("rs")]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_imported(text: &str) -> bool {
        is_imported_within(&syn::parse_file(text).unwrap().items, "charge")
    }

    #[test]
    fn finds_an_import_out_of_a_module_of_the_same_name() {
        for text in [
            "mod charge { async fn charge() {} } pub use charge::charge;",
            "mod charge { fn charge() {} fn refund() {} } use self::charge::{charge, refund};",
            "mod payments { pub mod charge { pub fn charge() {} } pub use charge::charge; }",
        ] {
            assert!(is_imported(text), "{text}");
        }
    }

    #[test]
    fn leaves_every_other_import_alone() {
        for text in [
            "mod charge { fn charge() {} }",
            "mod charge { fn charge() {} } use charge::charge as charge_activity;",
            "mod charge { fn charge() {} } use charge::*;",
            "mod payments { fn charge() {} } use payments::charge;",
            "mod charge { fn refund() {} } mod other { fn charge() {} } use charge::charge;",
            "mod charge { fn charge() {} } fn charge() {} use charge::charge;",
            "mod charge { fn charge() {} } mod other { use super::charge::charge; }",
        ] {
            assert!(!is_imported(text), "{text}");
        }
    }

    #[test]
    fn a_file_is_a_module_by_its_place() {
        assert_eq!(module_of(Path::new("src/charge.rs")).as_deref(), Some("charge"));
        assert_eq!(module_of(Path::new("src/charge/mod.rs")).as_deref(), Some("charge"));
        let parents = parents(Path::new("src/payments/charge.rs"));
        assert!(parents.contains(&PathBuf::from("src/payments.rs")), "{parents:?}");
        assert!(parents.contains(&PathBuf::from("src/payments/mod.rs")), "{parents:?}");
    }
}
