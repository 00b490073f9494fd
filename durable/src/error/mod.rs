//! Errors of this crate.
//!
//! ```
//! use durable::Error;
//!
//! fn report(result: durable::Result<String>) -> durable::Result<()> {
//!     match result {
//!         Ok(receipt) => println!("{receipt}"),
//!         Err(Error::AlreadyStarted { workflow_id, .. }) => println!("{workflow_id} already runs"),
//!         // The activity or the child that failed, and its own error.
//!         Err(Error::Failed { failure, .. }) => println!("{:?}", failure.root().type_name()),
//!         Err(error) => return Err(error),
//!     }
//!     Ok(())
//! }
//! ```
//!
//! [`Error`] is the error of every call to the Temporal server. [`Failure`] is a failure of a workflow,
//! activity or update as the server recorded it, with its causes.
//!
#![doc = include_str!("../docs/printing_errors.md")]

pub(crate) mod application;
mod application_failure;
mod bounded;
pub(crate) mod call;
mod classification;
pub(crate) mod codec;
pub(crate) mod command_sizes;
mod connection;
mod conversions;
mod described;
mod downcast;
mod failure;
pub(crate) mod failure_texts;
pub(crate) mod logged;
pub(crate) mod measured;
mod other;
pub(crate) mod outgoing;
#[cfg(feature = "encryption")]
mod payload_codec;
pub(crate) mod payload_limit;
mod payload_too_large;
mod program_converter;
pub(crate) mod report;
mod server;
pub(crate) mod server_limits;
mod shared;
mod sizes;
mod task_failure;
pub(crate) mod task_size;
#[cfg(test)]
pub(crate) mod tests;
mod timeout;
mod tls;
mod unreadable;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

pub use crate::definition::arguments::show_values;
pub use application::{ApplicationError, Classified};
pub(crate) use application_failure::WithoutValues;
pub use application_failure::{ApplicationFailure, ApplicationFailureBuilder};
pub(crate) use call::payload_error;
pub use call::{INVALID_CALL, INVALID_OUTPUT, InvalidCall, InvalidOutput};
pub use classification::Classification;
pub use connection::ConnectionError;
pub use downcast::DowncastFailure;
pub use failure::{Failure, FailureKind};
pub use other::OtherError;
#[cfg(feature = "encryption")]
pub use payload_codec::CodecError;
pub use payload_too_large::{PAYLOAD_TOO_LARGE, PayloadTooLarge};
pub use server::ServerError;
pub use shared::SharedError;
pub use task_failure::TaskFailure;
pub(crate) use task_failure::{how_to_create, unknown_search_attribute};
pub use timeout::{ExpiredTimeout, TimeoutKind};
pub use tls::TlsProblem;

use temporalio_client::WorkflowExecutionStatus;

use crate::options::InvalidOptions;
use report::because;

/// The type name of the failure that a worker returns for an input that cannot be decoded.
pub const INVALID_INPUT: &str = "InvalidInput";

