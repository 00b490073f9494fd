//! Results on standard output: text for people, or JSON for programs.

use std::fmt::Write as _;
use std::io;
use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::ValueEnum;
use clap::builder::styling::Style;
use serde_json::{Value, json};

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
    pub(super) fn show(self, json: &Value, text: impl FnOnce() -> String) -> Outcome {
        match self.format {
            Format::Json => self.json(json),
            Format::Text => print(&text()),
        }
    }

    /// Prints a value that is JSON in both forms.
    #[allow(clippy::unused_self, reason = "as what is shown in two forms")]
    pub(super) fn json(self, value: &Value) -> Outcome {
        print(&format!("{value:#}\n"))
    }

    /// Prints the output of a workflow or the answer of a handler: JSON in both forms. Bytes
    /// (`binary/plain`) are printed as they are, and in JSON by their encoding and in Base64.
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

/// Formats rows under headings, each column as wide as its widest cell.
pub(super) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
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
    for row in rows {
        text += &line(&mut row.iter().map(String::as_str));
        text.push('\n');
    }
    text
}

/// Formats names and values, with the values aligned. Names without a value are left out.
pub(super) fn pairs(pairs: &[(&str, Option<String>)]) -> String {
    let shown = || pairs.iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let width = shown().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    shown().fold(String::new(), |mut text, (name, value)| {
        let mut lines = value.lines();
        let first = lines.next().unwrap_or_default();
        let _ = writeln!(text, "{BOLD}{name:<width$}{BOLD:#}  {first}");
        for line in lines {
            let _ = writeln!(text, "{:<width$}  {line}", "");
        }
        text
    })
}

/// Formats a line that is less important than the result.
pub(super) fn dim(text: &str) -> String {
    format!("{DIM}{text}{DIM:#}\n")
}

/// Formats a time, in UTC.
pub(super) fn time(time: Option<SystemTime>) -> Option<String> {
    Some(humantime::format_rfc3339_seconds(time?).to_string())
}
