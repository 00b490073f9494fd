//! `result` and `describe`: one workflow, by its id.

use std::collections::{BTreeSet, HashMap};
use std::pin::pin;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value, json};
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::protos::temporal::api::workflow::v1::PendingActivityInfo;

use crate::cli::context::Context;
use crate::cli::exit::{self, Outcome};
use crate::cli::output::{Lines, Page, line, pairs, table, time};
use crate::cli::{duration, pollers};
use crate::client::{AnyWorkflowHandle, Payloads, WorkflowDescription};

/// The arguments that name a workflow that was started.
#[derive(Debug, Args)]
pub(super) struct Existing {
    /// The workflow's id
    #[arg(value_name = "WORKFLOW_ID")]
    pub(super) id: String,
    /// The id of one run; the default is the current one
    #[arg(long, value_name = "ID")]
    pub(super) run_id: Option<String>,
}

impl Existing {
    pub(super) async fn handle(&self, context: &Context) -> Outcome<AnyWorkflowHandle> {
        let handle = context.client().await?.workflow(&self.id);
        Ok(match &self.run_id {
            Some(run_id) => handle.with_run_id(run_id),
            None => handle,
        })
    }
}

/// The wait after which it's looked for the reason why there is no output yet.
const PATIENT: Duration = Duration::from_secs(1);

/// Waits for the output and prints it. If there is none after a second, it warns of queues that no
/// worker polls.
pub(super) async fn output(
    context: &Context,
    handle: &AnyWorkflowHandle,
    timeout: Option<Duration>,
) -> Outcome {
    let waiting = async {
        match timeout {
            Some(timeout) => handle.result_within(timeout).await,
            None => handle.result().await,
        }
    };
    let mut waiting = pin!(waiting);
    let patient = timeout.map_or(PATIENT, |timeout| PATIENT.min(timeout / 2));
    let output = tokio::select! {
        biased;
        output = &mut waiting => output,
        () = warn_of_missing_workers(handle, patient) => waiting.await,
    };
    context.output().value(&output?)
}

async fn warn_of_missing_workers(handle: &AnyWorkflowHandle, patient: Duration) {
    tokio::time::sleep(patient).await;
    // It's a hint, and not what the command is for, so an error here isn't one of the command.
    if let Ok(described) = handle.describe().await {
        for queue in pollers::missing(handle.client(), &described).await {
            exit::warn(pollers::sentence(&queue));
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Result {
    #[command(flatten)]
    workflow: Existing,
    /// The longest wait, such as `300` (seconds) or `5m`
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,
}

impl Result {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let handle = self.workflow.handle(context).await?;
        output(context, &handle, self.timeout).await
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Describe {
    #[command(flatten)]
    workflow: Existing,
}

impl Describe {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let handle = self.workflow.handle(context).await?;
        let described = handle.describe().await?;
        let missing = pollers::missing(handle.client(), &described).await;
        context.output().show(&as_json(&described, &missing), || as_text(&described, &missing))
    }
}

fn as_json(described: &WorkflowDescription, missing: &BTreeSet<String>) -> Value {
    let pending = described.raw().pending_activities.iter().map(|pending| {
        json!({
            "activity_id": pending.activity_id,
            "activity_type": activity_type(pending),
            "state": state(pending),
            "attempt": pending.attempt,
            "last_failure": pending.last_failure.as_ref().map(|failure| &failure.message),
        })
    });
    json!({
        "workflow_id": described.id(),
        "run_id": described.run_id(),
        "workflow_type": described.workflow_type(),
        "task_queue": described.task_queue(),
        "status": format!("{:?}", described.status()),
        "started_at": time(described.start_time()),
        "closed_at": time(described.close_time()),
        "history_length": described.history_length(),
        "parent_id": described.parent_id(),
        "memo": memo(described),
        "search_attributes": search_attributes(described),
        "pending_activities": pending.collect::<Vec<_>>(),
        "queues_without_worker": missing,
        "task_failure": described.task_failure().map(|failure| json!({
            "attempt": failure.attempt,
            "cause": failure.cause,
            "message": failure.message,
            "missing_search_attribute": failure.missing_search_attribute,
        })),
    })
}

fn as_text(described: &WorkflowDescription, missing: &BTreeSet<String>) -> Page {
    let fields = |fields: Map<String, Value>| {
        let lines = fields.iter().map(|(name, value)| format!("{name} = {value}"));
        Lines::from(lines.collect::<Vec<_>>())
    };
    let missing: Vec<_> = missing.iter().map(|queue| pollers::sentence(queue)).collect();
    let problem = described.task_failure().map(ToString::to_string).unwrap_or_default();
    let problem: Vec<_> = problem.lines().map(str::to_owned).collect();
    let mut text = pairs(&[
        ("workflow id", Some(described.id().to_owned()).into()),
        ("run id", Some(described.run_id().to_owned()).into()),
        ("type", Some(described.workflow_type().to_owned()).into()),
        ("queue", Some(described.task_queue().to_owned()).into()),
        ("status", Some(format!("{:?}", described.status())).into()),
        ("started", time(described.start_time()).into()),
        ("closed", time(described.close_time()).into()),
        ("events", Some(described.history_length().to_string()).into()),
        ("parent", described.parent_id().map(str::to_owned).into()),
        ("summary", described.static_summary().map(str::to_owned).into()),
        ("memo", fields(memo(described))),
        ("search attributes", fields(search_attributes(described))),
        ("workers", missing.into()),
        ("problem", problem.into()),
    ]);
    let pending = &described.raw().pending_activities;
    if !pending.is_empty() {
        let rows = pending.iter().map(|pending| {
            let failure = pending.last_failure.as_ref();
            vec![
                activity_type(pending).to_owned(),
                state(pending),
                pending.attempt.to_string(),
                failure.map_or_else(String::new, |failure| failure.message.clone()),
            ]
        });
        let headings = ["pending activity", "state", "attempt", "last failure"];
        text = text.then(&line("")).then(&table(&headings, &rows.collect::<Vec<_>>()));
    }
    text
}

fn activity_type(pending: &PendingActivityInfo) -> &str {
    pending.activity_type.as_ref().map_or("", |of| &of.name)
}

fn state(pending: &PendingActivityInfo) -> String {
    let name = pending.state().as_str_name();
    name.trim_start_matches("PENDING_ACTIVITY_STATE_").replace('_', " ").to_lowercase()
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
fn readable(fields: Option<&HashMap<String, Payload>>) -> Map<String, Value> {
    let fields = fields.into_iter().flatten().filter_map(|(name, payload)| {
        Some((name.clone(), Payloads::from(vec![payload.clone()]).json().ok()?))
    });
    let mut fields: Vec<_> = fields.collect();
    fields.sort_by(|one, other| one.0.cmp(&other.0));
    fields.into_iter().collect()
}
