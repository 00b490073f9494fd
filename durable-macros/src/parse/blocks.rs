//! Two `#[workflow_methods]` blocks for one struct.
//!
//! Each block is expanded by itself and knows of no other, and together they would be an error for
//! each implementation that both add. So the file is read. A record in the process of what was
//! expanded before would not do: modules and functions of one file may each have a struct of the same
//! name, and rust-analyzer keeps its process while blocks move. Where the file cannot be read, as in
//! rust-analyzer, rustc reports the implementations.

use std::fs;
use std::path::Path;

use quote::ToTokens as _;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, File, ImplItem, Item, ItemImpl, ItemMod, Stmt};

use super::types;

/// Returns true if the block comes after another one of its struct, in the same module or function.
pub(crate) fn is_second(block: &ItemImpl, file: Option<&Path>) -> bool {
    let text = file.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    is_second_of(block, &text)
}

fn is_second_of(block: &ItemImpl, text: &str) -> bool {
    let target = types::text(&block.self_ty);
    // Most structs have one block, and their file is not parsed.
    if text.matches(&format!("impl {target}")).count() < 2 {
        return false;
    }
    let Ok(file) = syn::parse_file(text) else { return false };
    let mut search = Search { target, methods: methods(block), is_found: false };
    search.visit_file(&file);
    search.is_found
}

/// Looks for a block in all modules and functions of a file. A block is known by its methods: rustc
/// refuses two of the same name.
struct Search {
    target: String,
    methods: Vec<String>,
    is_found: bool,
}

impl Search {
    fn items<'a>(&mut self, items: impl Iterator<Item = &'a Item>) {
        let blocks = items.filter_map(|item| match item {
            Item::Impl(block) if self.is_of_target(block) => Some(block),
            _ => None,
        });
        self.is_found |= blocks.skip(1).any(|block| methods(block) == self.methods);
    }

    fn is_of_target(&self, block: &ItemImpl) -> bool {
        let is_annotated =
            block.attrs.iter().any(|attribute| is_called(attribute, "workflow_methods"));
        // Of two blocks with a condition, one may be there.
        let is_conditional = block.attrs.iter().any(|attribute| is_called(attribute, "cfg"));
        is_annotated && !is_conditional && types::text(&block.self_ty) == self.target
    }
}

impl Visit<'_> for Search {
    fn visit_file(&mut self, file: &File) {
        self.items(file.items.iter());
        visit::visit_file(self, file);
    }

    fn visit_item_mod(&mut self, module: &ItemMod) {
        self.items(module.content.iter().flat_map(|(_, items)| items));
        visit::visit_item_mod(self, module);
    }

    fn visit_block(&mut self, block: &Block) {
        self.items(block.stmts.iter().filter_map(|statement| match statement {
            Stmt::Item(item) => Some(item),
            _ => None,
        }));
        visit::visit_block(self, block);
    }
}

fn is_called(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}

/// The names of the methods, in order.
fn methods(block: &ItemImpl) -> Vec<String> {
    let names = block.items.iter().map(|item| match item {
        ImplItem::Fn(method) => method.sig.ident.to_string(),
        other => other.to_token_stream().to_string(),
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "#[workflow_methods] impl Order { fn run() {} }";
    const APPROVE: &str = "#[workflow_methods] impl Order { fn approve(&mut self) {} }";

    fn second(text: &str) -> [bool; 2] {
        [RUN, APPROVE].map(|block| is_second_of(&syn::parse_str(block).unwrap(), text))
    }

    #[test]
    fn finds_the_second_block_of_a_struct() {
        for text in [
            format!("{RUN} {APPROVE}"),
            format!("{RUN} impl Order {{}} {}", APPROVE.replace("workflow", "durable::workflow")),
            format!("mod orders {{ struct Order; {RUN} {APPROVE} }}"),
            format!("fn main() {{ struct Order; {RUN} {APPROVE} }}"),
        ] {
            assert_eq!(second(&text), [false, true], "{text}");
        }
        assert_eq!(second(&format!("{APPROVE} {RUN}")), [true, false]);
    }

    #[test]
    fn leaves_a_struct_alone_that_has_one() {
        for text in [
            format!("{RUN} impl Order {{ fn approve(&mut self) {{}} }}"),
            format!("mod a {{ {RUN} }} mod b {{ {APPROVE} }}"),
            format!("fn a() {{ {RUN} }} fn b() {{ {RUN} }} {APPROVE}"),
            format!("{RUN} {}", APPROVE.replace("Order", "OrderOfTwo")),
            format!("#[cfg(unix)] {RUN} #[cfg(not(unix))] {APPROVE}"),
            format!("{RUN} this is no Rust {APPROVE}"),
        ] {
            assert_eq!(second(&text), [false, false], "{text}");
        }
    }
}
