//! Quotations: blocks whose code is a part of a file that is compiled elsewhere.

use std::fs;
use std::path::Path;

use durable_book::{pages, root};

/// Collects the texts of the files of a folder with this extension, at any depth.
fn texts(folder: &Path, extension: &str, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            texts_of_sources(&path, extension, texts);
        } else if path.extension().is_some_and(|found| found == extension) {
            texts.push(flush(&fs::read_to_string(&path).expect("it is text")));
        }
    }
}

/// The same, without the folders that have no sources of their own.
fn texts_of_sources(folder: &Path, extension: &str, found: &mut Vec<String>) {
    let is_own = folder != root().join("tests/book");
    if is_own {
        texts(folder, extension, found);
    }
}

fn files(folders: &[&str], extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    for folder in folders {
        texts(&root().join(folder), extension, &mut found);
    }
    found
}

/// Returns the text without what lines begin with: a page need not indent as deep as a file.
fn flush(text: &str) -> String {
    text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}

/// Returns the blocks of all pages that no file has, and the number of those that one has.
fn missing(info: &str, files: &[String]) -> (usize, Vec<String>) {
    let (mut found, mut missing) = (0, Vec::new());
    for page in pages() {
        for block in page.blocks().into_iter().filter(|block| block.info == info) {
            if files.iter().any(|file| file.contains(&flush(&block.code))) {
                found += 1;
            } else {
                missing.push(format!("{}:{}:\n{}", page.path, block.line, block.code));
            }
        }
    }
    (found, missing)
}

#[test]
fn quotations_are_parts_of_files_that_compile() {
    let (found, missing) = missing("rust,quoted", &files(&["examples", "tests"], "rs"));
    assert!(missing.is_empty(), "no file below examples/ or tests/ has\n{}", missing.join("\n"));
    assert!(found > 20, "{found} blocks");
}

#[test]
fn refused_code_and_its_messages_are_those_of_the_diagnostics() {
    let (found, missing_code) =
        missing("rust,compile_fail", &files(&["tests/diagnostics/fail"], "rs"));
    assert!(missing_code.is_empty(), "no case has\n{}", missing_code.join("\n"));
    assert!(found > 1, "{found} blocks");

    let (found, missing_messages) =
        missing("text,message", &files(&["tests/diagnostics/fail"], "stderr"));
    assert!(missing_messages.is_empty(), "no case has\n{}", missing_messages.join("\n"));
    assert!(found > 1, "{found} blocks");
}
