//! The pages of docs/ and those beside it: code, links, order.
//!
//! The word after `rust` decides how a block is checked; `build.rs` turns the first five into code of this binary:
//!
//! | | |
//! |---|---|
//! | `rust` | items: they compile, and tests among them run |
//! | `rust,body` | statements of an async function with a `client` |
//! | `rust,workflow` | statements of a workflow, with its `ctx` |
//! | `rust,activity` | statements of an activity, with its `ctx` |
//! | `rust,run` | statements of a test, with a `client` of a test environment `env` |
//! | `rust,quoted` | a part of a file below examples/ or tests/ |
//! | `rust,compile_fail` | a part of a case in tests/diagnostics/fail |
//!
//! `support/PAGE.rs` has what the blocks of a page use and don't show.

mod console;
mod first_chapter;
mod links;
mod llms;
mod messages;
mod sources;

/// The code of the pages.
mod pages {
    include!(concat!(env!("OUT_DIR"), "/pages.rs"));
}

/// The ways in which a block of Rust is checked.
const CHECKS: &[&str] = &[
    "rust",
    "rust,body",
    "rust,workflow",
    "rust,activity",
    "rust,run",
    "rust,quoted",
    "rust,compile_fail",
];

#[test]
fn checks_every_block_of_rust() {
    for page in durable_book::pages() {
        for block in page.blocks() {
            let known = CHECKS.contains(&block.info.as_str());
            assert!(
                known || !block.info.starts_with("rust"),
                "{}:{}: `{}` is none of {CHECKS:?}",
                page.path,
                block.line,
                block.info
            );
            assert!(
                !block.info.is_empty(),
                "{}:{}: a block has no language",
                page.path,
                block.line
            );
        }
    }
}