/// The type name of the failure that a worker returns for an activity whose input has an encoding that the
/// worker does not know, such as that of a codec that it lacks. It is retryable.
pub const UNKNOWN_ENCODING: &str = "UnknownEncoding";

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a call to the Temporal server.
#[derive(Clone, thiserror::Error)]
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
    #[error("workflow `{workflow_id}` failed{}", because(failure))]
    Failed {
        /// The workflow's id.
        workflow_id: String,
        /// The failure with all its causes.
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
    #[error("workflow `{workflow_id}` {}", source.absence())]
    NotFound {
        /// The workflow's id.
        workflow_id: String,
        /// The server's response.
        source: ServerError,
    },
    /// The workflow did not complete within the caller's time limit. It keeps running.
    #[error(
        "workflow `{workflow_id}` had no result within {waited:?}, and keeps running{}",
        task_failure.as_deref().map(|failure| because(failure)).unwrap_or_default()
    )]
    NoResultYet {
        /// The workflow's id.
        workflow_id: String,
        /// The time that the caller waited.
        waited: Duration,
        /// The failure of the workflow's current task, if that is what keeps it from completing.
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
    #[error("query `{query}` of workflow `{workflow_id}` failed{}", because(&**cause))]
    QueryFailed {
        /// The workflow's id.
        workflow_id: String,
        /// The query's name.
        query: String,
        /// The error of the workflow or the server.
        cause: SharedError,
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
    #[error("update `{update}` of workflow `{workflow_id}` failed{}", because(failure))]
    UpdateFailed {
        /// The workflow's id.
        workflow_id: String,
        /// The update's name.
        update: String,
        /// The failure with all its causes.
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
        source: ServerError,
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
        source: ServerError,
    },
    /// The merged options are invalid, or not supported by the call.
    #[error("invalid options for starting workflow {workflow_type}{}", because(cause))]
    InvalidOptions {
        /// The workflow's type name.
        workflow_type: Cow<'static, str>,
        /// The problems of the options.
        cause: InvalidOptions,
    },
    /// A recurring schedule with this id already exists.
    #[error("schedule `{schedule_id}` already exists")]
    ScheduleExists {
        /// The requested id.
        schedule_id: String,
    },
    /// The workflow can't be reset to this point, because its history doesn't have it.
    #[error(
        "workflow `{workflow_id}` can't be reset to {point}: its history has no such workflow task"
    )]
    NoResetPoint {
        /// The workflow's id, or the query of many.
        workflow_id: String,
        /// The point.
        point: String,
    },
    /// The recurring schedule does not exist.
    #[error("schedule `{schedule_id}` was not found")]
    ScheduleNotFound {
        /// The schedule's id.
        schedule_id: String,
        /// The server's response.
        source: ServerError,
    },
    /// The recurring schedule is invalid, by its settings or according to the server.
    #[error("invalid schedule `{schedule_id}`{}", because(&**cause))]
    InvalidSchedule {
        /// The schedule's id.
        schedule_id: String,
        /// The problem.
        cause: SharedError,
    },
    /// The server rejected a list or count query, for example because of an unknown search attribute.
    #[error("the Temporal server cannot answer the query `{query}`{}", because(&**cause))]
    InvalidQuery {
        /// The query.
        query: String,
        /// The server's response.
        cause: SharedError,
    },
    /// A value could not be converted to a payload, or a payload to the expected type.
    #[error("the {what} does not fit its type{}", because(&**cause))]
    WrongType {
        /// The value, such as `output of workflow OrderWorkflow`.
        what: String,
        /// The conversion error.
        cause: SharedError,
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
        source: ServerError,
    },
    /// The activity to complete was not found: it has ended, timed out, was cancelled, or never
    /// existed.
    #[error("cannot {operation}: it was not found; it has ended, or never existed")]
    ActivityNotFound {
        /// The requested operation, with the activity.
        operation: String,
        /// The server's response.
        source: ServerError,
    },
    /// Code of the program panicked during the call: a `Serialize`, a `Drop`, an interceptor or a data
    /// converter. The request may have been sent.
    #[error("cannot {operation}: code of this program panicked: {message}")]
    Panicked {
        /// The requested operation.
        operation: String,
        /// The message of the panic.
        message: String,
    },
    /// The server answered with an error that has no variant of its own.
    #[error("the Temporal server refused to {operation}{}", because(cause))]
    Rpc {
        /// The requested operation.
        operation: String,
        /// The server's response.
        cause: ServerError,
    },
    /// The server could not be reached, or the connection's settings are invalid.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// Another part of this crate than a call failed: the configuration, the annotations, workers, a dev
    /// server, a test environment or a replay. [`downcast_ref`](Self::downcast_ref) returns the error.
    #[error(transparent)]
    Other(OtherError),
}

impl Error {
    /// Returns `true` for an error of the program's code, configuration or arguments, for which a retry
    /// does not help.
    pub(crate) fn is_misuse(&self) -> bool {
        match self {
            Self::InvalidOptions { .. }
            | Self::InvalidQuery { .. }
            | Self::InvalidSchedule { .. }
            | Self::Panicked { .. } => true,
            Self::Connection(error) => error.is_misuse(),
            Self::Other(error) => error.is_misuse(),
            _ => false,
        }
    }

    /// Returns the cause that `Display` prints. [`source`](StdError::source) does not return it, because
    /// it would be printed twice by everything that prints an error with its sources.
    fn printed_cause(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Failed { failure, .. } | Self::UpdateFailed { failure, .. } => Some(failure),
            Self::QueryFailed { cause, .. }
            | Self::InvalidSchedule { cause, .. }
            | Self::InvalidQuery { cause, .. }
            | Self::WrongType { cause, .. } => Some(&**cause),
            Self::InvalidOptions { cause, .. } => Some(cause),
            Self::Rpc { cause, .. } => Some(cause),
            Self::Connection(error) => error.printed_cause(),
            Self::NoResultYet { task_failure, .. } => {
                task_failure.as_deref().map(|failure| failure as _)
            }
            _ => None,
        }
    }

    /// Returns the message without the cause that `Display` prints.
    fn headline(&self) -> String {
        let text = self.to_string();
        let cause = self.printed_cause().map(because);
        match cause.and_then(|cause| text.strip_suffix(&cause)) {
            Some(headline) => headline.to_owned(),
            None => text,
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&report::Report(self), f)
    }
}

fn as_run(run_id: Option<&str>) -> String {
    run_id.map_or_else(String::new, |run_id| format!(" (run `{run_id}`)"))
}
