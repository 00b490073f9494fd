//! A stream of events about one workflow.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::Event;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use temporalio_client::{
    WorkflowDescribeOptions, WorkflowExecutionDescription, WorkflowExecutionStatus,
};
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::position::{Position, digest};
use crate::client::WorkflowHandle;
use crate::definition::Workflow;
use crate::error::{Error, Result};
use crate::web::Problem;
use crate::web::answers::{of, status_name};

/// The longest pause after calls that failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The time for the result of a workflow that has ended.
const RESULT_TIMEOUT: Duration = Duration::from_secs(5);

/// The time after which a browser connects again.
const RECONNECT: Duration = Duration::from_secs(2);

/// Asks a workflow for its state.
pub(super) type Ask<W> =
    Arc<dyn Fn(&WorkflowHandle<W>) -> BoxFuture<'static, Result<Value>> + Send + Sync>;

pub(super) struct Follower<W> {
    pub(super) handle: WorkflowHandle<W>,
    pub(super) ask: Ask<W>,
    pub(super) interval: Duration,
    pub(super) seen: Position,
    pub(super) closing: watch::Receiver<bool>,
    /// The place in the limit of streams, which is free when the stream is dropped.
    pub(super) _place: OwnedSemaphorePermit,
    pub(super) events: VecDeque<Event>,
    pub(super) pause: Duration,
    /// The code of the last problem, so that it is told once.
    pub(super) problem: Option<String>,
    pub(super) is_ended: bool,
}

/// Asks the server for the status and the length of the history alone.
pub(super) async fn describe<W: Workflow>(
    handle: &WorkflowHandle<W>,
) -> Result<WorkflowExecutionDescription> {
    let operation = handle.operation("describe");
    let describing = async {
        let described = handle.sdk().describe(WorkflowDescribeOptions::default()).await;
        described.map_err(|error| operation.interaction(error))
    };
    operation.within(None, describing).await
}

impl<W: Workflow> Follower<W> {
    /// Returns the next event, or `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if self.is_ended {
                return None;
            }
            tokio::select! {
                () = tokio::time::sleep(self.pause) => {}
                _ = self.closing.wait_for(|is_closing| *is_closing) => return None,
            }
            match describe(&self.handle).await {
                Ok(described) => self.look(&described).await,
                Err(error) => {
                    self.is_ended = matches!(error, Error::NotFound { .. });
                    self.trouble(&error);
                }
            }
        }
    }

    /// Adds the events of everything that has changed.
    pub(super) async fn look(&mut self, described: &WorkflowExecutionDescription) {
        self.pause = self.interval;
        let status = described.status();
        let is_new_run = self.seen.run_id != described.run_id();
        if is_new_run || self.seen.status != status_name(status) {
            described.run_id().clone_into(&mut self.seen.run_id);
            status_name(status).clone_into(&mut self.seen.status);
            let data = json!({
                "workflow_id": self.handle.id(),
                "run_id": described.run_id(),
                "status": status_name(status),
            });
            self.push("status", &data);
        }
        if is_new_run || self.seen.history_length != described.history_length() {
            self.state(described.history_length()).await;
        }
        if !is_open(status) {
            self.result(status).await;
        }
    }

    /// Asks for the state, and adds an event if it has changed.
    async fn state(&mut self, history_length: usize) {
        match (self.ask)(&self.handle).await {
            Ok(state) => {
                self.problem = None;
                self.seen.history_length = history_length;
                let digest = digest(&state.to_string());
                if self.seen.state != digest {
                    self.seen.state = digest;
                    self.push("state", &state);
                }
            }
            // It is asked again, because its position stays behind.
            Err(error) => self.trouble(&error),
        }
    }

    /// Adds the last event.
    async fn result(&mut self, status: WorkflowExecutionStatus) {
        let workflow_id = self.handle.id();
        let run = self.handle.client().workflow(workflow_id).with_run_id(&*self.seen.run_id);
        let output = if status == WorkflowExecutionStatus::ContinuedAsNew {
            Err(Error::ContinuedAsNew { workflow_id: workflow_id.to_owned() })
        } else {
            let output = run.result_within(RESULT_TIMEOUT).await;
            output.and_then(|output| output.json())
        };
        let mut data = json!({ "workflow_id": workflow_id, "status": status_name(status) });
        match output {
            Ok(output) => data["output"] = output,
            Err(error) => data["problem"] = json!(of(&error)),
        }
        self.is_ended = true;
        self.seen.is_end = true;
        self.push("result", &data);
    }

    /// Adds an event about a problem, unless it is that of before. The stream goes on.
    fn trouble(&mut self, error: &Error) {
        self.pause = (self.pause * 2).min(LONGEST_PAUSE).max(self.interval);
        let problem = of(error);
        let code = problem.code().map(str::to_owned);
        if self.problem != code {
            self.problem = code;
            tracing::debug!(
                workflow_id = self.handle.id(),
                "a workflow can't be followed: {error}"
            );
            self.push("problem", &json!(problem));
        }
    }

    fn push(&mut self, name: &'static str, data: &Value) {
        let event = Event::default().event(name).data(data.to_string()).id(self.seen.to_string());
        self.events.push_back(event.retry(RECONNECT));
    }
}

fn is_open(status: WorkflowExecutionStatus) -> bool {
    use WorkflowExecutionStatus as Status;
    matches!(status, Status::Running | Status::Paused | Status::Unspecified | Status::Unknown)
}

/// Returns the problem of a stream that there is no place for.
pub(super) fn no_place(detail: &str) -> Problem {
    Problem::of(crate::web::kind::TOO_MANY_STREAMS, detail)
}
