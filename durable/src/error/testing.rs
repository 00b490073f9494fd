//! What tests can fail with besides what they test.

use std::fmt;
use std::path::PathBuf;

use temporalio_client::tonic::Status;

/// What a test environment could not do, or found when a test ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestingError {
    /// Time was to be moved, and no workflow of the test is running.
    #[error("there is no time to skip: no workflow of this test is running; start one first")]
    NothingToSkip,
    /// The server does not skip time.
    #[error(
        "the server at {address} (version {version}) does not skip time; it must be 1.32.0 or newer \
         (`temporal` 1.9.1) and run with the dynamic config `frontend.WorkflowTimeSkippingEnabled=true`"
    )]
    TimeSkippingUnsupported {
        /// The server's address.
        address: String,
        /// Its version, as it tells.
        version: String,
        /// What it said.
        source: Box<Status>,
    },
    /// Time could not be moved.
    #[error("the time of workflow `{workflow_id}` could not be moved: {reason}")]
    NotSkipped {
        /// The workflow's id.
        workflow_id: String,
        /// Why.
        reason: String,
    },
    /// A namespace for the test could not be made.
    #[error("no namespace for the test could be made at {address}")]
    Namespace {
        /// The server's address.
        address: String,
        /// What the server said.
        source: Box<Status>,
    },
    /// The dev server of this test binary did not start, which another test reports in full.
    #[error(
        "the dev server that the tests share did not start; the first test that asked for it says why"
    )]
    ServerNotStarted,
    /// What was wrong at the end of a test whose body passed.
    #[error("{}", Lines(problems))]
    AtEnd {
        /// Everything that was wrong.
        problems: Vec<String>,
    },
}

/// Histories that the linked code does not replay, or that could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReplayError {
    /// Every history with a problem.
    pub problems: Vec<ReplayProblem>,
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems: Vec<_> = self.problems.iter().map(ToString::to_string).collect();
        fmt::Display::fmt(&Lines(&problems), f)
    }
}

impl std::error::Error for ReplayError {}

/// What is wrong with one history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayProblem {
    /// The file or folder could not be read, or holds no history.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A recorded history could not be written to its file.
    #[error("{}: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The history is not one that can be replayed.
    #[error("{history}: {reason}")]
    InvalidHistory {
        /// Which history: its file, or what it was given as.
        history: String,
        /// Why.
        reason: String,
    },
    /// No workflow of that type is linked into this program.
    #[error("{history}: {workflow}: this program has no workflow of that type; it has {known}")]
    UnknownWorkflow {
        /// Which history: its file, or what it was given as.
        history: String,
        /// The workflow that the history tells of.
        workflow: Box<RecordedWorkflow>,
        /// The types of this program.
        known: String,
    },
    /// The workflow's type is declared in this program, and its code is in another one.
    #[error(
        "{history}: {workflow}: this program only declares that type; replay it with the program \
         that has its code"
    )]
    OnlyDeclared {
        /// Which history: its file, or what it was given as.
        history: String,
        /// The workflow that the history tells of.
        workflow: Box<RecordedWorkflow>,
    },
    /// Several workflows of that type are linked into this program, on other queues than the one that
    /// the history was recorded on.
    #[error(
        "{history}: {workflow}: it ran on queue `{queue}`, and this program has workflows of that \
         type only on {known}; which one is meant cannot be known"
    )]
    UnknownQueue {
        /// Which history: its file, or what it was given as.
        history: String,
        /// The workflow that the history tells of.
        workflow: Box<RecordedWorkflow>,
        /// The queue that it ran on.
        queue: String,
        /// The queues that have a workflow of that type.
        known: String,
    },
    /// The code does something else than the history says.
    #[error("{history}: {workflow} does not replay{}: {difference}", at(event.as_ref()))]
    Nondeterminism {
        /// Which history: its file, or what it was given as.
        history: String,
        /// The workflow that the history tells of.
        workflow: Box<RecordedWorkflow>,
        /// The event where code and history part, where it is known.
        event: Option<RecordedEvent>,
        /// What differed, with the words of Temporal's SDK at the end.
        difference: String,
    },
    /// The code failed while it was replayed, in a task that it had completed when it was recorded.
    #[error("{history}: {workflow} failed while it was replayed: {reason}")]
    Failed {
        /// Which history: its file, or what it was given as.
        history: String,
        /// The workflow that the history tells of.
        workflow: Box<RecordedWorkflow>,
        /// How it failed.
        reason: String,
    },
}

/// The workflow that a history tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedWorkflow {
    /// Its type.
    pub workflow_type: String,
    /// Its id; empty where the history does not tell.
    pub workflow_id: String,
    /// The run.
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
    /// What it is about, such as the type of an activity or the name of a signal, where it has that.
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

/// One line where there is one problem, and a list where there are several.
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
