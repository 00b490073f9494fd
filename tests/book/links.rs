//! Links between pages, and the order of the book.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use durable_book::{Page, anchor, pages, root};

/// The anchors of a page. A heading that occurs again gets a number.
fn anchors(page: &Page) -> BTreeSet<String> {
    let mut counts = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for heading in page.headings() {
        let anchor = anchor(&heading.text);
        let count = counts.entry(anchor.clone()).or_insert(0);
        anchors.insert(if *count == 0 { anchor } else { format!("{anchor}-{count}") });
        *count += 1;
    }
    anchors
}

/// Resolves `..` in a path without looking at the disk.
fn normalized(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut path, component| {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            component => path.push(component),
        }
        path
    })
}

/// Returns the reason if a link leads nowhere. Links to the network are not followed.
fn broken(pages: &[Page], page: &Page, link: &str) -> Option<String> {
    if ["http://", "https://", "mailto:"].iter().any(|scheme| link.starts_with(scheme)) {
        return None;
    }
    let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(&page.path).parent().expect("a page is in a folder");
    let path =
        if file.is_empty() { PathBuf::from(&page.path) } else { normalized(&folder.join(file)) };
    if !root().join(&path).exists() {
        return Some("there is no such file".into());
    }
    if fragment.is_empty() {
        return None;
    }
    let Some(target) = pages.iter().find(|page| Path::new(&page.path) == path) else {
        return Some("only pages have anchors".into());
    };
    (!anchors(target).contains(fragment)).then(|| format!("it has none of {:?}", anchors(target)))
}

#[test]
fn links_lead_to_files_and_headings() {
    let pages = pages();
    let mut count = 0;
    let mut problems = Vec::new();
    for page in &pages {
        for link in page.links() {
            count += 1;
            if let Some(reason) = broken(&pages, page, &link.text) {
                problems.push(format!("{}:{}: `{}`: {reason}", page.path, link.line, link.text));
            }
        }
    }
    assert!(count > 100, "{count} links");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn reports_links_that_lead_nowhere() {
    let page = |path: &str, text: &str| Page { path: path.into(), text: text.into() };
    let pages =
        [page("docs/testing.md", "# Mocks\n## The `run` block, again"), page("README.md", "")];
    for (link, is_broken) in [
        ("testing.md", false),
        ("testing.md#mocks", false),
        ("testing.md#the-run-block-again", false),
        ("#mocks", false),
        ("../README.md", false),
        ("https://example.com/nothing", false),
        ("nothing.md", true),
        ("testing.md#nothing", true),
        ("#nothing", true),
        ("../LICENSE#nothing", true),
    ] {
        assert_eq!(broken(&pages, &pages[0], link).is_some(), is_broken, "{link}");
    }
}

#[test]
fn lists_every_page_of_the_book_once() {
    let pages = pages();
    let summary = pages.iter().find(|page| page.path == "docs/SUMMARY.md").expect("it is there");
    let mut listed: Vec<_> =
        summary.links().into_iter().map(|link| format!("docs/{}", link.text)).collect();
    listed.sort();
    let book = pages.iter().map(|page| page.path.clone());
    let book: Vec<_> = book
        .filter(|path| {
            path.ends_with(".md") && path.starts_with("docs/") && path != "docs/SUMMARY.md"
        })
        .collect();
    assert_eq!(listed, book);
}
