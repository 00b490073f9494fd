//! The named invariants of docs/architecture.md that can be read off the files.

mod circles;
mod examples;
mod features;

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of the runtime crate, each with those that it may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("logs", &[]),
    ("options", &[]),
    ("id", &[]),
    ("address", &[]),
    ("background", &[]),
    ("search_attribute", &[]),
    ("secret", &[]),
    ("private_file", &[]),
    ("settings", &[]),
    ("strict_json", &[]),
    ("dev_server_settings", &["search_attribute"]),
    ("codec_server_settings", &[]),
    ("telemetry_settings", &[]),
    ("http_listener", &["background"]),
    ("instrumentation", &[]),
    ("metrics", &[]),
    ("definition", &["options", "search_attribute"]),
    ("error", &["definition", "metrics", "options"]),
    (
        "dev_server",
        &["definition", "dev_server_settings", "error", "private_file", "search_attribute"],
    ),
    ("activity", &["definition", "error", "logs", "metrics", "options"]),
    ("workflow", &["definition", "error", "logs", "metrics", "options"]),
    ("tls", &["address", "error", "secret"]),
    ("codec", &["codec_server_settings", "definition", "error", "secret", "settings", "tls"]),
    (
        "client",
        &[
            "address",
            "background",
            "codec",
            "definition",
            "error",
            "id",
            "instrumentation",
            "metrics",
            "options",
            "search_attribute",
            "secret",
            "settings",
            "tls",
        ],
    ),
    ("base_workflow", &["client", "definition", "workflow"]),
    (
        "worker",
        &[
            "background",
            "client",
            "definition",
            "error",
            "http_listener",
            "instrumentation",
            "logs",
            "metrics",
            "options",
            "settings",
        ],
    ),
    // It fills the settings of the rooms below, none of which knows it.
    (
        "config",
        &[
            "address",
            "client",
            "codec",
            "codec_server_settings",
            "definition",
            "dev_server",
            "dev_server_settings",
            "error",
            "options",
            "search_attribute",
            "secret",
            "telemetry_settings",
            "worker",
        ],
    ),
    (
        "telemetry",
        &[
            "background",
            "config",
            "definition",
            "error",
            "http_listener",
            "instrumentation",
            "logs",
            "metrics",
            "secret",
            "settings",
            "telemetry_settings",
        ],
    ),
    (
        "web",
        &[
            "client",
            "contract",
            "definition",
            "error",
            "id",
            "instrumentation",
            "metrics",
            "options",
            "settings",
            "strict_json",
            "worker",
        ],
    ),
    ("contract", &["definition", "options"]),
    (
        "testing",
        &[
            "activity",
            "client",
            "codec",
            "config",
            "definition",
            "dev_server",
            "error",
            "logs",
            "options",
            "private_file",
            "worker",
            "workflow",
        ],
    ),
    (
        "cli",
        &[
            "client",
            "codec",
            "config",
            "contract",
            "definition",
            "dev_server",
            "error",
            "options",
            "strict_json",
            "telemetry",
            "testing",
            "worker",
        ],
    ),
];

const LONGEST_FILE: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

/// Every Rust file below a folder, but for the inputs of compile-fail tests.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        if path.is_dir() && !matches!(name.as_str(), "target" | "fail" | "pass") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn sources() -> Vec<(PathBuf, String)> {
    let folders = ["durable", "durable-macros", "examples", "tests"];
    let files = folders.iter().flat_map(|folder| rust_files(&root().join(folder)));
    files.map(|path| (path.clone(), fs::read_to_string(path).expect("it is text"))).collect()
}

#[test]
fn every_file_opens_by_saying_what_it_is_for() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{} does not open with `//! `", path.display());
    }
}

#[test]
fn no_file_is_too_long() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines; cut it", path.display());
    }
}

#[test]
fn doc_comments_open_with_a_noun_or_a_verb() {
    const QUESTIONS: [&str; 9] =
        ["What", "How", "Whether", "Where", "Why", "When", "Who", "Until", "That"];
    let doc = |line: &str| {
        let line = line.trim_start();
        line.strip_prefix("//! ").or_else(|| line.strip_prefix("/// ")).map(str::to_owned)
    };
    let is_doc =
        |line: &str| ["//!", "///"].iter().any(|start| line.trim_start().starts_with(start));
    let mut found = Vec::new();
    for (path, text) in sources() {
        let mut before = "";
        for (number, line) in text.lines().enumerate() {
            let first = doc(line).filter(|_| !is_doc(before));
            let word = first.as_deref().and_then(|text| text.split([' ', ',', ':', '\'']).next());
            if word.is_some_and(|word| QUESTIONS.contains(&word)) {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
            before = line;
        }
    }
    assert!(found.is_empty(), "doc comments open with a question:\n{}", found.join("\n"));
}

#[test]
fn no_test_is_switched_off() {
    for (path, text) in sources() {
        let switched_off = concat!("#[", "ignore");
        assert!(!text.contains(switched_off), "{} ignores a test", path.display());
    }
}

#[test]
fn rooms_use_only_the_rooms_that_they_may_know() {
    let source = root().join("durable/src");
    for (room, allowed) in ROOMS {
        let folder = source.join(room);
        let files =
            if folder.is_dir() { rust_files(&folder) } else { vec![folder.with_extension("rs")] };
        for path in files {
            let text = fs::read_to_string(&path).expect("it is text");
            for used in text.match_indices("crate::").map(|(at, _)| used_room(&text[at + 7..])) {
                assert!(
                    used == *room
                        || allowed.contains(&used)
                        || !ROOMS.iter().any(|(name, _)| *name == used),
                    "{} uses `crate::{used}`, which {room} may not know",
                    path.display()
                );
            }
        }
    }
}

fn used_room(path: &str) -> &str {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(path.len());
    &path[..end]
}

#[test]
fn every_room_has_its_place_in_the_list() {
    for entry in fs::read_dir(root().join("durable/src")).expect("the sources are there") {
        let path = entry.expect("it can be read").path();
        let room = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let front_door = matches!(room.as_str(), "lib" | "prelude" | "__private" | "docs");
        let listed = ROOMS.iter().any(|(name, _)| *name == room);
        assert!(front_door || listed, "{} is no room of docs/architecture.md", path.display());
    }
}

#[test]
fn only_what_is_agreed_stands_at_the_top() {
    let agreed = [
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "docs",
        "durable",
        "durable-macros",
        "examples",
        "target",
        "tests",
    ];
    for entry in fs::read_dir(root()).expect("the workspace is there") {
        let name = entry.expect("it can be read").file_name().to_string_lossy().into_owned();
        assert!(name.starts_with('.') || agreed.contains(&name.as_str()), "{name} is at the top");
    }
}
