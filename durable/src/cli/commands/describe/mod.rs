//! `describe`: the state of one workflow, what it waits for, and how it ended.

mod json;
mod text;

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::workflow::Existing;
use crate::cli::context::Context;
use crate::cli::exit::Outcome;
use crate::client::{AnyWorkflowHandle, Payloads, WorkflowDescription, WorkflowExecutionStatus};

/// The longest wait for the workflow's current details, which a worker answers.
const DETAILS_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Debug, Args)]
pub(in crate::cli) struct Describe {
    #[command(flatten)]
    workflow: Existing,
}

/// A workflow, as far as the server and a worker tell.
struct Described {
    workflow: WorkflowDescription,
    queues_without_worker: BTreeSet<String>,
    details: Option<String>,
}

impl Describe {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let handle = self.workflow.handle(context).await?;
        let workflow = handle.describe().await?;
        // A caller that may not describe queues gets the description without them.
        let queues_without_worker = workflow.queues_without_worker().await.unwrap_or_default();
        let details = if queues_without_worker.contains(workflow.task_queue()) {
            None
        } else {
            current_details(&handle, &workflow).await
        };
        let described = Described { workflow, queues_without_worker, details };
        let output = context.output();
        output.show(&json::workflow(&described), || text::workflow(&described, output.times()))
    }
}

/// Asks a worker for the text that the workflow has set with `set_current_details`.
async fn current_details(
    handle: &AnyWorkflowHandle,
    described: &WorkflowDescription,
) -> Option<String> {
    if described.status() != WorkflowExecutionStatus::Running || described.is_stuck() {
        return None;
    }
    let query = handle.query("__temporal_workflow_metadata", Payloads::none());
    let answer = query.call_timeout(DETAILS_TIMEOUT).await.ok()?.json().ok()?;
    let details = answer.get("currentDetails")?.as_str()?;
    Some(details.to_owned()).filter(|details| !details.is_empty())
}

fn memo(described: &WorkflowDescription) -> Map<String, Value> {
    let info = described.raw().workflow_execution_info.as_ref();
    readable(info.and_then(|info| info.memo.as_ref()).map(|memo| &memo.fields))
}

fn search_attributes(described: &WorkflowDescription) -> Map<String, Value> {
    let info = described.raw().workflow_execution_info.as_ref();
    let attributes = info.and_then(|info| info.search_attributes.as_ref());
    readable(attributes.map(|attributes| &attributes.indexed_fields))
}

/// Returns the payloads that are JSON, by name.
fn readable(fields: Option<&std::collections::HashMap<String, Payload>>) -> Map<String, Value> {
    let fields = fields.into_iter().flatten().filter_map(|(name, payload)| {
        Some((name.clone(), Payloads::from(vec![payload.clone()]).json().ok()?))
    });
    let mut fields: Vec<_> = fields.collect();
    fields.sort_by(|one, other| one.0.cmp(&other.0));
    fields.into_iter().collect()
}
