//! The public items, read from the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Item, UseTree, Visibility};

/// The public items of the crate.
#[derive(Default)]
pub(crate) struct PublicItems {
    /// The structs and enums of the crate.
    pub(crate) types: BTreeSet<String>,
    /// The re-exported items of other crates, as the first segment and the name.
    pub(crate) foreign: BTreeSet<(String, String)>,
}

impl PublicItems {
    /// Reads the public modules, starting at `lib.rs`. `__private` is not public.
    pub(crate) fn read() -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../durable/src");
        let mut declared = BTreeSet::new();
        for file in files(&source) {
            for item in parse(&file).items {
                let (visibility, name) = match item {
                    Item::Struct(item) => (item.vis, item.ident),
                    Item::Enum(item) => (item.vis, item.ident),
                    _ => continue,
                };
                if is_public(&visibility) {
                    declared.insert(name.to_string());
                }
            }
        }
        let mut items = Self::default();
        items.add_module(&source.join("lib.rs"), &declared);
        items
    }

    fn add_module(&mut self, file: &Path, declared: &BTreeSet<String>) {
        for item in parse(file).items {
            match item {
                Item::Struct(item) if is_public(&item.vis) => {
                    self.types.insert(item.ident.to_string());
                }
                Item::Enum(item) if is_public(&item.vis) => {
                    self.types.insert(item.ident.to_string());
                }
                Item::Use(item) if is_public(&item.vis) => {
                    let mut names = BTreeMap::new();
                    flatten(&item.tree, None, &mut names);
                    for (name, first) in names {
                        if first.starts_with("temporalio_") {
                            self.foreign.insert((first, name));
                        } else if declared.contains(&name) {
                            self.types.insert(name);
                        }
                    }
                }
                Item::Mod(item) if is_public(&item.vis) && item.ident != "__private" => {
                    let folder = file.parent().expect("a file has a folder");
                    let name = item.ident.to_string();
                    let files = [format!("{name}.rs"), format!("{name}/mod.rs")];
                    let files = files.map(|name| folder.join(name));
                    if let Some(file) = files.iter().find(|file| file.exists()) {
                        self.add_module(file, declared);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Adds the names that a `use` brings, with the first segment of their paths.
fn flatten(tree: &UseTree, first: Option<&str>, names: &mut BTreeMap<String, String>) {
    match tree {
        UseTree::Path(path) => {
            let segment = path.ident.to_string();
            flatten(&path.tree, Some(first.unwrap_or(&segment)), names);
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, first, names);
            }
        }
        UseTree::Name(name) => {
            names.insert(name.ident.to_string(), first.unwrap_or_default().to_owned());
        }
        UseTree::Rename(rename) => {
            names.insert(rename.rename.to_string(), first.unwrap_or_default().to_owned());
        }
        UseTree::Glob(_) => panic!("a public module re-exports items by name"),
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn parse(file: &Path) -> syn::File {
    let text = fs::read_to_string(file).expect("the source can be read");
    syn::parse_file(&text).expect("the source is Rust")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
