//! What is printed: for people, or as JSON for programs.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::SystemTime;

use clap::ValueEnum;
use clap::builder::styling::Style;
use serde_json::Value;

use super::exit::{Outcome, Problem};

/// How a command prints what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people: aligned, and coloured on a terminal.
    #[default]
    Text,
    /// For programs: one JSON value.
    Json,
}

/// Where results go: standard output. What went wrong goes to standard error.
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

    /// Prints a value that is JSON in both forms, as results of workflows are.
    #[allow(clippy::unused_self, reason = "as what is shown in two forms")]
    pub(super) fn json(self, value: &Value) -> Outcome {
        print(&format!("{value:#}\n"))
    }
}

/// Prints a text as it is; styles only on a terminal, and not where `NO_COLOR` is set.
pub(super) fn print(text: &str) -> Outcome {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        // Whoever reads has read enough, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Problem::failure),
    }
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Rows under headings, each column as wide as it must be.
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

/// Names and values, the values aligned; what has none is left out.
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

/// What is said besides.
pub(super) fn dim(text: &str) -> String {
    format!("{DIM}{text}{DIM:#}\n")
}

/// A time, in UTC.
pub(super) fn time(time: Option<SystemTime>) -> Option<String> {
    Some(humantime::format_rfc3339_seconds(time?).to_string())
}
