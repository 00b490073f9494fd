//! The items of a file by level: those of a module, or of a block within a function.

use syn::visit::{self, Visit};
use syn::{Block, File, Item, ItemMod, Stmt};

/// Hands over the items of each level of a file.
pub(super) fn each(file: &File, see: impl FnMut(&[&Item])) {
    Levels(see).visit_file(file);
}

struct Levels<F>(F);

impl<F: FnMut(&[&Item])> Visit<'_> for Levels<F> {
    fn visit_file(&mut self, file: &File) {
        (self.0)(&file.items.iter().collect::<Vec<_>>());
        visit::visit_file(self, file);
    }

    fn visit_item_mod(&mut self, module: &ItemMod) {
        let items = module.content.iter().flat_map(|(_, items)| items);
        (self.0)(&items.collect::<Vec<_>>());
        visit::visit_item_mod(self, module);
    }

    fn visit_block(&mut self, block: &Block) {
        let items = block.stmts.iter().filter_map(|statement| match statement {
            Stmt::Item(item) => Some(item),
            _ => None,
        });
        (self.0)(&items.collect::<Vec<_>>());
        visit::visit_block(self, block);
    }
}
