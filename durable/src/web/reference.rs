//! The page docs/errors.md, made from the errors, the table of problems, and the sources.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, ItemEnum, Meta, Visibility};
use temporalio_client::tonic::{Code, Status};

use super::answers;
use super::gateway;
use super::kind::{self, Kind};
use crate::error::tests::{errors, variant};
use crate::error::{Error, report};

const TITLE: &str = "\
# Errors

This page lists the errors of the library with their messages, and is generated from the code. [Failures](failures.md) explains which
errors activities and workflows return, and the retries.

- A part of a message in braces is replaced, and `..` stands for the cause or for a list.
- The code is that of the answer of a [web service](web.md#errors), with its status.
- The exit code is that of the [command line](cli.md), and of a `main` that returns `Exit`. With exit code 2, trying again doesn't help.
";

/// A public enum of errors or problems.
struct Errors {
    name: String,
    meaning: String,
    /// Name, message and meaning of each variant.
    variants: Vec<[String; 3]>,
}

impl Errors {
    fn of(item: &ItemEnum) -> Self {
        let variants = item.variants.iter().map(|variant| {
            [variant.ident.to_string(), message(&variant.attrs), meaning(&variant.attrs)]
        });
        Self {
            name: item.ident.to_string(),
            meaning: meaning(&item.attrs),
            variants: variants.collect(),
        }
    }
}

/// Every public enum of errors in the sources, in the order of their names.
fn enums() -> Vec<Errors> {
    let mut enums = Vec::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(path).expect("it is text");
        if !text.contains("\npub enum ") {
            continue;
        }
        for item in syn::parse_file(&text).expect("it is Rust").items {
            if let Item::Enum(item) = item
                && matches!(item.vis, Visibility::Public(_))
                && ["Error", "Problem"].iter().any(|end| item.ident.to_string().ends_with(end))
            {
                enums.push(Errors::of(&item));
            }
        }
    }
    enums.sort_by(|one, other| one.name.cmp(&other.name));
    enums
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let files = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    paths.flat_map(files).filter(is_rust).collect()
}

/// The doc comment, without links, whose targets are of rustdoc.
fn meaning(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let lines: Vec<_> = lines.collect();
    let first = lines.split(|line| line.trim().is_empty()).next().unwrap_or_default();
    without_links(&first.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "))
}

/// Replaces `[text](target)` and `[text]` by the text.
fn without_links(text: &str) -> String {
    let mut parts = text.split('[');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((link, rest)) => {
                let target = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
                plain += link;
                plain += target.map_or(rest, |(_, rest)| rest);
            }
            None => plain += part,
        }
    }
    plain
}

/// The message of `#[error("..")]`, with the names of fields in braces and `..` for everything else.
fn message(attributes: &[Attribute]) -> String {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("error"));
    let text = attribute.and_then(|attribute| {
        let tokens = attribute.meta.require_list().ok()?.tokens.clone().into_iter().next()?;
        syn::parse_str::<syn::LitStr>(&tokens.to_string()).ok()
    });
    let Some(text) = text.map(|text| text.value()) else { return String::new() };
    let mut parts = text.split('{');
    let mut message = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inside, rest) = part.split_once('}').expect("a brace is closed");
        let field = inside.split([':', '.']).next().unwrap_or_default();
        match field {
            "" | "0" => message += " ..",
            field => write!(message, "{{{field}}}").expect("text"),
        }
        message += rest;
    }
    message.split_whitespace().collect::<Vec<_>>().join(" ").replace("` .. `", "`..`")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The message as code, which may have backticks itself.
fn code(message: &str) -> String {
    if message.is_empty() { String::new() } else { cell(&format!("`` {message} ``")) }
}

