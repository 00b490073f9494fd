//! Results on standard output: text for people, or JSON for programs.

mod table;
mod times;
pub(super) mod width;

pub(super) use table::{Cell, Lines, ids, pairs, row, table, table_with_details, text, whole};
pub(super) use times::{Times, between, short, utc};

use std::io::{self, IsTerminal as _};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::builder::styling::{AnsiColor, Style};
use serde_json::{Value, json};

use super::escape;
use super::exit::{Outcome, Problem};
use super::format::Format;
use crate::client::{Payloads, WorkflowExecutionStatus};

/// Prints results to standard output. Errors and warnings go to standard error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) utc: bool,
}

impl Output {
    /// Returns the form in which times are shown to people.
    pub(super) fn times(self) -> Times {
        Times::new(self.utc)
    }

    /// Prints one result in the form that was asked for.
    pub(super) fn show(self, json: &Value, text: impl FnOnce() -> Page) -> Outcome {
        match self.format {
            Format::Json => self.json(json),
            Format::Text => print(&text().0),
        }
    }

    /// Prints a text, whatever form was asked for.
    #[allow(clippy::unused_self, reason = "as the other forms")]
    pub(super) fn text(self, page: &Page) -> Outcome {
        print(&page.0)
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
#[derive(Default)]
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
pub(super) fn lines(text: &str) -> Page {
    let lines = text.lines().map(|text| format!("{}\n", escape::line(text)));
    Page(lines.collect())
}

/// Formats a line that is less important than the result.
pub(super) fn dim(text: &str) -> Page {
    Page(format!("{DIM}{}{DIM:#}\n", escape::line(text)))
}

/// Returns the style of a status.
pub(super) fn status_style(status: WorkflowExecutionStatus, is_stuck: bool) -> Style {
    use WorkflowExecutionStatus as Status;
    let color = match status {
        Status::Running if is_stuck => AnsiColor::Red,
        Status::Running => AnsiColor::Blue,
        Status::Completed => AnsiColor::Green,
        Status::Failed | Status::TimedOut | Status::Terminated => AnsiColor::Red,
        Status::Canceled | Status::Paused => AnsiColor::Yellow,
        _ => return Style::new(),
    };
    color.on_default()
}

/// Returns a status as a cell, in its colour. A running workflow may be stuck.
pub(super) fn status_cell(status: WorkflowExecutionStatus, is_stuck: bool) -> Cell {
    let stuck = if is_stuck { ", stuck" } else { "" };
    Cell::styled(format!("{status:?}{stuck}"), status_style(status, is_stuck))
}

/// Returns payloads as JSON. One that isn't JSON is its encoding and its bytes in Base64.
pub(super) fn values(payloads: &Payloads) -> Value {
    payloads.to_json()
}
