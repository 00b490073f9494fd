//! Errors of this crate.
//!
//! [`Error`] is the error of every call to the Temporal server. [`Failure`] is a failure of a workflow,
//! activity or update as the server recorded it, with its causes. The cause of an error is its
//! [`source`](std::error::Error::source), which `Display` does not print. The `Debug` form, which
//! `fn main() -> durable::Result<()>` prints, shows the whole chain.

pub(crate) mod application;
mod application_failure;
mod bounded;
pub(crate) mod call;
mod classification;
mod described;
mod downcast;
mod failure;
pub(crate) mod measured;
mod misuse;
pub(crate) mod outgoing;
pub(crate) mod payload_limit;
mod payload_too_large;
pub(crate) mod server_limits;
mod task_failure;
pub(crate) mod task_size;
#[cfg(feature = "testing")]
mod testing;
mod timeout;
mod tls;
mod worker;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

pub use crate::definition::arguments::show_values;
pub use application::{ApplicationError, Classified};
pub use application_failure::{ApplicationFailure, ApplicationFailureBuilder};
pub(crate) use call::payload_error;
pub use call::{INVALID_CALL, INVALID_OUTPUT, InvalidCall, InvalidOutput};
pub use classification::Classification;
pub use downcast::DowncastFailure;
pub use failure::{Failure, FailureKind};
pub use payload_too_large::{PAYLOAD_TOO_LARGE, PayloadTooLarge};
pub use task_failure::TaskFailure;
pub(crate) use task_failure::{how_to_create, unknown_search_attribute};
#[cfg(feature = "testing")]
pub use testing::{RecordedEvent, RecordedWorkflow, ReplayError, ReplayProblem, TestingError};
pub use timeout::{ExpiredTimeout, TimeoutKind};
pub use tls::TlsProblem;
pub use worker::{WorkerError, WorkerProblem};

use temporalio_client::WorkflowExecutionStatus;
use temporalio_client::tonic::Status;

use crate::definition::RegistryError;
use crate::options::InvalidOptions;

/// The type name of the failure that a worker returns for an input that cannot be decoded.
pub const INVALID_INPUT: &str = "InvalidInput";