/// Returns the kinds of the answers to an error of a call, and its exit code. The server's own error has a kind for
/// each of its codes.
fn answered(name: &str) -> Option<(Vec<&'static Kind>, String)> {
    let error = errors().into_iter().find(|error| variant(error).0 == name)?;
    let exit_code = match &error {
        Error::Other(_) => format!("{} or {}", report::FAILED, report::MISUSED),
        error => report::exit_code(error).to_string(),
    };
    let kinds = match &error {
        Error::Rpc { .. } => (0..=16)
            .map(|code| {
                let cause = Status::new(Code::from_i32(code), "").into();
                kind_of(&Error::Rpc { operation: String::new(), cause })
            })
            .collect(),
        error => vec![kind_of(error)],
    };
    let mut codes = BTreeSet::new();
    Some((kinds.into_iter().filter(|kind| codes.insert(kind.code)).collect(), exit_code))
}

fn kind_of(error: &Error) -> &'static Kind {
    let code = answers::of(error).code().map(str::to_owned).expect("every error has a code");
    kind::ALL.iter().find(|kind| kind.code == code).expect("it is in the table")
}

/// The table of an enum whose values a call may return.
fn table_of_calls(errors: &Errors) -> String {
    let mut table =
        "\n| error | meaning | message | status and code | exit code |\n|---|---|---|---|---|\n"
            .to_owned();
    for [name, message, meaning] in &errors.variants {
        let Some((kinds, exit_code)) = answered(name) else { continue };
        let kinds: Vec<_> =
            kinds.iter().map(|kind| format!("{} `{}`", kind.status.as_u16(), kind.code)).collect();
        let (meaning, message, kinds) = (cell(meaning), code(message), kinds.join(", "));
        writeln!(table, "| `{name}` | {meaning} | {message} | {kinds} | {exit_code} |")
            .expect("text");
    }
    table
}

fn table_of_kinds(kinds: &[Kind]) -> String {
    let mut table = "\n| status | code | title | `Retry-After` |\n|---|---|---|---|\n".to_owned();
    for Kind { status, code, title, retry_after } in kinds {
        let retry = retry_after.map(|after| format!("{} s", after.as_secs())).unwrap_or_default();
        writeln!(table, "| {} | `{code}` | {title} | {retry} |", status.as_u16()).expect("text");
    }
    table
}

fn page() -> String {
    let mut page = TITLE.to_owned();
    let (of_calls, others): (Vec<_>, Vec<_>) = enums()
        .into_iter()
        .partition(|errors| ["Error", "ConnectionError"].contains(&&*errors.name));
    for errors in of_calls.iter().rev() {
        write!(page, "\n## `{}`\n\n{}\n", errors.name, errors.meaning).expect("text");
        page += &table_of_calls(errors);
    }
    page +=
        "\n## Problems of web services\n\nThese are the answers of handlers and of the gateway.\n";
    page += &table_of_kinds(kind::ALL);
    page += "\nThese are answers of the gateway alone.\n";
    page += &table_of_kinds(gateway::kind::ALL);
    for Errors { name, meaning, variants } in others {
        write!(page, "\n## `{name}`\n\n{meaning}\n").expect("text");
        page += "\n| variant | meaning | message |\n|---|---|---|\n";
        for [name, message, meaning] in variants {
            writeln!(page, "| `{name}` | {} | {} |", cell(&meaning), code(&message)).expect("text");
        }
    }
    page
}

#[test]
fn documentation_lists_every_error() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors.md");
    if std::env::var_os("DURABLE_WRITE_DOCS").is_some_and(|value| value == "1") {
        fs::write(path, page()).expect("it can be written");
    } else {
        let found = fs::read_to_string(path).unwrap_or_default();
        assert_eq!(found, page(), "write docs/errors.md anew with DURABLE_WRITE_DOCS=1");
    }
}

#[test]
fn every_error_of_a_call_has_a_row() {
    let page = page();
    for error in errors() {
        let (name, _) = variant(&error);
        assert!(page.contains(&format!("\n| `{name}` | ")), "no row of {name}");
    }
}
