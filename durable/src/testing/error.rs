//! The errors of test environments and replays.

use std::fmt;
use std::path::PathBuf;

use crate::error::{Error, ServerError};

/// The error of a test environment, or the problems that it found when a test ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestingError {
    /// Time cannot be skipped, because no workflow of the test is running.
    #[error("no time to skip: no workflow of this test is running; start one first")]
    NothingToSkip,
    /// The server does not support time skipping.
    #[error(
        "the server at {address} (version {version}) does not skip time; use server 1.32.0 or newer \
         (`temporal` 1.9.1), with the dynamic config `frontend.WorkflowTimeSkippingEnabled=true`"
    )]
    TimeSkippingUnsupported {
        /// The server's address.
        address: String,
        /// The server's version, or `unknown`.
        version: String,
        /// The server's response.
        source: ServerError,
    },
    /// A workflow's clock could not be moved.
    #[error("cannot skip time of workflow `{workflow_id}`: {reason}")]
    NotSkipped {
        /// The workflow's id.
        workflow_id: String,
        /// The reason.
        reason: String,
    },
    /// The server refused to create a namespace for the test.
    #[error("cannot create a namespace for the test at {address}")]
    Namespace {
        /// The server's address.
        address: String,
        /// The server's response.
        source: ServerError,
    },
    /// The folder through which the processes of a nextest run share their server could not be used.
    #[error("cannot share a dev server with the other processes of this nextest run")]
    Folder(#[source] std::io::Error),
    /// The dev server of this process did not start. Another test reports the cause.
    #[error("the dev server of the tests did not start; see the first test that failed")]
    ServerNotStarted,
    /// The problems found at the end of a test whose body passed.
    #[error("{}", Lines(problems))]
    AtEnd {
        /// The problems.
        problems: Vec<String>,
    },
}

/// The error of a replay: histories that the linked code does not replay, or that cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplayError {
    /// The problems of all histories.
    pub problems: Vec<ReplayProblem>,
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems: Vec<_> = self.problems.iter().map(ToString::to_string).collect();
        fmt::Display::fmt(&Lines(&problems), f)
    }
}

impl std::error::Error for ReplayError {}

impl From<TestingError> for Error {
    fn from(error: TestingError) -> Self {
        Self::other(error, false)
    }
}

impl From<ReplayError> for Error {
    fn from(error: ReplayError) -> Self {
        Self::other(error, false)
    }
}

/// A problem of one history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayProblem {
    /// The file or folder could not be read, or is not a history.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A recorded history could not be written to its file.
    #[error("{}: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The history cannot be replayed.
    #[error("{history}: {reason}")]
    InvalidHistory {
        /// The history's file, or a name for it.
        history: String,
        /// The reason.
        reason: String,
    },
    /// No workflow of that type is linked into this program.
    #[error("{history}: {workflow}: no workflow of that type in this program; it has {known}")]
    UnknownWorkflow {
        /// The history's file, or a name for it.
        history: String,
        /// The workflow of the history.
        workflow: Box<RecordedWorkflow>,
        /// The types of this program.
        known: String,
    },
    /// The workflow's type is only declared in this program, without code.
    #[error(
        "{history}: {workflow}: that type is only declared in this program, without code; replay the \
         history with the program that implements it"
    )]
    OnlyDeclared {
        /// The history's file, or a name for it.
        history: String,
        /// The workflow of the history.
        workflow: Box<RecordedWorkflow>,
    },
    /// Several workflows of that type are linked into this program, none of them on the queue that the
    /// history was recorded on.
    #[error(
        "{history}: {workflow}: no workflow of that type on queue `{queue}`; this program has it on \
         {known}, so set the queue of the replay to one of them"
    )]
    UnknownQueue {
        /// The history's file, or a name for it.
        history: String,
        /// The workflow of the history.
        workflow: Box<RecordedWorkflow>,
        /// The queue that the workflow ran on, or that the replay was set to.
        queue: String,
        /// The queues that have a workflow of that type.
        known: String,
    },
    /// The code does not do what the history says.
    #[error("{history}: {workflow} does not replay{}: {difference}", at(event.as_ref()))]
    Nondeterminism {
        /// The history's file, or a name for it.
        history: String,
        /// The workflow of the history.
        workflow: Box<RecordedWorkflow>,
        /// The first event that differs, if it is known.
        event: Option<RecordedEvent>,
        /// A description of the difference, with the message of Temporal's SDK at the end.
        difference: String,
    },
    /// The code failed, for example with a panic, in a workflow task that was completed when the history
    /// was recorded.
    #[error("{history}: {workflow} failed while it was replayed: {reason}")]
    Failed {
        /// The history's file, or a name for it.
        history: String,
        /// The workflow of the history.
        workflow: Box<RecordedWorkflow>,
        /// The message of the failure.
        reason: String,
    },
}

/// The workflow of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedWorkflow {
    /// Its type.
    pub workflow_type: String,
    /// Its id; empty if the history does not contain it.
    pub workflow_id: String,
    /// Its run id.
    pub run_id: String,
}

impl fmt::Display for RecordedWorkflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workflow_type, workflow_id, run_id } = self;
        write!(f, "workflow {workflow_type} (id `{workflow_id}`, run {run_id})")
    }
}

/// An event of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedEvent {
    /// Its number in the history, from 1.
    pub id: i64,
    /// Its type, as Temporal's web UI writes it: `ActivityTaskScheduled`.
    pub event_type: String,
    /// The type of the event's activity, the name of its signal, or the like, if it has one.
    pub subject: Option<String>,
}

impl fmt::Display for RecordedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, event_type, subject } = self;
        match subject {
            Some(subject) => write!(f, "{id} ({event_type} {subject})"),
            None => write!(f, "{id} ({event_type})"),
        }
    }
}

fn at(event: Option<&RecordedEvent>) -> String {
    event.map_or_else(String::new, |event| format!(" at event {event}"))
}

/// Displays one problem on one line, and several as a list.
struct Lines<'a>(&'a [String]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => Ok(()),
            [one] => f.write_str(one),
            [first, others @ ..] => {
                write!(f, "- {first}")?;
                others.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
            }
        }
    }
}
