//! The messages on the page about troubleshooting are those that the code prints.

use std::fs;
use std::path::Path;

use durable_book::{pages, root};

/// Collects the sources below a folder, in which texts over several lines are joined.
fn sources(folder: &Path, joined: &mut String) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            sources(&path, joined);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(path).expect("it is text").replace("\\\"", "\"");
            let parts: Vec<_> = text.split("\\\n").enumerate().collect();
            for (number, part) in parts {
                joined.push_str(if number == 0 { part } else { part.trim_start() });
            }
        }
    }
}

/// Returns `true` if the parts of a message between its `..` follow each other within a few lines.
fn is_printed(message: &str, sources: &str) -> bool {
    let mut parts = message.split("..").map(str::trim).filter(|part| !part.is_empty());
    let Some(first) = parts.next() else { return false };
    let parts: Vec<_> = parts.collect();
    sources.match_indices(first).any(|(at, _)| {
        let rest: String = sources[at + first.len()..].chars().take(400).collect();
        let mut rest = rest.as_str();
        parts.iter().all(|part| match rest.find(part) {
            Some(place) => {
                rest = &rest[place + part.len()..];
                true
            }
            None => false,
        })
    })
}

#[test]
fn messages_on_the_page_are_printed_by_the_code() {
    let mut joined = String::new();
    for folder in ["durable/src", "durable-macros/src"] {
        sources(&root().join(folder), &mut joined);
    }
    let pages = pages();
    let page = pages.iter().find(|page| page.path == "docs/troubleshooting.md").expect("the page");
    let rows = page.text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` "));
    let (mut count, mut unknown) = (0, Vec::new());
    for (message, rest) in rows {
        count += 1;
        if !rest.starts_with("(from the SDK)") && !is_printed(message, &joined) {
            unknown.push(message);
        }
    }
    assert!(count > 30, "{count} messages");
    assert!(unknown.is_empty(), "nothing prints\n{}", unknown.join("\n"));
}

#[test]
fn notices_messages_that_nothing_prints() {
    let sources = "write!(f, \"workflow `{id}` is already started{}\")";
    assert!(is_printed("workflow .. is already started", sources));
    assert!(!is_printed("workflow .. is not started", sources));
    assert!(!is_printed("is already started .. workflow", sources));
    assert!(!is_printed("..", sources));
}
