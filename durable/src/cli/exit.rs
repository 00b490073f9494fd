//! The end of a command: the error, its report on standard error, and the exit code.

use std::error::Error as StdError;
use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;

use clap::builder::styling::AnsiColor;
use serde_json::{Value, json};

use super::escape;
use super::format::Format;
use crate::definition::InvalidInput;
use crate::definition::arguments::Values;
use crate::error::report::{FAILED, MISUSED, exit_code, messages, report};
use crate::error::{ConnectionError, Error, SharedError};

/// The error of a command of the program's own.
pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

/// The exit code of a wait that Ctrl-C has ended, as shells report the signal.
const INTERRUPTED: u8 = 130;

/// The exit code of a check that found a breaking change.
#[cfg(feature = "schema")]
const BREAKING: u8 = 3;

/// The error of a command, with its exit code.
#[derive(Debug)]
pub(super) struct Problem {
    code: u8,
    error: BoxError,
}

pub(super) type Outcome<T = ()> = Result<T, Problem>;

impl Problem {
    /// An error of whoever gave the command, or set up the program.
    pub(super) fn misuse(error: impl Into<BoxError>) -> Self {
        Self { code: MISUSED, error: error.into() }
    }

    /// The error of an input on the command line. Its value is shown, as it was typed there.
    pub(super) fn input(error: &InvalidInput) -> Self {
        Self::misuse(error.print(Values::Shown))
    }

    /// An error that came up while the command ran.
    pub(super) fn failure(error: impl Into<BoxError>) -> Self {
        Self { code: FAILED, error: error.into() }
    }

    /// The end of a check that found a breaking change.
    #[cfg(feature = "schema")]
    pub(super) fn breaking(error: impl Into<BoxError>) -> Self {
        Self { code: BREAKING, error: error.into() }
    }

    /// The end of a wait by Ctrl-C.
    pub(super) fn interrupted(error: impl Into<BoxError>) -> Self {
        Self { code: INTERRUPTED, error: error.into() }
    }

    /// The error of a command of the program's own.
    pub(super) fn of(error: BoxError) -> Self {
        let code = exit_code(&*error);
        Self { code, error }
    }

    /// Prints the error and its causes to standard error, as text or as one JSON value.
    pub(super) fn report(&self, format: Format) -> ExitCode {
        let mut messages = messages(&*self.error);
        let report = match format {
            Format::Json => {
                let causes = messages.split_off(1);
                let error = json!({
                    "message": messages.first(), "causes": causes, "exit_code": self.code,
                });
                format!("{:#}\n", json!({ "error": error }))
            }
            Format::Text => {
                let style = AnsiColor::Red.on_default().bold();
                let error = report(messages.iter().map(|message| escape::lines(message)));
                format!("{style}error:{style:#} {error}\n")
            }
        };
        // Without standard error, the exit code is all there is.
        let _ = anstream::stderr().write_all(report.as_bytes());
        ExitCode::from(self.code)
    }
}

/// Prints a line to standard error that doesn't change how the command ends.
pub(super) fn warn(format: Format, warning: impl fmt::Display) {
    let warning = warning.to_string();
    let style = AnsiColor::Yellow.on_default().bold();
    let text = format!("{style}warning:{style:#} {}", escape::lines(&warning));
    note(format, &json!({ "warning": warning }), &text);
}

/// Prints a note to standard error, as an escaped text or as one JSON value.
pub(super) fn note(format: Format, as_json: &Value, text: &str) {
    let line = match format {
        Format::Json => format!("{as_json}\n"),
        Format::Text => format!("{text}\n"),
    };
    let _ = anstream::stderr().write_all(line.as_bytes());
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let code = exit_code(&error);
        match error {
            Error::Connection(ConnectionError::Unreachable { address, source }) => {
                Self { code, error: NoServer { address, source }.into() }
            }
            // The cause would say the same once more.
            error if is_not_found(&error) => Self { code, error: error.to_string().into() },
            error => Self { code, error: error.into() },
        }
    }
}

fn is_not_found(error: &Error) -> bool {
    matches!(
        error,
        Error::NotFound { .. }
            | Error::ScheduleNotFound { .. }
            | Error::UpdateNotFound { .. }
            | Error::ActivityNotFound { .. }
    )
}

/// [`ConnectionError::Unreachable`], with advice for somebody at a command line.
#[derive(Debug, thiserror::Error)]
#[error(
    "no Temporal server answers at {address}; start one with the command `dev`, or name another with \
     --address or TEMPORAL_ADDRESS"
)]
struct NoServer {
    address: String,
    source: SharedError,
}

/// Makes the result of a command out of the end of the workers.
pub(super) fn served(ended: crate::error::Result<()>) -> Outcome {
    ended.map_err(Problem::from)
}
