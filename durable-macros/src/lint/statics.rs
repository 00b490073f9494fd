//! Statics that a body declares, and whether they can change.

use syn::visit::{self, Visit};
use syn::{ItemStatic, PathSegment, StaticMutability};

const MUTABLE: &[&str] = &[
    "Mutex",
    "RwLock",
    "OnceLock",
    "OnceCell",
    "Cell",
    "RefCell",
    "UnsafeCell",
    "DashMap",
    "ArcSwap",
];

/// Returns true if a static can change. A `LazyLock<Regex>` cannot, but a `LazyLock<Mutex<..>>` can.
pub(super) fn can_change(item: &ItemStatic) -> bool {
    let mut mutable = Mutable(matches!(item.mutability, StaticMutability::Mut(_)));
    mutable.visit_type(&item.ty);
    mutable.0
}

struct Mutable(bool);

impl Visit<'_> for Mutable {
    fn visit_path_segment(&mut self, segment: &PathSegment) {
        let name = segment.ident.to_string();
        self.0 |= MUTABLE.contains(&name.as_str()) || name.starts_with("Atomic");
        visit::visit_path_segment(self, segment);
    }
}
