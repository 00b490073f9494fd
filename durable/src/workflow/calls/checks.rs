//! Checks of a call before it becomes a command.
//!
//! Server 1.32.0 refuses a command with an invalid value, and SDK 1.1.1 then repeats the workflow task for
//! ever. So every call is checked here first, and an invalid value becomes an error of the call.

use temporalio_sdk::ContinueAsNewOptions;

use crate::error::InvalidCall;
use crate::options::{InvalidOptions, check};

/// Collects the problems of a call.
pub(crate) struct Checks {
    what: String,
    problems: Vec<String>,
}

impl Checks {
    /// Creates the checks of a call that is described like ``the call of activity `charge` ``.
    pub(crate) fn of(what: impl Into<String>) -> Self {
        Self { what: what.into(), problems: Vec::new() }
    }

    /// Adds a problem.
    pub(crate) fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// Checks an id or a name that the server stores.
    pub(crate) fn name(&mut self, what: &str, name: &str) {
        check::name(&mut self.problems, what, name);
    }

    /// Returns the merged options, or adds their problems.
    pub(crate) fn merged<T>(&mut self, options: Result<T, InvalidOptions>) -> Option<T> {
        let add = |error: InvalidOptions| {
            self.problems.extend(error.problems.iter().map(ToString::to_string));
        };
        options.map_err(add).ok()
    }

    /// Returns the entry of a call among the pending ones, or adds the problem.
    pub(crate) fn placed<T>(&mut self, place: Result<T, String>) -> Option<T> {
        place.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// Checks the options of a new run.
    pub(crate) fn continued(&mut self, options: &ContinueAsNewOptions) {
        let problems = &mut self.problems;
        check::duration(problems, "run_timeout", options.run_timeout);
        check::duration(problems, "task_timeout", options.task_timeout);
        check::duration(problems, "backoff_start_interval", options.backoff_start_interval);
        check::queue(problems, options.task_queue.as_ref());
        if let Some(workflow) = &options.workflow_type {
            check::name(problems, "workflow type", workflow);
        }
    }

    /// Returns the problems as the error of the call.
    pub(crate) fn finish(self) -> Result<(), InvalidCall> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(InvalidCall::new(self.what, self.problems.join("; ")))
    }
}
