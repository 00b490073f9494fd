//! Errors of workers.

use std::fmt;
use std::time::Duration;

use crate::definition::{ActivityAttempt, SourceLocation, StuckWorkflow};
use crate::error::{Error, SharedError};
use crate::options::InvalidOptions;

/// The error of workers that could not start, or that ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The program is misconfigured.
    #[error("the workers cannot start:{}", list(.problems))]
    Misconfigured {
        /// The problems, each with its solution.
        problems: Vec<WorkerProblem>,
    },
    /// The configuration disables serving queues.
    #[error(
        "serving queues is disabled by the configuration; set `temporal.worker.enabled` to true to \
         serve them"
    )]
    Disabled,
    /// The SDK could not create a worker.
    #[error("cannot create the worker of queue `{queue}`")]
    Create {
        /// The queue.
        queue: String,
        /// The cause.
        source: SharedError,
    },
    /// The server does not let a worker in: it refuses the credentials, or the namespace is gone. The worker
    /// is not restarted.
    #[error("the worker of queue `{queue}` cannot serve")]
    Refused {
        /// The queue.
        queue: String,
        /// The [`ConnectionError`](crate::error::ConnectionError), with the server's own words.
        source: SharedError,
    },
    /// A worker died, and so did the workers that replaced it, up to the limit of restarts.
    #[error("the worker of queue `{queue}` died{}", restarted(*.restarts))]
    Ended {
        /// The queue.
        queue: String,
        /// The number of restarts in a row, each of which ran for less than a minute.
        restarts: u32,
        /// The cause.
        source: SharedError,
    },
    /// A worker did not stop within its drain timeout and stop timeout.
    #[error(
        "the worker of queue `{queue}` did not stop within {waited:.1?}; {}",
        left(.running, .computing)
    )]
    Stuck {
        /// The queue.
        queue: String,
        /// The time that was waited.
        waited: Duration,
        /// The activities that ignored their cancellation.
        running: Vec<ActivityAttempt>,
        /// The workflows whose code didn't yield. If there are neither these nor activities, the SDK
        /// itself hangs.
        computing: Vec<StuckWorkflow>,
    },
    /// More workflows don't yield than there may be. Each keeps a thread.
    #[error(
        "the worker of queue `{queue}` is given up, because {} do not yield, each on a thread that cannot \
         be stopped: {}; move what computes or blocks to activities, or raise `max_stuck_workflows`",
        count(.workflows.len(), "workflow"),
        names(.workflows)
    )]
    TooManyStuck {
        /// The queue.
        queue: String,
        /// The workflows of the program that don't yield.
        workflows: Vec<StuckWorkflow>,
    },
    /// The health listener cannot listen.
    #[error(
        "cannot listen for health checks on `{address}`; set `host:port` with a free port, such as \
         `0.0.0.0:8080`"
    )]
    HealthListener {
        /// The configured address.
        address: String,
        /// The cause.
        source: std::io::Error,
    },
    /// A second signal ended the drain.
    #[error(
        "a second signal ended the drain; tasks that were running are retried on other workers"
    )]
    Interrupted,
}

impl From<WorkerError> for Error {
    fn from(error: WorkerError) -> Self {
        let is_misuse = match error {
            WorkerError::Misconfigured { .. }
            | WorkerError::Disabled
            | WorkerError::Refused { .. }
            | WorkerError::HealthListener { .. } => true,
            WorkerError::Create { .. }
            | WorkerError::Ended { .. }
            | WorkerError::Stuck { .. }
            | WorkerError::TooManyStuck { .. }
            | WorkerError::Interrupted => false,
        };
        Self::other(error, is_misuse)
    }
}

/// A problem that prevents workers from starting.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkerProblem {
    /// The program contains no workflow and no activity.
    NothingLinked,
    /// Nothing is annotated with this queue.
    UnknownQueue {
        /// The requested queue.
        queue: String,
        /// The queues of this program.
        known: Vec<&'static str>,
    },
    /// The configuration disables every queue of this program.
    NoQueueEnabled {
        /// The disabled queues.
        queues: Vec<&'static str>,
    },
    /// The options of an annotation, merged with the configuration, are invalid.
    InvalidOptions {
        /// `workflow` or `activity`.
        kind: &'static str,
        /// The name of the workflow or activity.
        name: &'static str,
        /// The place of the annotation.
        source: SourceLocation,
        /// The problems of the options.
        error: InvalidOptions,
    },
    /// An activity takes a `State<T>`, and no such value was set on the workers.
    MissingState {
        /// The activity.
        activity: &'static str,
        /// The place of the annotation.
        source: SourceLocation,
        /// The type of the value.
        type_name: &'static str,
    },
    /// The deployment version of the workers is invalid.
    DeploymentVersion {
        /// The deployment's name.
        deployment: String,
        /// The build id.
        build_id: String,
    },
}

impl fmt::Display for WorkerProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingLinked => f.write_str(
                "this program contains no annotated workflow or activity. A library crate is linked \
                 only if the program names it: write `use my_workflows as _;` in main.rs",
            ),
            Self::UnknownQueue { queue, known } => {
                write!(f, "nothing in this program is annotated with queue `{queue}`; ")?;
                match known.as_slice() {
                    [] => f.write_str("it has no queues"),
                    known => write!(f, "it has `{}`", known.join("`, `")),
                }?;
                f.write_str(
                    ". If it is annotated in a library crate, write `use my_workflows as _;` in \
                     main.rs",
                )
            }
            Self::NoQueueEnabled { queues } => write!(
                f,
                "the configuration disables every queue of this program (`{}`); set `enabled` under \
                 `temporal.worker.queues` to true, or `temporal.worker.enabled` to false to serve \
                 none",
                queues.join("`, `")
            ),
            Self::InvalidOptions { kind, name, source, error } => write!(
                f,
                "invalid options of {kind} `{name}` at {source}, merged with the configuration: {error}"
            ),
            Self::MissingState { activity, source, type_name } => write!(
                f,
                "activity `{activity}` at {source} takes `State<{type_name}>`, and the workers have \
                 no such value; add it with `.state(..)`"
            ),
            Self::DeploymentVersion { deployment, build_id } => write!(
                f,
                "invalid deployment version, deployment `{deployment}` and build id `{build_id}`: both \
                 have at least one character, and the deployment has no `.` and no `:`"
            ),
        }
    }
}

fn restarted(restarts: u32) -> String {
    match restarts {
        0 => String::new(),
        1 => ", and again after a restart".to_owned(),
        count => format!(", and again after each of {count} restarts"),
    }
}

fn left(running: &[ActivityAttempt], computing: &[StuckWorkflow]) -> String {
    let mut left = Vec::new();
    if !computing.is_empty() {
        left.push(format!("{} did not yield, and was left behind", names(computing)));
    }
    if !running.is_empty() {
        let names = names(running);
        left.push(format!("{names} did not end when it was cancelled, and was left behind"));
    }
    if left.is_empty() {
        "none of its activities was running any more; it was left behind".to_owned()
    } else {
        left.join("; ")
    }
}

fn names(items: &[impl fmt::Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn list(problems: &[WorkerProblem]) -> String {
    problems.iter().fold(String::new(), |list, problem| list + "\n  - " + &problem.to_string())
}
