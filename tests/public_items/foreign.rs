//! The types of the SDK in the public interface.

use std::fs;
use std::path::Path;

use crate::declared::PublicItems;

#[test]
fn every_item_of_the_sdk_in_the_interface_has_a_reason() {
    let design = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/design.md");
    let design = fs::read_to_string(design).expect("the page can be read");
    let (_, section) =
        design.split_once("\n## Types of other crates in the interface\n").expect("the section");
    let section = section.split("\n## ").next().unwrap_or(section);
    let foreign = PublicItems::read().foreign;
    assert!(foreign.len() > 20, "the re-exports were not found: {foreign:?}");
    let missing: Vec<_> =
        foreign.iter().filter(|(_, name)| !section.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/design.md gives no reason for {missing:?}");
}
