//! Every public module of the runtime crate opens with an example.

use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta, Visibility};

/// The texts of doc comments.
fn docs(attributes: &[Attribute]) -> String {
    let texts = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    let list =
        |attribute: &Attribute| attribute.meta.require_list().map(|it| it.tokens.to_string());
    attributes.iter().any(|it| it.path().is_ident("doc") && list(it).is_ok_and(|it| it == "hidden"))
}

/// Returns whether the text has a block of Rust.
fn has_example(text: &str) -> bool {
    // The words after every other fence open a block.
    let fences = text.lines().map(str::trim).filter_map(|line| line.strip_prefix("```"));
    let mut opened = fences.step_by(2);
    opened.any(|info| !["text", "toml", "yaml", "sh", "json"].contains(&info))
}

/// Collects the public modules below a file, each with its documentation.
fn modules(path: &str, folder: &Path, items: Vec<Item>, found: &mut Vec<(String, String)>) {
    let items = items.into_iter().filter_map(|item| match item {
        Item::Mod(module) => Some(module),
        _ => None,
    });
    let is_public = |module: &ItemMod| matches!(module.vis, Visibility::Public(_));
    for module in items.filter(|module| is_public(module) && !is_hidden(&module.attrs)) {
        let name = module.ident.to_string();
        let path = format!("{path}::{name}");
        if module.content.is_some() {
            found.push((path, docs(&module.attrs)));
            continue;
        }
        let candidates = [folder.join(&name).join("mod.rs"), folder.join(format!("{name}.rs"))];
        let file: PathBuf =
            candidates.into_iter().find(|file| file.exists()).expect("it has a file");
        let text = fs::read_to_string(&file).expect("it is text");
        let parsed = syn::parse_file(&text).expect("it is Rust");
        found.push((path.clone(), docs(&module.attrs) + &docs(&parsed.attrs)));
        modules(&path, &folder.join(&name), parsed.items, found);
    }
}

#[test]
fn every_public_module_opens_with_an_example() {
    let folder = super::root().join("durable/src");
    let text = fs::read_to_string(folder.join("lib.rs")).expect("it is text");
    let parsed = syn::parse_file(&text).expect("it is Rust");
    let mut found = vec![("durable".to_owned(), docs(&parsed.attrs))];
    modules("durable", &folder, parsed.items, &mut found);
    assert!(found.len() > 15, "{} modules", found.len());
    for (path, docs) in found {
        assert!(has_example(&docs), "{path} has no example in its documentation");
    }
}
