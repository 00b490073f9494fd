//! The end of a command: the error, its report on standard error, and the exit code.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Style};
use temporalio_client::tonic::Status;

use super::escape;
use crate::definition::InvalidInput;
use crate::definition::arguments::Values;
use crate::error::Error;

/// The exit code of a command that was tried and didn't succeed: the workflow failed, the server
/// doesn't answer, or a worker ended.
pub const FAILED: u8 = 1;
/// The exit code of a command that can't succeed as it was given, or as the program is configured.
/// Trying it again doesn't help. Arguments that can't be parsed end with this code too.
pub const MISUSED: u8 = 2;

/// The error of a command of the program's own.
pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

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

    /// The error of a command of the program's own.
    pub(super) fn of(error: BoxError) -> Self {
        let code = error.downcast_ref::<Error>().map_or(FAILED, code);
        Self { code, error }
    }

    /// Prints the error and its causes to standard error.
    pub(super) fn report(&self) -> ExitCode {
        let style = AnsiColor::Red.on_default().bold();
        let error = escape::lines(&self.error.to_string());
        let mut report = format!("{style}error:{style:#} {error}\n");
        let because = Style::new().bold();
        for cause in causes(&*self.error) {
            let _ = writeln!(report, "  {because}caused by:{because:#} {}", escape::lines(&cause));
        }
        // Without standard error, the exit code is all there is.
        let _ = anstream::stderr().write_all(report.as_bytes());
        ExitCode::from(self.code)
    }
}

/// An error and its causes in one line.
pub(super) fn one_line(error: &(dyn StdError + 'static)) -> String {
    causes(error).fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The causes of an error. Some errors of other crates print their cause too, which is left out.
fn causes(error: &(dyn StdError + 'static)) -> impl Iterator<Item = String> {
    let causes = std::iter::successors(error.source(), |cause| StdError::source(*cause));
    causes
        .scan(error.to_string(), |last, cause| {
            let cause = message(cause);
            let is_repeated = last.ends_with(&cause);
            last.clone_from(&cause);
            Some((!is_repeated).then_some(cause))
        })
        .flatten()
}

/// The message of an error. Of a gRPC status it is the part that is written for people.
fn message(cause: &(dyn StdError + 'static)) -> String {
    let boxed = cause.downcast_ref::<Box<Status>>().map(AsRef::as_ref);
    match cause.downcast_ref::<Status>().or(boxed) {
        Some(status) => status.message().to_owned(),
        None => cause.to_string(),
    }
}

/// Prints a line to standard error that doesn't change how the command ends.
pub(super) fn warn(warning: impl fmt::Display) {
    let style = AnsiColor::Yellow.on_default().bold();
    let warning = escape::lines(&warning.to_string());
    let line = format!("{style}warning:{style:#} {warning}\n");
    let _ = anstream::stderr().write_all(line.as_bytes());
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let code = code(&error);
        match error {
            Error::Unreachable { address, source } => {
                Self { code, error: NoServer { address, source }.into() }
            }
            error => Self { code, error: error.into() },
        }
    }
}

/// [`Error::Unreachable`], with advice for somebody at a command line.
#[derive(Debug, thiserror::Error)]
#[error(
    "no Temporal server answers at {address}; start one with the command `dev`, or name another with \
     --address or TEMPORAL_ADDRESS"
)]
struct NoServer {
    address: String,
    source: BoxError,
}

fn code(error: &Error) -> u8 {
    if error.is_misuse() { MISUSED } else { FAILED }
}

/// Makes the result of a command out of the end of the workers.
pub(super) fn served(ended: crate::error::Result<()>) -> Outcome {
    ended.map_err(Problem::from)
}
