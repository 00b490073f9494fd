//! The results in the documentation.

use std::path::Path;
use std::{env, fs};

/// Prints a result in Markdown. With `DURABLE_WRITE_DOCS`, it is also written into its place in `docs/scaling.md`.
pub fn document(name: &str, result: &str) {
    println!("\n{result}");
    if env::var_os("DURABLE_WRITE_DOCS").is_none() {
        return;
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scaling.md");
    let text = fs::read_to_string(&page).expect("the page is there");
    let (begin, end) = (format!("<!-- {name}, by the benchmark -->\n"), "<!-- end -->");
    let (before, rest) = text.split_once(&begin).expect("the page has a place for the result");
    let (_, after) = rest.split_once(end).expect("the place ends");
    fs::write(&page, format!("{before}{begin}\n{result}\n{end}{after}"))
        .expect("it can be written");
}
