//! Reads the pages: their blocks of code, links and headings.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A page, with the text of its file.
#[derive(Debug)]
pub struct Page {
    /// The path below the root of the repository, with `/` between its parts.
    pub path: String,
    /// The text.
    pub text: String,
}

/// A block of code.
#[derive(Debug)]
pub struct Block {
    /// The number of the line of its fence.
    pub line: usize,
    /// The words after the fence: the language, and how it is checked.
    pub info: String,
    /// The code, without the indentation of a list.
    pub code: String,
}

/// A heading, or a link.
#[derive(Debug)]
pub struct Place {
    /// The number of its line.
    pub line: usize,
    /// The text of a heading without its markup, or the destination of a link.
    pub text: String,
}

/// Returns the root of the repository.
///
/// # Panics
/// Panics if this package is at another place than below it.
#[must_use]
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("the package is below tests/").to_path_buf()
}

/// Returns every page: those of the book, the README and those beside it, in the order of their paths.
///
/// # Panics
/// Panics if a page can't be read.
#[must_use]
pub fn pages() -> Vec<Page> {
    let beside = ["CONTRIBUTING.md", "README.md", "docs/llms.txt", "examples/README.md"];
    let mut paths = beside.map(Into::into).to_vec();
    markdown_below("docs", &mut paths);
    paths.sort();
    let page = |path: String| {
        let text = fs::read_to_string(root().join(&path)).expect("the page is text");
        Page { path, text }
    };
    paths.into_iter().map(page).collect()
}

/// Collects the Markdown files of a folder, at any depth.
fn markdown_below(folder: &str, paths: &mut Vec<String>) {
    for entry in fs::read_dir(root().join(folder)).expect("the folder is there") {
        let entry = entry.expect("it can be read");
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            markdown_below(&name, paths);
        } else if name.ends_with(".md") {
            paths.push(name);
        }
    }
}

impl Page {
    /// Returns the name of the page's module: `getting_started` of `docs/getting-started.md`.
    #[must_use]
    pub fn module(&self) -> String {
        let path = self.path.strip_prefix("docs/").unwrap_or(&self.path);
        let path = path.rsplit_once('.').map_or(path, |(name, _)| name);
        path.to_lowercase().replace(['-', '/'], "_")
    }

    /// Returns the blocks of code, in order.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut inside = false;
        for (event, range) in self.events() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let line = self.line(&range);
                    blocks.push(Block { line, info: info.to_string(), code: String::new() });
                    inside = true;
                }
                Event::Text(text) if inside => {
                    blocks.last_mut().expect("a block has begun").code.push_str(&text);
                }
                Event::End(TagEnd::CodeBlock) => inside = false,
                _ => {}
            }
        }
        blocks
    }

    /// Returns the destinations of links and pictures, in order.
    #[must_use]
    pub fn links(&self) -> Vec<Place> {
        let link = |(event, range): (Event<'_>, Range<usize>)| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some(Place { line: self.line(&range), text: dest_url.to_string() })
            }
            _ => None,
        };
        self.events().filter_map(link).collect()
    }

    /// Returns the headings, in order.
    #[must_use]
    pub fn headings(&self) -> Vec<Place> {
        let mut headings: Vec<Place> = Vec::new();
        let mut inside = false;
        for (event, range) in self.events() {
            match event {
                Event::Start(Tag::Heading { .. }) => {
                    headings.push(Place { line: self.line(&range), text: String::new() });
                    inside = true;
                }
                Event::Text(text) | Event::Code(text) if inside => {
                    headings.last_mut().expect("a heading has begun").text.push_str(&text);
                }
                Event::End(TagEnd::Heading(_)) => inside = false,
                _ => {}
            }
        }
        headings
    }

    fn events(&self) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
        Parser::new_ext(&self.text, Options::ENABLE_TABLES).into_offset_iter()
    }

    fn line(&self, range: &Range<usize>) -> usize {
        self.text[..range.start].matches('\n').count() + 1
    }
}

/// Returns the anchor of a heading, as GitHub and mdBook name it.
#[must_use]
pub fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}
