//! `list`: the workflows of the namespace, filtered.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::exit::Outcome;
use crate::cli::output::{Page, dim, line, table, time};
use crate::client::{AnyWorkflow, ListedWorkflow, WorkflowExecutionStatus};

/// The status of a workflow, in the order of the server.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    Running,
    Completed,
    Failed,
    #[value(alias = "cancelled")]
    Canceled,
    Terminated,
    #[value(alias = "continuedasnew")]
    ContinuedAsNew,
    #[value(alias = "timedout")]
    TimedOut,
    Paused,
}

impl From<Status> for WorkflowExecutionStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Running => Self::Running,
            Status::Completed => Self::Completed,
            Status::Failed => Self::Failed,
            Status::Canceled => Self::Canceled,
            Status::Terminated => Self::Terminated,
            Status::ContinuedAsNew => Self::ContinuedAsNew,
            Status::TimedOut => Self::TimedOut,
            Status::Paused => Self::Paused,
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Lists only workflows of this type; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Lists only workflows in this status; may be repeated
    #[arg(long = "status", value_enum, ignore_case = true, value_name = "STATUS")]
    statuses: Vec<Status>,
    /// Lists only workflows on this queue
    #[arg(long, value_name = "NAME")]
    queue: Option<String>,
    /// Lists only workflows whose id starts with this text
    #[arg(long, value_name = "TEXT")]
    id_prefix: Option<String>,
    /// Lists only workflows that match this filter, in Temporal's list filter syntax
    #[arg(long, value_name = "FILTER")]
    query: Option<String>,
    /// The most workflows to list
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: usize,
    /// Prints only the number of workflows
    #[arg(long)]
    count: bool,
}

impl List {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let mut list = context.client().await?.list_all();
        for name in self.types {
            list = list.workflow_type(name);
        }
        for status in self.statuses {
            list = list.status(status.into());
        }
        if let Some(queue) = self.queue {
            list = list.task_queue(queue);
        }
        if let Some(prefix) = self.id_prefix {
            list = list.id_starting_with(prefix);
        }
        if let Some(query) = self.query {
            list = list.matching(query);
        }
        if self.count {
            let count = list.count().await?;
            return context.output().show(&json!({ "count": count }), || line(&count.to_string()));
        }
        // One more than is shown tells whether there are more.
        let mut found = list.limit(self.limit.saturating_add(1)).await?;
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let as_json: Value = found.iter().map(as_json).collect();
        context.output().show(&as_json, || as_text(&found, more))
    }
}

fn as_json(found: &ListedWorkflow<AnyWorkflow>) -> Value {
    json!({
        "workflow_id": found.id(),
        "run_id": found.run_id(),
        "workflow_type": found.workflow_type(),
        "task_queue": found.task_queue(),
        "status": format!("{:?}", found.status()),
        "started_at": time(found.start_time()),
        "closed_at": time(found.close_time()),
    })
}

fn as_text(found: &[ListedWorkflow<AnyWorkflow>], more: bool) -> Page {
    if found.is_empty() {
        return dim("no workflows found");
    }
    let rows = found.iter().map(|found| {
        vec![
            found.id().to_owned(),
            found.workflow_type().to_owned(),
            format!("{:?}", found.status()),
            time(found.start_time()).unwrap_or_default(),
            time(found.close_time()).unwrap_or_default(),
        ]
    });
    let headings = ["workflow id", "type", "status", "started", "closed"];
    let table = table(&headings, &rows.collect::<Vec<_>>());
    if more { table.then(&dim("there are more; raise --limit to see them")) } else { table }
}
