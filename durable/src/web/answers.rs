//! The problem of each error of this crate.
//!
//! A detail has ids and names, which the server stores as plain text too. It has neither values nor the messages
//! of the program's own errors, which may contain values, nor the text of the server, which may contain
//! addresses. Those are added only if the process shows values.

use std::fmt::Display;

use axum::response::{IntoResponse, Response};
use serde_json::Value;
use temporalio_client::tonic::Code;

use super::Problem;
use super::kind::{self, Kind};
use crate::definition::arguments::Values;
use crate::definition::{InvalidInput, caught};
use crate::error::{ConnectionError, Error, Failure, ServerError};

/// Converts an error. One that isn't the caller's fault is logged with its cause.
impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let problem = of(&error);
        if problem.status().is_server_error() && problem.code() != Some(kind::NO_RESULT_YET.code) {
            let code = problem.code();
            tracing::warn!(code, "a request can't be answered: {error}");
        }
        problem
    }
}

impl From<ConnectionError> for Problem {
    fn from(error: ConnectionError) -> Self {
        Error::from(error).into()
    }
}

impl From<InvalidInput> for Problem {
    fn from(error: InvalidInput) -> Self {
        let (parameter, path) = error.place();
        let problem = Self::of(kind::INVALID_INPUT, error.to_string());
        problem.with_text("parameter", parameter).with_text("path", path.as_deref())
    }
}

/// Answers with the [`Problem`] of the error. One that isn't the caller's fault is logged with its cause.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// Answers with the [`Problem`] of the error: 422, with the place in the input.
impl IntoResponse for InvalidInput {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

impl Problem {
    fn with_text(self, name: &'static str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.with(name, text),
            None => self,
        }
    }

    /// Adds the cause to the detail, if the process shows values.
    fn because(self, cause: &impl Display) -> Self {
        if !Values::AsSet.are_shown() {
            return self;
        }
        // The text may come from the user's code.
        match caught(|| cause.to_string()) {
            Ok(cause) => {
                let detail = format!("{self}: {cause}");
                self.detail(detail)
            }
            Err(_) => self,
        }
    }
}

/// Returns the problem of a workflow. The detail is about it: `workflow x was cancelled`.
fn of_workflow(kind: Kind, workflow_id: &str, what: &str) -> Problem {
    let problem = Problem::of(kind, format!("workflow `{workflow_id}` {what}"));
    problem.with("workflow_id", workflow_id)
}

/// Adds the type name of the error that user code returned, which the server stores as plain text too.
fn failed(problem: Problem, failure: &Failure) -> Problem {
    problem.with_text("error_type", failure.root().type_name()).because(failure)
}

