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
use syn::{Attribute, ImplItem, Item, ItemImpl};

use super::{levels, types};

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
    let methods = methods(block);
    let mut is_found = false;
    levels::each(&file, |items| {
        let blocks = items.iter().filter_map(|item| match item {
            Item::Impl(block) if is_of(block, &target) => Some(block),
            _ => None,
        });
        // A block is known by its methods: rustc refuses two of the same name.
        is_found |= blocks.skip(1).any(|block| self::methods(block) == methods);
    });
    is_found
}

fn is_of(block: &ItemImpl, target: &str) -> bool {
    let is_annotated = block.attrs.iter().any(|attribute| is_called(attribute, "workflow_methods"));
    // Of two blocks with a condition, one may be there.
    let is_conditional = block.attrs.iter().any(|attribute| is_called(attribute, "cfg"));
    is_annotated && !is_conditional && types::text(&block.self_ty) == target
}

/// Returns true if a block of the file is the one that is expanded, by its struct and methods.
pub(super) fn is_same(block: &ItemImpl, other: &ItemImpl) -> bool {
    is_of(other, &types::text(&block.self_ty)) && methods(block) == methods(other)
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
