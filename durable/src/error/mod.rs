//! The outcomes that a caller can act on.
//!
//! [`Error`] is what every call of this crate's client side ends with when it does not succeed;
//! [`Failure`] is one link in the chain of why a workflow, activity or update failed. Where an error
//! has a cause, the cause is its [`source`](std::error::Error::source) and is not printed with it;
//! the `Debug` form, which `fn main() -> durable::Result<()>` prints, shows the whole chain.

mod application;
mod application_failure;
mod bounded;
pub(crate) mod call;
mod failure;
mod misuse;
pub(crate) mod outgoing;
pub(crate) mod payload_limit;
mod task_failure;
#[cfg(feature = "testing")]
mod testing;
mod timeout;
mod tls;
mod worker;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

pub use application::{
    ApplicationError, Classification, Classified, DowncastFailure, ErrorDetails, ErrorType,
};
pub use application_failure::{ApplicationFailure, ApplicationFailureBuilder};
pub use call::{INVALID_CALL, INVALID_OUTPUT, InvalidCall, InvalidOutput};
pub use failure::{Failure, FailureKind};
pub use payload_limit::{PAYLOAD_TOO_LARGE, PayloadTooLarge};
pub use task_failure::TaskFailure;
pub(crate) use task_failure::{how_to_create, unknown_search_attribute};
#[cfg(feature = "testing")]
pub use testing::{RecordedEvent, RecordedWorkflow, ReplayError, ReplayProblem, TestingError};
pub use timeout::{ExpiredTimeout, TimeoutKind};
pub use tls::TlsProblem;
pub use worker::{WorkerError, WorkerProblem};

use temporalio_client::WorkflowExecutionStatus;
use temporalio_client::tonic::Status;
use temporalio_common::data_converters::PayloadConversionError;

use crate::definition::RegistryError;
use crate::options::InvalidOptions;

