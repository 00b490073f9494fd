//! The results in the documentation.

use std::env;
use std::path::Path;

/// Prints a result in Markdown. With `DURABLE_WRITE_DOCS`, it is also written into its place in `docs/scaling.md`.
pub fn document(name: &str, result: &str) {
    println!("\n{result}");
    if env::var_os("DURABLE_WRITE_DOCS").is_some() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scaling.md");
        durable_cost::replace(&page, name, result);
    }
}
