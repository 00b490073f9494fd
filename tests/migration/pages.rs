//! The pages: each block of Rust is in this folder or in an example, each Python block has a counterpart or an explanation, and
//! each row of the table of snippets names a section and a test that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use durable::cli::Cli;
use durable::config::Config;

const INDEX: &str = "docs/from-python.md";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below a folder with this extension.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths
        .flat_map(|path| if path.is_dir() { files(&path, extension) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}

/// The pages of the guides, with their paths below `docs/`.
fn pages() -> Vec<(String, String)> {
    let folder = files(&root().join("docs/from-python"), "md");
    let below =
        |path: &Path| format!("from-python/{}", path.file_name().expect("a file").display());
    let mut pages: Vec<_> = folder.iter().map(|path| below(path)).collect();
    pages.push("from-the-sdk.md".to_owned());
    pages.into_iter().map(|page| (page.clone(), read(&format!("docs/{page}")))).collect()
}

/// A part of a page below a heading.
struct Section {
    title: String,
    parts: Vec<Part>,
}

/// A block with its language, or a line of text.
enum Part {
    Block(String, String),
    Line,
}

fn sections(page: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut block: Option<(String, String)> = None;
    for line in page.lines() {
        let parts = |sections: &mut Vec<Section>, part| {
            if let Some(section) = sections.last_mut() {
                section.parts.push(part);
            }
        };
        match (&mut block, line.strip_prefix("```")) {
            (Some(_), Some(_)) => {
                let (language, code) = block.take().expect("it is open");
                parts(&mut sections, Part::Block(language, code));
            }
            (Some((_, code)), None) => {
                code.push_str(line);
                code.push('\n');
            }
            (None, Some(language)) => block = Some((language.to_owned(), String::new())),
            (None, None) => match line.strip_prefix("## ") {
                Some(title) => {
                    sections.push(Section { title: title.to_owned(), parts: Vec::new() });
                }
                None if line.trim().is_empty() => {}
                None => parts(&mut sections, Part::Line),
            },
        }
    }
    sections
}

/// The text without what lines begin with, because a page indents less than a file.
fn flush(text: &str) -> String {
    text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n")
}

#[test]
fn blocks_of_rust_are_code_that_runs() {
    let folders = ["tests/migration", "examples"];
    let sources = folders.iter().flat_map(|folder| files(&root().join(folder), "rs"));
    let sources: Vec<_> =
        sources.map(|path| flush(&fs::read_to_string(path).expect("text"))).collect();
    let mut count = 0;
    for (page, text) in pages() {
        for section in sections(&text) {
            for part in section.parts {
                let Part::Block(language, code) = part else { continue };
                if !language.starts_with("rust") {
                    continue;
                }
                assert_eq!(language, "rust,quoted", "{page}: {}", section.title);
                let code = flush(&code);
                assert!(sources.iter().any(|source| source.contains(&code)), "{page}: no {code}");
                count += 1;
            }
        }
    }
    assert!(count > 60, "{count} blocks");
}

#[test]
fn every_section_answers_its_python() {
    let mut count = 0;
    for (page, text) in pages() {
        for section in sections(&text) {
            let is_python =
                |part: &Part| matches!(part, Part::Block(language, _) if language == "python");
            let Some(last) = section.parts.iter().rposition(is_python) else { continue };
            assert!(last + 1 < section.parts.len(), "{page}: `{}` has no answer", section.title);
            count += 1;
        }
    }
    assert!(count > 40, "{count} sections");
}

#[test]
fn files_of_the_configuration_are_valid() {
    let mut count = 0;
    for (page, text) in pages() {
        for section in sections(&text) {
            for part in section.parts {
                let Part::Block(language, code) = part else { continue };
                if language == "yaml" && code.starts_with("temporal:") && !code.contains("image:") {
                    // Secrets come from variables.
                    let loaded = Config::loader().text(code).environment([("K1", KEY)]).load();
                    assert!(loaded.is_ok(), "{page}: `{}`: {loaded:?}", section.title);
                    count += 1;
                }
            }
        }
    }
    assert!(count >= 4, "{count} files");
}

#[test]
fn commands_of_the_pages_are_accepted() {
    let mut count = 0;
    for (page, text) in pages() {
        for line in text.lines().filter(|line| line.starts_with("my-app ")) {
            // With `--help` at its end a command is read, and not carried out.
            let code = Cli::new().run(line.split(' ').chain(["--help"]));
            let (code, success) = (format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS));
            assert_eq!(code, success, "{page}: {line}");
            count += 1;
        }
    }
    assert!(count > 5, "{count} commands");
    assert_ne!(
        format!("{:?}", Cli::new().run(["my-app", "serve", "--quue", "orders", "--help"])),
        format!("{:?}", ExitCode::SUCCESS)
    );
}

/// The Base64 of 32 bytes.
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The names of the functions of tests in a folder.
fn tests(folder: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in files(&root().join(folder), "rs") {
        let text = fs::read_to_string(path).expect("text");
        let mut is_test = false;
        for line in text.lines().map(str::trim) {
            is_test |= line.starts_with("#[") && line.contains("test");
            let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
            if let Some((name, _)) = function.and_then(|rest| rest.split_once('(')) {
                if is_test {
                    names.insert(name.to_owned());
                }
                is_test = false;
            }
        }
    }
    names
}

#[test]
fn every_snippet_has_a_section_and_a_test() {
    let index = read(INDEX);
    let rows: Vec<Vec<&str>> = index
        .lines()
        .skip_while(|line| *line != "| snippet | section | test |")
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|row| row.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() > 45, "{} rows", rows.len());
    let all: BTreeSet<_> = ["tests", "examples"].iter().flat_map(|folder| tests(folder)).collect();
    let mut linked = BTreeSet::new();
    for row in &rows {
        let [snippet, section, test] = row[..] else { panic!("{row:?}") };
        let (_, link) = section.split_once("](").expect("a link");
        linked.insert(link.trim_end_matches(')').to_owned());
        for name in test.split(", ") {
            let name = name.trim_matches('`');
            assert!(all.contains(name), "{snippet}: no test `{name}`");
        }
    }
    for (page, text) in pages().into_iter().filter(|(page, _)| page.starts_with("from-python/")) {
        for section in sections(&text) {
            let title = section.title.to_lowercase();
            let kept =
                title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
            let link = format!("{page}#{anchor}");
            assert!(linked.contains(&link), "no row of the table leads to {link}");
        }
    }
}