/// The type name of the failure with which undecodable input is answered.
pub const INVALID_INPUT: &str = "InvalidInput";

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How a call to the Temporal server did not succeed.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A workflow with this id runs already, or ran and its id may not be used again.
    #[error(
        "workflow `{workflow_id}` is already started{}; `idempotency` chooses another outcome, such as \
         `UseExisting` for a handle of the running workflow",
        as_run(run_id.as_deref())
    )]
    AlreadyStarted {
        /// The id that was asked for.
        workflow_id: String,
        /// The run that has it, where the server tells.
        run_id: Option<String>,
    },
    /// The workflow failed, and is not tried again.
    #[error("workflow `{workflow_id}` failed")]
    Failed {
        /// The workflow's id.
        workflow_id: String,
        /// Why, with the whole chain of causes.
        #[source]
        failure: Failure,
    },
    /// The workflow was cancelled.
    #[error("workflow `{workflow_id}` was cancelled")]
    Cancelled {
        /// The workflow's id.
        workflow_id: String,
    },
    /// The workflow was terminated.
    #[error("workflow `{workflow_id}` was terminated")]
    Terminated {
        /// The workflow's id.
        workflow_id: String,
    },
    /// The workflow did not end within its execution or run timeout.
    #[error("workflow `{workflow_id}` timed out{}", timeout::because(.timeout.as_ref()))]
    TimedOut {
        /// The workflow's id.
        workflow_id: String,
        /// The timeout that ended it, or `None` where its history cannot be read any more.
        timeout: Option<ExpiredTimeout>,
    },
    /// The run ended by continuing as a new one, and the new one was not to be followed.
    #[error("workflow `{workflow_id}` continued as a new run")]
    ContinuedAsNew {
        /// The workflow's id.
        workflow_id: String,
    },
    /// There is no such workflow, or it has ended and takes no more of this.
    #[error("workflow `{workflow_id}` was not found, or has ended")]
    NotFound {
        /// The workflow's id.
        workflow_id: String,
        /// What the server said.
        #[source]
        source: Box<Status>,
    },
    /// The workflow did not end within the time that the caller gave it; it goes on.
    #[error("workflow `{workflow_id}` had no result within {waited:?}, and goes on")]
    NoResultYet {
        /// The workflow's id.
        workflow_id: String,
        /// How long the caller waited.
        waited: Duration,
        /// The failure of its current task, where it is that which keeps the workflow from going on.
        #[source]
        task_failure: Option<Box<TaskFailure>>,
    },
    /// The server gave no answer within the time that was set for the call. It may have carried out
    /// what it was asked for.
    #[error(
        "no answer to {operation} within {waited:?}; the server may have carried it out all the same"
    )]
    CallTimedOut {
        /// What was asked for.
        operation: String,
        /// The time that was set for the call.
        waited: Duration,
    },
    /// The query was answered with an error, or could not be answered.
    #[error("query `{query}` of workflow `{workflow_id}` failed")]
    QueryFailed {
        /// The workflow's id.
        workflow_id: String,
        /// The query's name.
        query: String,
        /// What the workflow or the server said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The query was not asked, because of the workflow's status.
    #[error("query `{query}` of workflow `{workflow_id}` was rejected, its status is {status:?}")]
    QueryRejected {
        /// The workflow's id.
        workflow_id: String,
        /// The query's name.
        query: String,
        /// The workflow's status, where the server tells.
        status: Option<WorkflowExecutionStatus>,
    },
    /// The update was rejected by its validator, or failed.
    #[error("update `{update}` of workflow `{workflow_id}` failed")]
    UpdateFailed {
        /// The workflow's id.
        workflow_id: String,
        /// The update's name.
        update: String,
        /// Why, with the whole chain of causes.
        #[source]
        failure: Failure,
    },
    /// The workflow has no update with this id.
    #[error("workflow `{workflow_id}` has no update `{update_id}`")]
    UpdateNotFound {
        /// The workflow's id.
        workflow_id: String,
        /// The update's id.
        update_id: String,
        /// What the server said.
        #[source]
        source: Box<Status>,
    },
    /// The namespace has no such search attribute.
    #[error(
        "the Temporal server refused to {operation}: search attribute `{name}` does not exist in \
         namespace `{namespace}`; {}",
        how_to_create(name, namespace)
    )]
    UnknownSearchAttribute {
        /// What was asked for.
        operation: String,
        /// The attribute's name.
        name: String,
        /// The namespace.
        namespace: String,
        /// What the server said.
        #[source]
        source: Box<Status>,
    },
    /// No Temporal server answers at the address.
    #[error(
        "no Temporal server answers at {address}; start one with `temporal server start-dev`, or \
         name another with TEMPORAL_ADDRESS or `Client::builder().address(..)`"
    )]
    Unreachable {
        /// The address, as host and port.
        address: String,
        /// What was tried last.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The connection cannot be protected as it is asked for; trying again does not help.
    #[error("the connection to {address} cannot be made: {problem}")]
    Tls {
        /// The address, as host and port.
        address: String,
        /// Why, and what to do.
        problem: TlsProblem,
    },
    /// A header cannot be sent: its name or its value has characters that gRPC does not take.
    #[error(
        "the header `{name}` cannot be sent: a name is of lower-case letters, digits and `-`, and a value \
         of printable ASCII; what is read from a file may end with a line break"
    )]
    InvalidHeader {
        /// The header's name.
        name: String,
    },
    /// The address cannot be understood.
    #[error(
        "`{address}` is not the address of a server; write `host:port`, such as `localhost:7233`"
    )]
    InvalidAddress {
        /// What was given.
        address: String,
        /// Why it is none.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The program is configured not to use Temporal.
    #[error(
        "Temporal is disabled by the configuration ({by}); set `temporal.enabled` to true where this \
         program is to use it"
    )]
    Disabled {
        /// Where that is said.
        by: String,
    },
    /// The server has no such namespace.
    #[error(
        "the Temporal server at {address} has no namespace `{namespace}`; create it with \
         `temporal operator namespace create --namespace {namespace}`"
    )]
    NamespaceNotFound {
        /// The namespace.
        namespace: String,
        /// The address, as host and port.
        address: String,
    },
    /// Options that cannot be, once the layers are merged, or that the call cannot carry.
    #[error("workflow {workflow_type} cannot be started with these options")]
    InvalidOptions {
        /// The workflow's type name.
        workflow_type: Cow<'static, str>,
        /// The problems.
        #[source]
        source: InvalidOptions,
    },
    /// A schedule with this id exists already.
    #[error("schedule `{schedule_id}` exists already")]
    ScheduleExists {
        /// The id that was asked for.
        schedule_id: String,
    },
    /// There is no such schedule.
    #[error("schedule `{schedule_id}` was not found")]
    ScheduleNotFound {
        /// The schedule's id.
        schedule_id: String,
        /// What the server said.
        #[source]
        source: Box<Status>,
    },
    /// The schedule is invalid, by its settings or for the server.
    #[error("invalid schedule `{schedule_id}`")]
    InvalidSchedule {
        /// The schedule's id.
        schedule_id: String,
        /// The problems.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A list or count query that the server does not understand, such as one that names a search
    /// attribute it does not have.
    #[error("the Temporal server cannot answer the query `{query}`")]
    InvalidQuery {
        /// The query, as it was sent.
        query: String,
        /// What the server said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A value could not be turned into a payload, or a payload not into the type that was expected.
    #[error("the {what} does not fit its type")]
    WrongType {
        /// Which value of what.
        what: String,
        /// Where it does not fit.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// What was sent is too large for the server: it takes 2 MiB in one value and 4 MiB in one request,
    /// as it is configured by default.
    #[error(
        "what was sent to {operation} is larger than the server takes; keep it in a store, and send \
         where it is"
    )]
    PayloadTooLarge {
        /// What was asked for.
        operation: String,
        /// What the server said.
        #[source]
        source: Box<Status>,
    },
    /// There is no such activity that waits for its completion: it has ended, timed out or was
    /// cancelled, or never was.
    #[error("the activity to {operation} was not found: it has ended, or never was")]
    ActivityNotFound {
        /// What was to be done, and the activity.
        operation: String,
        /// What the server said.
        #[source]
        source: Box<Status>,
    },
    /// The server answered with an error that has no variant of its own.
    #[error("the Temporal server refused to {operation}: {}", .source.message())]
    Rpc {
        /// What was asked for.
        operation: String,
        /// What the server said.
        source: Box<Status>,
    },
    /// The configuration cannot be used.
    #[cfg(feature = "config")]
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The annotations of this program contradict each other.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The workers could not be built, or ended.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The dev server could not be found or started.
    #[cfg(feature = "dev-server")]
    #[error(transparent)]
    DevServer(#[from] crate::dev_server::DevServerError),
    /// A test could not do what it asked for, or found something at its end.
    #[cfg(feature = "testing")]
    #[error(transparent)]
    Testing(#[from] TestingError),
    /// A history and the linked code do not agree, or the history could not be read.
    #[cfg(feature = "testing")]
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let causes = std::iter::successors(self.source(), |cause| StdError::source(*cause));
        for (index, cause) in causes.enumerate() {
            f.write_str(if index == 0 { "\n\nCaused by:" } else { "" })?;
            write!(f, "\n    {cause}")?;
        }
        Ok(())
    }
}

fn as_run(run_id: Option<&str>) -> String {
    run_id.map_or_else(String::new, |run_id| format!(" (run `{run_id}`)"))
}

/// The word for payload errors: the SDK's own display says `Encoding error:` before each.
pub(crate) fn payload_error(error: PayloadConversionError) -> Box<dyn StdError + Send + Sync> {
    match error {
        PayloadConversionError::EncodingError(source) => source,
        other => other.into(),
    }
}
