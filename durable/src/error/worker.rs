//! Why workers could not be built, or ended.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::definition::{ActivityAttempt, SourceLocation};
use crate::options::InvalidOptions;

/// Why the workers of a program could not be built, or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The program could not run as it is; all problems that were found.
    #[error("the workers cannot start:{}", list(.problems))]
    Misconfigured {
        /// Each problem, with what to do.
        problems: Vec<WorkerProblem>,
    },
    /// The program is configured not to serve queues.
    #[error(
        "serving queues is disabled by the configuration; set `temporal.worker.enabled` to true where \
         this program is to serve them"
    )]
    Disabled,
    /// The SDK could not make a worker.
    #[error("the worker of queue `{queue}` could not be made")]
    Create {
        /// The queue.
        queue: String,
        /// Why.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A worker died, and so did those that were started in its place, as far as that is allowed.
    #[error("the worker of queue `{queue}` died{}", restarted(*.restarts))]
    Ended {
        /// The queue.
        queue: String,
        /// How often it was started again, without it having run for a minute.
        restarts: u32,
        /// Why.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A worker did not stop, though its drain timeout and its stop timeout were over.
    #[error("the worker of queue `{queue}` did not stop within {waited:.1?}; {}", left(.running))]
    Stuck {
        /// The queue.
        queue: String,
        /// How long it was waited for.
        waited: Duration,
        /// The activities that ignored their cancellation; none where it is the SDK that hangs.
        running: Vec<ActivityAttempt>,
    },
    /// The health listener cannot listen.
    #[error(
        "the health listener cannot listen on `{address}`; write `host:port`, such as `0.0.0.0:8080`, \
         with a port that is free"
    )]
    HealthListener {
        /// The address that was asked for.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A second signal ended the drain.
    #[error("a second signal ended the drain; what was in flight is tried again elsewhere")]
    Interrupted,
}

/// One reason why workers cannot start.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkerProblem {
    /// The program holds no workflow and no activity.
    NothingLinked,
    /// Nothing is annotated with this queue.
    UnknownQueue {
        /// The queue that was asked for.
        queue: String,
        /// The queues that there are.
        known: Vec<&'static str>,
    },
    /// Every queue that would be served is switched off by the configuration.
    NoQueueEnabled {
        /// The queues that are.
        queues: Vec<&'static str>,
    },
    /// Options that cannot be, once an annotation is merged with the configuration.
    InvalidOptions {
        /// `workflow` or `activity`.
        kind: &'static str,
        /// Its name.
        name: &'static str,
        /// Where it is annotated.
        source: SourceLocation,
        /// What cannot be.
        error: InvalidOptions,
    },
    /// An activity takes a `State<T>` that the workers were not given.
    MissingState {
        /// The activity.
        activity: &'static str,
        /// Where it is annotated.
        source: SourceLocation,
        /// The type that it takes.
        type_name: &'static str,
    },
    /// The workers were given a deployment version that cannot be.
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
                "this program holds no annotated workflow or activity. A library crate takes part \
                 only if the program names it: write `use my_workflows as _;` in main.rs",
            ),
            Self::UnknownQueue { queue, known } => {
                write!(f, "nothing in this program is annotated with queue `{queue}`; ")?;
                match known.as_slice() {
                    [] => f.write_str("there is no other either"),
                    known => write!(f, "there is `{}`", known.join("`, `")),
                }?;
                f.write_str(
                    ". If it is annotated in a library crate, write `use my_workflows as _;` in \
                     main.rs",
                )
            }
            Self::NoQueueEnabled { queues } => write!(
                f,
                "the configuration switches off every queue of this program (`{}`); set `enabled` \
                 under `temporal.worker.queues` to true, or `temporal.worker.enabled` to false where \
                 nothing is to be served",
                queues.join("`, `")
            ),
            Self::InvalidOptions { kind, name, source, error } => write!(
                f,
                "{kind} `{name}` at {source} cannot run with its annotation and the configuration: \
                 {error}"
            ),
            Self::MissingState { activity, source, type_name } => write!(
                f,
                "activity `{activity}` at {source} takes `State<{type_name}>`, and the workers were \
                 given none; give them one with `.state(..)`"
            ),
            Self::DeploymentVersion { deployment, build_id } => write!(
                f,
                "build `{build_id}` of deployment `{deployment}` is no deployment version: the name \
                 and the build id have at least one character, and the name has no `.` and no `:`"
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

fn left(running: &[ActivityAttempt]) -> String {
    let names: Vec<_> = running.iter().map(ToString::to_string).collect();
    if names.is_empty() {
        "no activity of it was running any more; it was left behind".to_owned()
    } else {
        let names = names.join(", ");
        format!("{names} did not end when it was cancelled, and was left behind")
    }
}

fn list(problems: &[WorkerProblem]) -> String {
    problems.iter().fold(String::new(), |list, problem| list + "\n  - " + &problem.to_string())
}
