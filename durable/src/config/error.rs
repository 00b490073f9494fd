//! The error of a configuration: every problem, with its place.

use std::fmt;

use super::mistake::ConfigMistake;
use super::value::ValueSource;
use crate::error::Error;
use crate::secret::without_credentials;

/// An invalid configuration, with every problem.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigError {
    /// The problems, in the order of their places.
    pub problems: Vec<ConfigProblem>,
}

impl ConfigError {
    pub(super) fn unless_empty(problems: Vec<ConfigProblem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid configuration:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

impl std::error::Error for ConfigError {}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::other(error, true)
    }
}

/// One problem of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigProblem {
    /// The place: a line of the file, a variable, or a profile.
    pub source: ValueSource,
    /// The key, such as `temporal.worker.activities_per_second`. It is empty if the problem isn't one of a
    /// key.
    pub key: String,
    /// The mistake, whose `Display` form is the problem and the fix.
    pub mistake: ConfigMistake,
}

impl ConfigProblem {
    /// Creates the problem of a key. Credentials in its texts are masked, because a key in the wrong place
    /// may have any value.
    pub(super) fn of_key(source: ValueSource, key: &str, mistake: ConfigMistake) -> Self {
        Self { source, key: without_credentials(key), mistake: mistake.masked() }
    }

    /// Creates a problem that isn't one of a key.
    pub(super) fn at(source: ValueSource, mistake: ConfigMistake) -> Self {
        Self::of_key(source, "", mistake)
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.source != ValueSource::BuiltIn {
            write!(f, "{}: ", self.source)?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        self.mistake.fmt(f)
    }
}
