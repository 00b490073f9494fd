//! How a command can end, what is said of it, and the exit code that it becomes.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Style};
use temporalio_client::tonic::Status;

use crate::error::Error;

/// The exit code of a command that was understood and did not succeed: the workflow failed, the server
/// does not answer, a worker ended.
pub const FAILED: u8 = 1;
/// The exit code of a command that cannot be as it was given, or as the program is configured: trying
/// it again does not help. It is also the code for arguments that cannot be parsed.
pub const MISUSED: u8 = 2;

/// What a command of the user's may end with.
pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a command did not succeed.
#[derive(Debug)]
pub(super) struct Problem {
    code: u8,
    error: BoxError,
}

pub(super) type Outcome<T = ()> = Result<T, Problem>;

impl Problem {
    /// What was asked for cannot be.
    pub(super) fn misuse(error: impl Into<BoxError>) -> Self {
        Self { code: MISUSED, error: error.into() }
    }

    /// It was tried, and did not succeed.
    pub(super) fn failure(error: impl Into<BoxError>) -> Self {
        Self { code: FAILED, error: error.into() }
    }

    /// What a command of the user's ended with.
    pub(super) fn of(error: BoxError) -> Self {
        let code = error.downcast_ref::<Error>().map_or(FAILED, code);
        Self { code, error }
    }

    /// Says it, with the chain of causes, on standard error.
    pub(super) fn report(&self) -> ExitCode {
        let style = AnsiColor::Red.on_default().bold();
        let mut said = format!("{style}error:{style:#} {}\n", self.error);
        let mut last = self.error.to_string();
        let causes = std::iter::successors(self.error.source(), |cause| StdError::source(*cause));
        let because = Style::new().bold();
        for cause in causes {
            let cause = words(cause);
            // Some errors of other crates print their cause too.
            if !last.ends_with(&cause) {
                let _ = writeln!(said, "  {because}caused by:{because:#} {cause}");
            }
            last = cause;
        }
        // Without standard error, the exit code says it.
        let _ = anstream::stderr().write_all(said.as_bytes());
        ExitCode::from(self.code)
    }
}

/// What an error says; of a gRPC status only what is for people.
fn words(cause: &(dyn StdError + 'static)) -> String {
    let boxed = cause.downcast_ref::<Box<Status>>().map(AsRef::as_ref);
    match cause.downcast_ref::<Status>().or(boxed) {
        Some(status) => status.message().to_owned(),
        None => cause.to_string(),
    }
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

/// [`Error::Unreachable`], with what somebody at a command line can do.
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

/// How the workers ended, as the end of the command: in the one place that knows.
pub(super) fn served(ended: crate::error::Result<()>) -> Outcome {
    ended.map_err(Problem::from)
}
