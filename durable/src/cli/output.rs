//! Results on standard output: text for people, or JSON for programs.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::ValueEnum;
use clap::builder::styling::Style;
use serde_json::{Value, json};

use super::escape;
use super::exit::{Outcome, Problem};
use crate::client::Payloads;

/// The form in which a command prints its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people: aligned, and coloured on a terminal.
    #[default]
    Text,
    /// For programs: one JSON value.
    Json,
}

/// Prints results to standard output. Errors and warnings go to standard error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub(super) format: Format,
}

impl Output {
    /// Prints one result in the form that was asked for.
    pub(super) fn show(self, json: &Value, text: impl FnOnce() -> Page) -> Outcome {
        match self.format {
            Format::Json => self.json(json),
            Format::Text => print(&text().0),
        }
    }

    /// Prints a value that is JSON in both forms.
    pub(super) fn json(self, value: &Value) -> Outcome {
        let json = format!("{value:#}\n");
        match self.format {
            Format::Json => print(&json),
            Format::Text => print(&escape::json(&json)),
        }
    }

    /// Prints the output of a workflow or the answer of a handler: JSON in both forms. Bytes
    /// (`binary/plain`) are printed as they are, but escaped on a terminal. In JSON they are printed by
    /// their encoding and in Base64.
    pub(super) fn value(self, value: &Payloads) -> Outcome {
        let payloads = value.payloads()?;
        let bytes = match payloads.as_slice() {
            [one] if one.metadata.get("encoding").is_some_and(|it| it == BYTES.as_bytes()) => {
                &one.data
            }
            _ => return self.json(&value.json()?),
        };
        match self.format {
            Format::Json => {
                self.json(&json!({ "encoding": BYTES, "data": BASE64_STANDARD.encode(bytes) }))
            }
            Format::Text if io::stdout().is_terminal() => {
                print(&format!("{}\n", escape::line(&String::from_utf8_lossy(bytes))))
            }
            // Without the filter for styles, which would change them.
            Format::Text => write(&mut io::stdout().lock(), bytes),
        }
    }
}

/// The encoding of bytes.
const BYTES: &str = "binary/plain";

/// Prints a text. Styles are kept on a terminal only, and not if `NO_COLOR` is set.
pub(super) fn print(text: &str) -> Outcome {
    write(&mut anstream::stdout().lock(), text.as_bytes())
}

fn write(stdout: &mut impl io::Write, bytes: &[u8]) -> Outcome {
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        // The reader has read enough, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Problem::failure),
    }
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Text for people, in which everything that may come from outside is escaped.
pub(super) struct Page(String);

impl Page {
    /// Adds another page behind this one.
    pub(super) fn then(mut self, other: &Self) -> Self {
        self.0 += &other.0;
        self
    }
}

/// Formats a sentence.
pub(super) fn line(text: &str) -> Page {
    Page(format!("{}\n", escape::line(text)))
}

/// Formats a text of several lines.
#[cfg(feature = "testing")]
pub(super) fn lines(text: &str) -> Page {
    let lines = text.lines().map(|text| format!("{}\n", escape::line(text)));
    Page(lines.collect())
}

/// Formats rows under headings, each column as wide as its widest cell.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>]) -> Page {
    let rows = rows.iter().map(|row| row.iter().map(|cell| escape::line(cell)).collect());
    let rows: Vec<Vec<String>> = rows.collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([headings[column].chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..headings.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (cell, width) in cells.zip(&widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        line.trim_end().to_owned()
    };
    let mut text = format!("{BOLD}{}{BOLD:#}\n", line(&mut headings.iter().copied()));
    for row in &rows {
        text += &line(&mut row.iter().map(String::as_str));
        text.push('\n');
    }
    Page(text)
}

/// The value of a [pair](pairs): nothing, a line, or several.
pub(super) struct Lines(Vec<String>);

impl From<Option<String>> for Lines {
    fn from(line: Option<String>) -> Self {
        Self(line.into_iter().collect())
    }
}

impl From<Vec<String>> for Lines {
    fn from(lines: Vec<String>) -> Self {
        Self(lines)
    }
}

/// Formats names and values, with the values aligned. Names without a value are left out.
pub(super) fn pairs(pairs: &[(&str, Lines)]) -> Page {
    let shown = || pairs.iter().filter(|(_, value)| !value.0.is_empty());
    let width = shown().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let text = shown().fold(String::new(), |mut text, (name, value)| {
        let mut lines = value.0.iter().map(|line| escape::line(line));
        let first = lines.next().unwrap_or_default();
        let _ = writeln!(text, "{BOLD}{name:<width$}{BOLD:#}  {first}");
        for line in lines {
            let _ = writeln!(text, "{:<width$}  {line}", "");
        }
        text
    });
    Page(text)
}

/// Formats a line that is less important than the result.
pub(super) fn dim(text: &str) -> Page {
    Page(format!("{DIM}{}{DIM:#}\n", escape::line(text)))
}

/// Formats a time, in UTC.
pub(super) fn time(time: Option<SystemTime>) -> Option<String> {
    Some(humantime::format_rfc3339_seconds(time?).to_string())
}