/// Returns the problem of an error, without logging it.
pub(super) fn of(error: &Error) -> Problem {
    match error {
        Error::AlreadyStarted { .. }
        | Error::Failed { .. }
        | Error::Cancelled { .. }
        | Error::Terminated { .. }
        | Error::TimedOut { .. }
        | Error::ContinuedAsNew { .. }
        | Error::NotFound { .. }
        | Error::NoResultYet { .. }
        | Error::NoResetPoint { .. } => ending(error),
        Error::QueryFailed { .. }
        | Error::QueryRejected { .. }
        | Error::UpdateFailed { .. }
        | Error::UpdateNotFound { .. } => message(error),
        Error::InvalidOptions { cause, .. } => {
            // The problems name options and sizes, and no values.
            Problem::of(kind::INVALID_OPTIONS, format!("the workflow can't be started: {cause}"))
        }
        Error::ScheduleExists { schedule_id } => {
            of_schedule(kind::SCHEDULE_EXISTS, schedule_id, "already exists")
        }
        Error::ScheduleNotFound { schedule_id, .. } => {
            of_schedule(kind::SCHEDULE_NOT_FOUND, schedule_id, "was not found")
        }
        Error::InvalidSchedule { schedule_id, cause } => {
            of_schedule(kind::INVALID_SCHEDULE, schedule_id, "is invalid").because(cause)
        }
        Error::InvalidQuery { cause, .. } => {
            Problem::of(kind::INVALID_QUERY, "the server can't answer the list filter")
                .because(cause)
        }
        Error::UnknownSearchAttribute { .. } => {
            let detail = "a search attribute does not exist on the server";
            Problem::of(kind::MISCONFIGURED, detail).because(error)
        }
        Error::WrongType { .. } => {
            let detail = "a value of the workflow does not fit the type that this program expects";
            Problem::of(kind::WRONG_TYPE, detail).because(error)
        }
        Error::PayloadTooLarge { .. } => {
            let detail = "the request is too large for the Temporal server; the limits are 2 MiB for \
                          one value and 4 MiB for the request";
            Problem::of(kind::TOO_LARGE, detail)
        }
        Error::ActivityNotFound { .. } => {
            Problem::of(kind::ACTIVITY_NOT_FOUND, "the activity was not found, or has ended")
        }
        Error::CallTimedOut { waited, .. } => {
            let detail =
                format!("no answer within {waited:?}; the request may have been carried out");
            Problem::of(kind::CALL_TIMED_OUT, detail)
        }
        Error::Rpc { cause, .. } => refused(cause),
        Error::Connection(error) => connection(error),
        Error::Panicked { .. } | Error::Other(_) => {
            Problem::of(kind::INTERNAL, "the request failed; the log has the reason").because(error)
        }
    }
}

fn of_schedule(kind: Kind, schedule_id: &str, what: &str) -> Problem {
    let problem = Problem::of(kind, format!("schedule `{schedule_id}` {what}"));
    problem.with("schedule_id", schedule_id)
}

/// Returns the problem of a workflow that can't be started, or of its end.
fn ending(error: &Error) -> Problem {
    match error {
        Error::AlreadyStarted { workflow_id, run_id } => {
            of_workflow(kind::ALREADY_STARTED, workflow_id, "is already started")
                .with_text("run_id", run_id.as_deref())
        }
        Error::Failed { workflow_id, failure } => {
            failed(of_workflow(kind::FAILED, workflow_id, "failed"), failure)
        }
        Error::Cancelled { workflow_id } => {
            of_workflow(kind::CANCELLED, workflow_id, "was cancelled")
        }
        Error::Terminated { workflow_id } => {
            of_workflow(kind::TERMINATED, workflow_id, "was terminated")
        }
        Error::TimedOut { workflow_id, .. } => {
            of_workflow(kind::TIMED_OUT, workflow_id, "timed out")
        }
        Error::ContinuedAsNew { workflow_id } => {
            of_workflow(kind::CONTINUED_AS_NEW, workflow_id, "continued as a new run")
        }
        Error::NotFound { workflow_id, .. } => {
            of_workflow(kind::NOT_FOUND, workflow_id, "was not found, or has ended")
        }
        Error::NoResultYet { workflow_id, waited, .. } => {
            let what = format!("had no result within {waited:?}, and keeps running");
            of_workflow(kind::NO_RESULT_YET, workflow_id, &what)
        }
        Error::NoResetPoint { workflow_id, .. } => {
            of_workflow(kind::NO_RESET_POINT, workflow_id, "can't be reset to this point")
        }
        _ => internal(),
    }
}

