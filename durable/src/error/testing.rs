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
#[derive(Debug, thiserror::Error)]
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
    /// The history is not one that can be replayed.
    #[error("{history}: {reason}")]
    InvalidHistory {
        /// Which history: the file, or the workflow's id and run.
        history: String,
        /// Why.
        reason: String,
    },
    /// No workflow of that type is linked into this program.
    #[error("{history}: this program has no workflow `{workflow_type}`; it has {known}")]
    UnknownWorkflow {
        /// Which history.
        history: String,
        /// The type that the history names.
        workflow_type: String,
        /// The types of this program.
        known: String,
    },
    /// The code does something else than the history says.
    #[error("{history}: workflow `{workflow_type}` does not replay{}: {difference}", at(event.as_ref()))]
    Nondeterminism {
        /// Which history.
        history: String,
        /// The workflow's type.
        workflow_type: String,
        /// The event where they part, as its number and type, where it is known.
        event: Option<String>,
        /// What differed.
        difference: String,
    },
    /// The code failed while it was replayed.
    #[error("{history}: workflow `{workflow_type}` failed while it was replayed: {reason}")]
    Failed {
        /// Which history.
        history: String,
        /// The workflow's type.
        workflow_type: String,
        /// How it failed.
        reason: String,
    },
}

fn at(event: Option<&String>) -> String {
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
