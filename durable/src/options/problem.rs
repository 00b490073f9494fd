//! Problems of options, with the options that they are about.

use std::fmt;

/// An option that a configuration may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OptionName {
    ExecutionTimeout,
    RunTimeout,
    StartToCloseTimeout,
    ScheduleToCloseTimeout,
    InitialInterval,
    MaximumInterval,
    BackoffCoefficient,
}

/// A problem of options. `Display` prints the problem, and then the fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionProblem {
    options: &'static [OptionName],
    problem: String,
}

impl OptionProblem {
    pub(super) fn new(options: &'static [OptionName], problem: impl Into<String>) -> Self {
        Self { options, problem: problem.into() }
    }

    /// Returns the options that the problem is about, the one to change first.
    #[cfg(feature = "config")]
    pub(crate) fn options(&self) -> &'static [OptionName] {
        self.options
    }
}

impl From<String> for OptionProblem {
    fn from(problem: String) -> Self {
        Self::new(&[], problem)
    }
}

impl fmt::Display for OptionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}
