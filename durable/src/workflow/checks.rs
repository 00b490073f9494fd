//! What a call may hold, checked before it becomes a command.
//!
//! Server 1.32.0 refuses a command with a value that it cannot take, and SDK 1.1.1 then repeats the
//! workflow task for ever. So every call goes through here first, and a value that cannot be sent is an
//! error of the call.

use temporalio_sdk::ContinueAsNewOptions;

use crate::error::InvalidCall;
use crate::options::{InvalidOptions, check};

/// What is wrong with a call.
pub(super) struct Checks {
    what: String,
    problems: Vec<String>,
}

impl Checks {
    /// The checks of a call, which is named like ``the call of activity `charge` ``.
    pub(super) fn of(what: impl Into<String>) -> Self {
        Self { what: what.into(), problems: Vec::new() }
    }

    /// Adds a problem that was found elsewhere.
    pub(super) fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// Checks an id or a name that the server keeps.
    pub(super) fn name(&mut self, what: &str, name: &str) {
        check::name(&mut self.problems, what, name);
    }

    /// Gives the options that were merged, or adds what was found.
    pub(super) fn merged<T>(&mut self, options: Result<T, InvalidOptions>) -> Option<T> {
        options.map_err(|error| self.problems.extend(error.problems)).ok()
    }

    /// Gives the place of a call among those that are pending, or adds why there is none.
    pub(super) fn placed<T>(&mut self, place: Result<T, String>) -> Option<T> {
        place.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// Checks the options of a new run.
    pub(super) fn continued(&mut self, options: &ContinueAsNewOptions) {
        let problems = &mut self.problems;
        check::duration(problems, "run_timeout", options.run_timeout);
        check::duration(problems, "task_timeout", options.task_timeout);
        check::duration(problems, "backoff_start_interval", options.backoff_start_interval);
        check::queue(problems, options.task_queue.as_ref());
        if let Some(workflow) = &options.workflow_type {
            check::name(problems, "workflow type", workflow);
        }
    }

    /// The error of the call, if anything is wrong with it.
    pub(super) fn finish(self) -> Result<(), InvalidCall> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(InvalidCall::new(self.what, self.problems.join("; ")))
    }
}
