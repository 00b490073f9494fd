//! An attempt of an activity, as reports name it.

use std::fmt;

use serde::Serialize;

/// An attempt of an activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ActivityAttempt {
    /// The task queue of the worker.
    pub queue: String,
    /// The activity's name.
    pub activity: String,
    /// The id of the calling workflow, or `None` if the activity was not called by a workflow.
    pub workflow_id: Option<String>,
    /// The number of the attempt, starting at 1.
    pub attempt: u32,
}

impl fmt::Display for ActivityAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "attempt {} of activity `{}`", self.attempt, self.activity)?;
        match &self.workflow_id {
            Some(id) => write!(f, " of workflow `{id}`"),
            None => Ok(()),
        }
    }
}
