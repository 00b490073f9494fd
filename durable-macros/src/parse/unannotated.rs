//! `#[workflow_methods]` for a struct that has no `#[workflow]`.
//!
//! The two attributes are expanded apart, and most of what the methods generate needs what `#[workflow]`
//! generates, so rustc would report its absence in a dozen places. So the file is read, as for two blocks. A
//! struct counts only where it is beyond doubt that no attribute of it could be `#[workflow]`. In all other
//! cases, and where the file cannot be read, rustc reports what is missing.

use std::fs;
use std::path::Path;

use quote::ToTokens as _;
use syn::{Attribute, Item, ItemImpl, Visibility};

use super::{blocks, levels, types};

/// Attributes that rustc itself, or a derive macro that all know, reads.
const INERT: [&str; 12] = [
    "allow",
    "cfg_attr",
    "deny",
    "deprecated",
    "derive",
    "doc",
    "expect",
    "forbid",
    "must_use",
    "non_exhaustive",
    "serde",
    "warn",
];

/// Returns the visibility of the block's struct, if it stands in the same module or function without
/// `#[workflow]`.
pub(crate) fn of(block: &ItemImpl, file: Option<&Path>) -> Option<Visibility> {
    let text = fs::read_to_string(file?).ok()?;
    of_text(block, &text)
}

fn of_text(block: &ItemImpl, text: &str) -> Option<Visibility> {
    let target = types::text(&block.self_ty);
    // Most structs have the attribute, and their file is not parsed.
    if is_annotated(&target, text)? {
        return None;
    }
    let file = syn::parse_file(text).ok()?;
    let mut found = Vec::new();
    levels::each(&file, |items| {
        let is_beside =
            |item: &&Item| matches!(item, Item::Impl(other) if blocks::is_same(block, other));
        if items.iter().any(is_beside) {
            found.push(visibility(items, &target));
        }
    });
    // With two blocks that are alike it is not clear which is expanded.
    if found.len() == 1 { found.pop()? } else { None }
}

/// Looks for the attribute in the lines before the struct, as far as those before it do not end an item.
/// Returns `None` without a struct.
fn is_annotated(target: &str, text: &str) -> Option<bool> {
    let (before, _) = text.split_once(&format!("struct {target}"))?;
    let lines = before
        .lines()
        .rev()
        .take_while(|line| !line.starts_with('}') && !line.ends_with(['}', ';']));
    Some(lines.into_iter().any(|line| line.contains("workflow(")))
}

fn visibility(items: &[&Item], target: &str) -> Option<Visibility> {
    let mut structs = items.iter().filter_map(|item| match item {
        Item::Struct(item) if item.ident == target => Some(item),
        _ => None,
    });
    let (only, None) = (structs.next()?, structs.next()) else { return None };
    only.attrs.iter().all(is_inert).then(|| only.vis.clone())
}

fn is_inert(attribute: &Attribute) -> bool {
    let is_known = INERT.iter().any(|name| attribute.path().is_ident(name));
    is_known && !attribute.to_token_stream().to_string().contains("workflow")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "#[workflow_methods] impl Order { fn run() {} }";

    fn is_found(text: &str) -> bool {
        of_text(&syn::parse_str(BLOCK).unwrap(), text).is_some()
    }

    #[test]
    fn finds_a_struct_without_the_attribute() {
        for text in [
            format!("struct Order; {BLOCK}"),
            format!("/// An order.\n#[derive(Default)]\npub struct Order {{}}\n{BLOCK}"),
            format!("#[workflow(queue = \"q\")]\nstruct Other;\n\nstruct Order;\n{BLOCK}"),
            format!("mod orders {{ struct Order; {BLOCK} }}"),
            format!("fn main() {{ struct Order; {BLOCK} }}"),
        ] {
            assert!(is_found(&text), "{text}");
        }
    }

    #[test]
    fn leaves_a_struct_alone_that_has_the_attribute_or_may_have_it() {
        for text in [
            format!("#[workflow(queue = \"q\", id = \"{{id}}\")]\nstruct Order;\n{BLOCK}"),
            format!("#[derive(Default)] #[durable::workflow(queue = \"q\")] struct Order; {BLOCK}"),
            format!("#[flow(queue = \"q\")] struct Order; {BLOCK}"),
            format!("#[cfg_attr(all(), workflow(queue = \"q\"))] struct Order; {BLOCK}"),
            format!("#[cfg(unix)] struct Order; {BLOCK}"),
            format!("declared! {{ struct Order; }} {BLOCK}"),
            format!("use orders::Order; {BLOCK}"),
            format!("mod a {{ struct Order; }} {BLOCK}"),
            format!("mod a {{ struct Order; {BLOCK} }} mod b {{ use orders::Order; {BLOCK} }}"),
            format!("struct Order; this is no Rust {BLOCK}"),
        ] {
            assert!(!is_found(&text), "{text}");
        }
    }
}
