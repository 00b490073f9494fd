//! The index for assistants, docs/llms.txt, lists the pages of the book with their sections.

use std::fmt::Write as _;
use std::fs;

use durable_book::{Page, pages, root};

const BEGIN: &str = "## Pages\n\n";
const END: &str = "\n## ";

/// The most sections of a page that are named.
const SECTIONS: usize = 10;

/// Returns the line of a page: its title, and its sections.
fn line(link: &str, page: &Page) -> String {
    let mut headings = page.headings().into_iter().map(|heading| heading.text);
    let title = headings.next().expect("a page has a title");
    let sections: Vec<_> = headings.by_ref().take(SECTIONS).collect();
    let more = if headings.next().is_some() { "; .." } else { "" };
    let line = format!("- [{title}]({link}): {}{more}", sections.join("; "));
    line.trim_end_matches(": ").to_owned()
}

/// Returns the list of the pages, in the order of the book.
fn index() -> String {
    let pages = pages();
    let of_path = |path: &str| pages.iter().find(|page| page.path == path).expect("it is a page");
    let mut index = String::new();
    for link in of_path("docs/SUMMARY.md").links() {
        let page = of_path(&format!("docs/{}", link.text));
        writeln!(index, "{}", line(&link.text, page)).expect("text");
    }
    index
}

#[test]
fn documentation_for_assistants_lists_every_page() {
    let path = root().join("docs/llms.txt");
    let text = fs::read_to_string(&path).expect("it is text");
    let (before, rest) = text.split_once(BEGIN).expect("the list begins");
    let (_, after) = rest.split_once(END).expect("the list ends");
    let wanted = format!("{before}{BEGIN}{}{END}{after}", index());
    if std::env::var_os("DURABLE_WRITE_DOCS").is_some_and(|value| value == "1") {
        fs::write(path, wanted).expect("it can be written");
    } else {
        assert_eq!(text, wanted, "write docs/llms.txt anew with DURABLE_WRITE_DOCS=1");
    }
}

#[test]
fn has_the_form_of_an_index_for_assistants() {
    let text = fs::read_to_string(root().join("docs/llms.txt")).expect("it is text");
    let mut lines = text.lines().filter(|line| !line.is_empty());
    assert_eq!(lines.next(), Some("# durable"));
    assert!(lines.next().is_some_and(|line| line.starts_with("> ")), "the summary is a quotation");
}

#[test]
fn front_page_of_rustdoc_links_every_chapter() {
    let text = fs::read_to_string(root().join("durable/src/lib.rs")).expect("it is text");
    let pages = pages();
    let summary = pages.iter().find(|page| page.path == "docs/SUMMARY.md").expect("it is there");
    // A folder has the parts of a page.
    for link in summary.links().into_iter().filter(|link| !link.text.contains('/')) {
        assert!(text.contains(&format!("/../docs/{}", link.text)), "no link to {}", link.text);
    }
}
