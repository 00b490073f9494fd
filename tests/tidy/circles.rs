//! Files that use each other in a circle.
//!
//! A file uses another where it names one of its items, directly or through a re-export. A module's own file
//! re-exports what its parts hold, and the parts may use what stands there, so an arrow from a file to the module
//! it is a part of is not counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::Visit;
use syn::{ItemMod, ItemUse, UseTree, Visibility};

/// The segments of a path, from the root of the crate.
type Module = Vec<String>;

/// A `use` or a path in the code of a file.
struct Named {
    path: Vec<String>,
    /// The name under which a `use` makes it known.
    alias: Option<String>,
    reexported: bool,
}

/// Collects what a file names, without its tests.
#[derive(Default)]
struct Names(Vec<Named>);

impl Names {
    fn tree(&mut self, before: &[String], tree: &UseTree, reexported: bool) {
        let with = |name: &syn::Ident| {
            let mut path = before.to_vec();
            path.push(name.to_string());
            path
        };
        match tree {
            UseTree::Path(path) => self.tree(&with(&path.ident), &path.tree, reexported),
            UseTree::Name(name) => {
                let alias = Some(name.ident.to_string());
                self.0.push(Named { path: with(&name.ident), alias, reexported });
            }
            UseTree::Rename(rename) => {
                let alias = Some(rename.rename.to_string());
                self.0.push(Named { path: with(&rename.ident), alias, reexported });
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|item| self.tree(before, item, reexported));
            }
            UseTree::Glob(_) => {
                self.0.push(Named { path: before.to_vec(), alias: None, reexported });
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.tree(&[], &item.tree, !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let path = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.0.push(Named { path, alias: None, reexported: false });
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.ident != "tests" {
            syn::visit::visit_item_mod(self, item);
        }
    }
}

/// The files of a crate by their modules, with what each names.
struct Crate {
    files: BTreeMap<Module, Vec<Named>>,
    reexports: BTreeMap<(Module, String), Vec<String>>,
}

impl Crate {
    fn read(source: &Path) -> Self {
        let mut files = BTreeMap::new();
        for path in super::rust_files(source) {
            let inside = path.strip_prefix(source).expect("it is below").with_extension("");
            let mut module: Module =
                inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if module.last().is_some_and(|name| name == "mod" || name == "lib") {
                module.pop();
            }
            if module.iter().any(|name| name == "tests") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("it is text");
            let mut names = Names::default();
            names.visit_file(&syn::parse_file(&text).expect("it is Rust"));
            files.insert(module, names.0);
        }
        let mut this = Self { files, reexports: BTreeMap::new() };
        for (module, names) in &this.files {
            for named in names.iter().filter(|named| named.reexported) {
                if let (Some(alias), Some(path)) =
                    (&named.alias, this.absolute(module, &named.path))
                {
                    this.reexports.insert((module.clone(), alias.clone()), path);
                }
            }
        }
        this
    }

    /// The path from the root of the crate, or `None` where it leads out of the crate.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Vec<String>> {
        let mut from = module.clone();
        let rest = match path.first()?.as_str() {
            "crate" => {
                from.clear();
                &path[1..]
            }
            "self" => &path[1..],
            "super" => {
                let ups = path.iter().take_while(|segment| *segment == "super").count();
                from.truncate(from.len().saturating_sub(ups));
                &path[ups..]
            }
            first => {
                let mut child = module.clone();
                child.push(first.to_owned());
                self.files.contains_key(&child).then_some(path)?
            }
        };
        from.extend_from_slice(rest);
        Some(from)
    }

    /// The file that holds the item of a path, with re-exports followed.
    fn file(&self, path: &[String]) -> Option<Module> {
        let mut path = path.to_vec();
        // A chain of re-exports is short; the bound is for one that leads back to itself.
        for _ in 0..8 {
            let length =
                (0..=path.len()).rev().find(|&length| self.files.contains_key(&path[..length]))?;
            let (module, rest) = path.split_at(length);
            let target = rest.first().and_then(|name| {
                self.reexports.get(&(module.to_vec(), name.clone())).filter(|to| **to != path)
            });
            let Some(target) = target else { return Some(module.to_vec()) };
            path = target.iter().chain(&rest[1..]).cloned().collect();
        }
        None
    }

    fn arrows(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let of = |module: &Module, names: &[Named]| {
            let used = names.iter().filter(|named| !named.reexported);
            let used = used.filter_map(|named| self.file(&self.absolute(module, &named.path)?));
            used.filter(|used| !module.starts_with(used)).collect()
        };
        self.files.iter().map(|(module, names)| (module, of(module, names))).collect()
    }

    /// The shortest circle through each file that is in one.
    fn circles(&self) -> BTreeSet<Vec<String>> {
        let arrows = self.arrows();
        let mut circles = BTreeSet::new();
        for start in self.files.keys() {
            let mut paths = vec![vec![start.clone()]];
            let mut seen = BTreeSet::new();
            'search: while !paths.is_empty() {
                let mut longer = Vec::new();
                for path in &paths {
                    for next in &arrows[path.last().expect("a path has a start")] {
                        if next == start {
                            let mut names: Vec<_> =
                                path.iter().map(|module| module.join("::")).collect();
                            let least = names.iter().enumerate().min_by_key(|(_, name)| *name);
                            let least = least.map_or(0, |(at, _)| at);
                            names.rotate_left(least);
                            circles.insert(names);
                            break 'search;
                        }
                        if seen.insert(next.clone()) {
                            longer.push([path.as_slice(), std::slice::from_ref(next)].concat());
                        }
                    }
                }
                paths = longer;
            }
        }
        circles
    }
}

#[test]
fn files_form_no_circles() {
    for source in ["durable/src", "durable-macros/src"] {
        let circles = Crate::read(&super::root().join(source)).circles();
        let list: Vec<_> = circles.iter().map(|circle| circle.join(" -> ")).collect();
        assert!(list.is_empty(), "files of {source} use each other:\n{}", list.join("\n"));
    }
}
