//! The state of a gateway, and the steps that all operations share: authorize, find, wait.

use std::time::SystemTime;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::access::{Access, Caller, Hook, Refusal, ask};
use super::catalogue::Catalogue;
use super::idempotency::Seen;
use super::limits::Limits;
use super::request::Call;
use super::{Operation, kind};
use crate::client::{AnyWorkflowHandle, Client, WorkflowExecutionDescription};
use crate::definition::WorkflowEntry;
use crate::error::{Error, Result as CallResult};
use crate::web::Problem;
use crate::web::kind as common;

/// The state of a gateway.
pub(super) struct Service {
    pub(super) client: Client,
    pub(super) document: Bytes,
    pub(super) catalogue: Catalogue,
    pub(super) hook: Option<Hook>,
    pub(super) limits: Limits,
    pub(super) waits: Semaphore,
    pub(super) seen: Seen,
}

/// A workflow on which an operation is allowed.
pub(super) struct Target<'a> {
    pub(super) entry: &'a WorkflowEntry,
    pub(super) caller: Caller,
    pub(super) workflow_id: String,
    /// The run that the caller has named.
    pub(super) run_id: Option<String>,
    /// A worker must have begun with the workflow.
    pub(super) must_have_begun: bool,
}

/// The objects of an operation, for the hook.
#[derive(Default)]
pub(super) struct Objects<'a> {
    pub(super) workflow_type: Option<&'a str>,
    pub(super) workflow_id: Option<&'a str>,
    pub(super) schedule_id: Option<&'a str>,
    pub(super) handler: Option<&'a str>,
}

impl Service {
    /// Asks the hook.
    pub(super) async fn authorize(
        &self,
        call: &Call,
        operation: Operation,
        objects: Objects<'_>,
    ) -> Result<Caller, Refusal> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let access = Access {
            workflow_type: owned(objects.workflow_type.and_then(|name| self.catalogue.name(name))),
            workflow_id: owned(objects.workflow_id),
            schedule_id: owned(objects.schedule_id),
            handler: owned(objects.handler),
            ..Access::new(operation, &call.parts)
        };
        ask(self.hook.as_ref(), access).await
    }

    /// Authorizes an operation on the workflow that the path names. The server isn't asked yet.
    pub(super) async fn target(
        &self,
        call: &Call,
        operation: Operation,
    ) -> Result<Target<'_>, Refusal> {
        let (workflow_type, workflow_id) = (call.path("workflow_type"), call.id("workflow_id")?);
        let run_id = call.run_id()?;
        let objects = Objects {
            workflow_type: Some(workflow_type),
            workflow_id: Some(&workflow_id),
            handler: Some(call.path("name")).filter(|name| !name.is_empty()),
            ..Objects::default()
        };
        let caller = self.authorize(call, operation, objects).await?;
        let entry = self.catalogue.permitted(workflow_type, operation)?;
        Ok(Target { entry, caller, workflow_id, run_id, must_have_begun: false })
    }

    /// Finds the workflow of a target. One of another type doesn't exist for the caller. The handle is bound to
    /// the run whose type was checked, so that no other workflow with this id can take its place.
    pub(super) async fn find(
        &self,
        target: &Target<'_>,
    ) -> Result<(AnyWorkflowHandle, WorkflowExecutionDescription), Problem> {
        let handle = self.client.workflow(&target.workflow_id);
        let handle = match &target.run_id {
            Some(run_id) => handle.with_run_id(run_id),
            None => handle,
        };
        let described = handle.described().await.map_err(failed)?;
        if described.workflow_type() != target.entry.name {
            return Err(not_found(&target.workflow_id));
        }
        let is_delayed = described.execution_time().is_some_and(|begin| begin > SystemTime::now());
        if target.must_have_begun && is_delayed {
            let detail = "the first task of the workflow is delayed, so no worker knows it yet";
            return Err(Problem::of(common::WRONG_STATE, detail));
        }
        Ok((handle.with_run_id(described.run_id()), described))
    }

    /// Calls the current run of a workflow. If the run has ended meanwhile, the one that follows is checked and
    /// called.
    pub(super) async fn on_current_run<T>(
        &self,
        target: &Target<'_>,
        call: impl Fn(AnyWorkflowHandle) -> BoxFuture<'static, CallResult<T>>,
    ) -> Result<(T, String), Problem> {
        let (handle, first) = self.find(target).await?;
        match call(handle).await {
            Ok(done) => Ok((done, first.run_id().to_owned())),
            Err(Error::NotFound { .. }) if target.run_id.is_none() => {
                let (handle, second) = self.find(target).await?;
                if second.run_id() == first.run_id() {
                    return Err(not_found(&target.workflow_id));
                }
                let done = call(handle).await.map_err(failed)?;
                Ok((done, second.run_id().to_owned()))
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Takes one of the places of requests that wait for workflows.
    pub(super) fn place(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.waits.try_acquire().map_err(|_| {
            let detail =
                "too many requests wait for workflows; try again, or ask for the result later";
            let problem = Problem::of(kind::TOO_MANY_WAITS, detail);
            problem.retry_after(std::time::Duration::from_secs(1))
        })
    }
}

/// Returns the problem of a workflow that doesn't exist, or isn't visible to the caller.
pub(super) fn not_found(workflow_id: &str) -> Problem {
    let detail = format!("workflow `{workflow_id}` was not found, or has ended");
    Problem::of(common::NOT_FOUND, detail).with("workflow_id", workflow_id.to_owned())
}

/// Returns the problem of an error. One that isn't the caller's fault is logged with its cause.
pub(super) fn failed(error: Error) -> Problem {
    let text = error.to_string();
    let problem = Problem::from(error);
    if problem.status().is_server_error() {
        tracing::warn!(code = problem.code(), "a request was not answered: {text}");
    }
    problem
}

/// Returns an answer of JSON, which no cache keeps.
pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, axum::Json(body)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