/// Returns the problem of a query or an update.
fn message(error: &Error) -> Problem {
    match error {
        Error::QueryFailed { workflow_id, query, cause } => {
            let problem = Problem::of(
                kind::QUERY_FAILED,
                format!("query `{query}` of workflow `{workflow_id}` failed"),
            );
            problem.with("workflow_id", &**workflow_id).with("query", &**query).because(cause)
        }
        Error::QueryRejected { workflow_id, query, status } => {
            let problem = Problem::of(
                kind::QUERY_REJECTED,
                format!("query `{query}` of workflow `{workflow_id}` was rejected"),
            );
            let problem = problem.with("workflow_id", &**workflow_id).with("query", &**query);
            problem.with(
                "workflow_status",
                status.map_or(Value::Null, |status| status_name(status).into()),
            )
        }
        Error::UpdateFailed { workflow_id, update, failure } => {
            let problem = Problem::of(
                kind::UPDATE_FAILED,
                format!("update `{update}` of workflow `{workflow_id}` was rejected, or failed"),
            );
            let problem = problem.with("workflow_id", &**workflow_id).with("update", &**update);
            failed(problem, failure)
        }
        Error::UpdateNotFound { workflow_id, update_id, .. } => {
            of_workflow(kind::UPDATE_NOT_FOUND, workflow_id, "has no such update")
                .with("update_id", &**update_id)
        }
        _ => internal(),
    }
}

fn internal() -> Problem {
    Problem::of(kind::INTERNAL, "the request failed; the log has the reason")
}

/// Returns the name of a status, such as `running` or `timed_out`.
pub(crate) fn status_name(status: temporalio_client::WorkflowExecutionStatus) -> &'static str {
    use temporalio_client::WorkflowExecutionStatus as Status;
    match status {
        Status::Running => "running",
        Status::Completed => "completed",
        Status::Failed => "failed",
        Status::Canceled => "cancelled",
        Status::Terminated => "terminated",
        Status::ContinuedAsNew => "continued_as_new",
        Status::TimedOut => "timed_out",
        Status::Paused => "paused",
        _ => "unknown",
    }
}

/// Returns the problem of an error with which the server answered.
fn refused(cause: &ServerError) -> Problem {
    let (kind, detail) = match cause.code() {
        Code::Unauthenticated | Code::PermissionDenied => {
            (kind::UPSTREAM_UNAUTHENTICATED, "the Temporal server refuses this program")
        }
        Code::InvalidArgument | Code::OutOfRange => {
            (kind::REFUSED, "the Temporal server refused the request as invalid")
        }
        Code::FailedPrecondition | Code::AlreadyExists => {
            (kind::WRONG_STATE, "the workflow's state doesn't allow the request")
        }
        Code::NotFound => (kind::NOT_FOUND, "not found"),
        Code::ResourceExhausted => (kind::OVERLOADED, "the Temporal server has too many requests"),
        Code::Unavailable | Code::Aborted | Code::Cancelled => {
            (kind::UNREACHABLE, "the Temporal server can't be reached")
        }
        Code::DeadlineExceeded => (
            kind::CALL_TIMED_OUT,
            "the Temporal server or a worker didn't answer in time; the request may have been carried out",
        ),
        Code::Ok | Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss => {
            (kind::UPSTREAM_FAILED, "the Temporal server has an error")
        }
    };
    Problem::of(kind, detail).because(cause)
}

fn connection(error: &ConnectionError) -> Problem {
    let (kind, detail) = match error {
        ConnectionError::Unreachable { .. } => {
            (kind::UNREACHABLE, "the Temporal server can't be reached")
        }
        ConnectionError::Refused { .. } => {
            (kind::UPSTREAM_UNAUTHENTICATED, "the Temporal server refuses this program")
        }
        ConnectionError::Tls { .. }
        | ConnectionError::NotTemporal { .. }
        | ConnectionError::ProxyRefused { .. } => {
            (kind::UPSTREAM_INVALID, "no Temporal server answers, but something else")
        }
        ConnectionError::TlsContradiction { .. }
        | ConnectionError::ApiKeyFile { .. }
        | ConnectionError::InvalidHeader { .. }
        | ConnectionError::InvalidAddress { .. }
        | ConnectionError::NamespaceNotFound { .. }
        | ConnectionError::Encryption { .. } => {
            (kind::MISCONFIGURED, "the program is not configured correctly; its log has the reason")
        }
        ConnectionError::Disabled { .. } => {
            (kind::DISABLED, "Temporal is disabled by the program's configuration")
        }
    };
    Problem::of(kind, detail).because(error)
}
