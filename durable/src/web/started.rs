//! The answer to a request that has started a workflow.

use std::ops::Deref;

use axum::http::StatusCode;
use axum::http::header::{HeaderValue, LOCATION};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::client::WorkflowHandle;
use crate::definition::Workflow;

/// The answer 202 with the ids of a workflow that was started: `{"workflow_id": .., "run_id": ..}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[must_use = "it is only an answer if it is returned"]
pub struct Started {
    /// The workflow's id.
    pub workflow_id: String,
    /// The id of the run, if the server reported it.
    pub run_id: Option<String>,
    #[serde(skip)]
    location: Option<String>,
}

impl Started {
    /// Creates the answer for the handle that a start returned.
    pub fn of<W: Workflow>(handle: &impl Deref<Target = WorkflowHandle<W>>) -> Self {
        let run_id = handle.run_id().map(str::to_owned);
        Self { workflow_id: handle.id().to_owned(), run_id, location: None }
    }

    /// Sets the header `Location`: the path at which the workflow can be asked about. One that is not ASCII
    /// is left out.
    pub fn location(mut self, path: impl Into<String>) -> Self {
        self.location = Some(path.into());
        self
    }
}

impl IntoResponse for Started {
    fn into_response(self) -> Response {
        let location = self.location.as_deref().map(HeaderValue::from_str);
        let mut response = (StatusCode::ACCEPTED, axum::Json(&self)).into_response();
        if let Some(Ok(location)) = location {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}