/// The type name of the failure that a worker returns for an activity whose input has an encoding that the
/// worker does not know, such as that of a codec that it lacks. It is retryable.
pub const UNKNOWN_ENCODING: &str = "UnknownEncoding";

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a call to the Temporal server.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A workflow with this id is already running, or has run and its id may not be reused.
    #[error(
        "workflow `{workflow_id}` is already started{}; set `idempotency` for another outcome, such as \
         `UseExisting` to get a handle of the running workflow",
        as_run(run_id.as_deref())
    )]
    AlreadyStarted {
        /// The requested id.
        workflow_id: String,
        /// The run that has the id, if the server reports it.
        run_id: Option<String>,
    },
    /// The workflow failed and is not retried.
    #[error("workflow `{workflow_id}` failed")]
    Failed {
        /// The workflow's id.
        workflow_id: String,
        /// The failure with all its causes.
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
    /// The workflow did not complete within its execution or run timeout.
    #[error("workflow `{workflow_id}` timed out{}", timeout::because(.timeout.as_ref()))]
    TimedOut {
        /// The workflow's id.
        workflow_id: String,
        /// The timeout that expired, or `None` if the workflow's history is no longer available.
        timeout: Option<ExpiredTimeout>,
    },
    /// The run continued as a new run, and the call was set not to follow it.
    #[error("workflow `{workflow_id}` continued as a new run")]
    ContinuedAsNew {
        /// The workflow's id.
        workflow_id: String,
    },
    /// The workflow does not exist, or has ended and does not accept this call any more.
    #[error("workflow `{workflow_id}` was not found, or has ended")]
    NotFound {
        /// The workflow's id.
        workflow_id: String,
        /// The server's response.
        #[source]
        source: Box<Status>,
    },
    /// The workflow did not complete within the caller's time limit. It keeps running.
    #[error("workflow `{workflow_id}` had no result within {waited:?}, and keeps running")]
    NoResultYet {
        /// The workflow's id.
        workflow_id: String,
        /// The time that the caller waited.
        waited: Duration,
        /// The failure of the workflow's current task, if that is what keeps it from completing.
        #[source]
        task_failure: Option<Box<TaskFailure>>,
    },
    /// The server did not respond within the time limit of the call. It may have carried out the
    /// request.
    #[error(
        "no response to {operation} within {waited:?}; the server may still have carried it out"
    )]
    CallTimedOut {
        /// The requested operation.
        operation: String,
        /// The time limit of the call.
        waited: Duration,
    },
    /// The query returned an error, or could not be answered.
    #[error("query `{query}` of workflow `{workflow_id}` failed")]
    QueryFailed {
        /// The workflow's id.
        workflow_id: String,
        /// The query's name.
        query: String,
        /// The error of the workflow or the server.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The query was rejected because of the workflow's status.
    #[error(
        "query `{query}` of workflow `{workflow_id}` was rejected: the workflow's status is {status:?}"
    )]
    QueryRejected {
        /// The workflow's id.
        workflow_id: String,
        /// The query's name.
        query: String,
        /// The workflow's status, if the server reports it.
        status: Option<WorkflowExecutionStatus>,
    },
    /// The update was rejected by its validator, or failed.
    #[error("update `{update}` of workflow `{workflow_id}` failed")]
    UpdateFailed {
        /// The workflow's id.
        workflow_id: String,
        /// The update's name.
        update: String,
        /// The failure with all its causes.
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
        /// The server's response.
        #[source]
        source: Box<Status>,
    },
    /// The search attribute does not exist in the namespace.
    #[error(
        "the Temporal server refused to {operation}: search attribute `{name}` does not exist in \
         namespace `{namespace}`; {}",
        how_to_create(name, namespace)
    )]
    UnknownSearchAttribute {
        /// The requested operation.
        operation: String,
        /// The attribute's name.
        name: String,
        /// The namespace.
        namespace: String,
        /// The server's response.
        #[source]
        source: Box<Status>,
    },
    /// No Temporal server answers at the address.
    #[error(
        "no Temporal server answers at {address}; start one with `temporal server start-dev`, or \
         set another address with TEMPORAL_ADDRESS or `Client::builder().address(..)`"
    )]
    Unreachable {
        /// The address, as host and port.
        address: String,
        /// The error of the last attempt.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The TLS connection cannot be established. Retrying does not help.
    #[error("cannot connect to {address}: {problem}")]
    Tls {
        /// The address, as host and port.
        address: String,
        /// The problem, with its solution.
        problem: TlsProblem,
    },
    /// A header's name or value has characters that gRPC does not allow.
    #[error(
        "invalid header `{name}`: a name consists of lower-case letters, digits and `-`, and a value of \
         printable ASCII; remove the line break at the end of a value that was read from a file"
    )]
    InvalidHeader {
        /// The header's name.
        name: String,
    },
    /// The address is invalid.
    #[error("invalid address `{address}`; write `host:port`, such as `localhost:7233`")]
    InvalidAddress {
        /// The given text.
        address: String,
        /// The parse error.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The configuration disables Temporal.
    #[error(
        "Temporal is disabled by the configuration ({by}); set `temporal.enabled` to true to use it"
    )]
    Disabled {
        /// The place of the setting.
        by: String,
    },
    /// The namespace does not exist on the server.
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
    /// The merged options are invalid, or not supported by the call.
    #[error("invalid options for starting workflow {workflow_type}")]
    InvalidOptions {
        /// The workflow's type name.
        workflow_type: Cow<'static, str>,
        /// The problems of the options.
        #[source]
        source: InvalidOptions,
    },
    /// A recurring schedule with this id already exists.
    #[error("schedule `{schedule_id}` already exists")]
    ScheduleExists {
        /// The requested id.
        schedule_id: String,
    },
    /// The recurring schedule does not exist.
    #[error("schedule `{schedule_id}` was not found")]
    ScheduleNotFound {
        /// The schedule's id.
        schedule_id: String,
        /// The server's response.
        #[source]
        source: Box<Status>,
    },
    /// The recurring schedule is invalid, by its settings or according to the server.
    #[error("invalid schedule `{schedule_id}`")]
    InvalidSchedule {
        /// The schedule's id.
        schedule_id: String,
        /// The problem.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The server rejected a list or count query, for example because of an unknown search attribute.
    #[error("the Temporal server cannot answer the query `{query}`")]
    InvalidQuery {
        /// The query.
        query: String,
        /// The server's response.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A value could not be converted to a payload, or a payload to the expected type.
    #[error("the {what} does not fit its type")]
    WrongType {
        /// The value, such as `output of workflow OrderWorkflow`.
        what: String,
        /// The conversion error.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The request is too large for the server, whose default limits are 2 MiB for one value and 4 MiB
    /// for one request.
    #[error(
        "the request to {operation} is too large for the server; store the value elsewhere and send a \
         reference to it"
    )]
    PayloadTooLarge {
        /// The requested operation.
        operation: String,
        /// The server's response.
        #[source]
        source: Box<Status>,
    },
    /// The activity to complete was not found: it has ended, timed out, was cancelled, or never
    /// existed.
    #[error("cannot {operation}: it was not found; it has ended, or never existed")]
    ActivityNotFound {
        /// The requested operation, with the activity.
        operation: String,
        /// The server's response.
        #[source]
        source: Box<Status>,
    },
    /// The server answered with an error that has no variant of its own.
    #[error("the Temporal server refused to {operation}: {}", .source.message())]
    Rpc {
        /// The requested operation.
        operation: String,
        /// The server's response.
        source: Box<Status>,
    },
    /// The configuration cannot be used. The error is a `durable::config::ConfigError` with every problem.
    #[error(transparent)]
    Config(Box<dyn StdError + Send + Sync>),
    /// The annotations of this program contradict each other.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The workers could not start, or ended with an error.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The dev server could not be found or started. The error is a
    /// `durable::dev_server::DevServerError`.
    #[error(transparent)]
    DevServer(Box<dyn StdError + Send + Sync>),
    /// A test environment failed, or found problems at the end of a test.
    #[cfg(feature = "testing")]
    #[error(transparent)]
    Testing(#[from] TestingError),
    /// A history could not be replayed with the linked code, or could not be read.
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
