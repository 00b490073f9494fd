//! Turns the blocks of Rust on the pages into the modules of one file, which the test binary includes.
//!
//! Each page is a module. Each block is a module in that of the block before it, so it sees everything that came
//! before, and may import or define a name again.

#[path = "pages.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod pages;

use std::fmt::Write as _;
use std::path::Path;

use pages::{Block, Page};

const LINTS: &str = "#[allow(warnings, clippy::all, clippy::pedantic, missing_docs, reason = \"the pages show what matters\")]\n";

fn main() {
    println!("cargo::rerun-if-changed=pages.rs");
    println!("cargo::rerun-if-changed=support");
    for path in ["docs", "README.md", "CONTRIBUTING.md", "examples/README.md"] {
        println!("cargo::rerun-if-changed={}", pages::root().join(path).display());
    }
    let modules: String = pages::pages().iter().map(module).collect();
    let folder = std::env::var_os("OUT_DIR").expect("Cargo sets it");
    std::fs::write(Path::new(&folder).join("pages.rs"), modules).expect("it can be written");
}

/// Returns the module of a page, or nothing if no block of it is compiled here.
fn module(page: &Page) -> String {
    let name = page.module();
    let blocks: Vec<_> = page
        .blocks()
        .into_iter()
        .filter_map(|block| Some((block.line, generated(page, &block)?)))
        .collect();
    if blocks.is_empty() {
        return String::new();
    }
    let mut module = format!("{LINTS}pub(crate) mod {name} {{\nuse durable::prelude::*;\n");
    let root = pages::root();
    let support = root.join("tests/book/support").join(format!("{name}.rs"));
    if support.exists() {
        writeln!(module, "#[path = {support:?}]\nmod support;\nuse support::*;").expect("text");
    }
    for (line, code) in &blocks {
        writeln!(module, "mod line_{line} {{\nuse super::*;\n// {}:{line}\n{code}", page.path)
            .expect("text");
    }
    module + &"}\n".repeat(blocks.len() + 1)
}

/// Returns the code of a block, or nothing if it isn't compiled here: a quotation is compiled at its source.
fn generated(page: &Page, Block { line, info, code }: &Block) -> Option<String> {
    let tail = if is_statement(code) { "Ok(())" } else { "?;\nOk(())" };
    let name = format!("{}_line_{line}", page.module());
    Some(match info.as_str() {
        "rust" => code.clone(),
        "rust,body" => format!(
            "async fn body(client: Client) -> Result<(), Box<dyn std::error::Error>> {{\n{code}{tail}\n}}"
        ),
        "rust,run" => format!(
            "#[durable::test]\nasync fn {name}(env: durable::testing::TestEnv) -> Result<(), Box<dyn std::error::Error>> {{\n\
             let client = env.client().clone();\n{code}{tail}\n}}"
        ),
        "rust,workflow" => format!(
            "#[workflow(queue = \"book\", name = \"{name}\")]\n#[derive(Default)]\nstruct Body;\n\
             #[workflow_methods]\nimpl Body {{\n#[run]\n\
             async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {{\n{code}{tail}\n}}\n}}"
        ),
        "rust,activity" => format!(
            "async fn body(ctx: ActivityContext) -> Result<(), ActivityError> {{\n{code}{tail}\n}}"
        ),
        _ => return None,
    })
}

/// Returns `true` if the last line of code, without its comment, ends a statement.
fn is_statement(code: &str) -> bool {
    let mut lines = code.lines().map(|line| line.split("//").next().unwrap_or_default().trim());
    let last = lines.rfind(|line| !line.is_empty()).unwrap_or_default();
    last.ends_with(';') || last.ends_with('}')
}
