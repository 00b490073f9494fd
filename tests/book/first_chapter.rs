//! The first chapter is a whole project: each of its files is that of the package `tests/getting-started`, which is
//! built and tested.

use std::fs;

use durable_book::{Page, pages, root};

fn chapter() -> Page {
    let mut pages = pages().into_iter();
    pages.find(|page| page.path == "docs/getting-started.md").expect("the chapter is there")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("the file is there")
}

#[test]
fn shows_every_file_of_the_project() {
    let blocks = chapter().blocks().into_iter().filter(|block| block.info == "rust,quoted");
    let shown: Vec<_> = blocks.map(|block| block.code).collect();
    let files = ["src/lib.rs", "src/main.rs", "tests/trial.rs"];
    assert_eq!(shown, files.map(|file| read(&format!("tests/getting-started/{file}"))));
}

#[test]
fn shows_the_dependencies_with_which_it_is_built() {
    let mut blocks = chapter().blocks().into_iter();
    let shown = blocks.find(|block| block.info == "toml").expect("the dependencies").code;
    let serde = "serde = { version = \"1\", features = [\"derive\"] }";
    assert!(read("Cargo.toml").contains(serde) && shown.contains(serde));
    // The workspace says where the crates come from.
    let built = shown
        .replace(serde, "serde.workspace = true")
        .replace("path = \"../durable/durable\"", "workspace = true");
    let package = read("tests/getting-started/Cargo.toml");
    assert!(package.contains(&built), "{package} has no\n{built}");
}
