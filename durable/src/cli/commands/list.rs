//! `list`: the workflows of the namespace, filtered.

use std::time::Duration;

use clap::{Args, ValueEnum};
use console::Term;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::duration;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::{
    Page, Times, between, dim, ids, line, row, status_cell, table, utc, whole,
};
use crate::client::{AnyWorkflow, ListWorkflowsCall, ListedWorkflow, WorkflowExecutionStatus};

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
    #[arg(long, value_name = "QUEUE")]
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
    /// Prints the list again and again, until Ctrl-C
    #[arg(long, conflicts_with = "count")]
    watch: bool,
    /// The time between two lists of `--watch`
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "2s", requires = "watch")]
    interval: Duration,
}

impl List {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        if self.count {
            let count = self.call(context).await?.count().await?;
            return context.output().show(&json!({ "count": count }), || line(&count.to_string()));
        }
        let terminal = Term::stdout();
        loop {
            let (found, more) = self.found(context).await?;
            if self.watch && terminal.is_term() {
                terminal.clear_screen().map_err(Problem::failure)?;
            }
            let as_json: Value = found.iter().map(as_json).collect();
            let output = context.output();
            output.show(&as_json, || as_text(&found, more, output.times()))?;
            if !self.watch {
                return Ok(());
            }
            tokio::select! {
                stopped = tokio::signal::ctrl_c() => return stopped.map_err(Problem::failure),
                () = tokio::time::sleep(self.interval) => {}
            }
        }
    }

    async fn call(&self, context: &Context) -> Outcome<ListWorkflowsCall<AnyWorkflow>> {
        let mut list = context.client().await?.list_all();
        for name in &self.types {
            list = list.workflow_type(name);
        }
        for status in &self.statuses {
            list = list.status((*status).into());
        }
        if let Some(queue) = &self.queue {
            list = list.task_queue(queue);
        }
        if let Some(prefix) = &self.id_prefix {
            list = list.id_starting_with(prefix);
        }
        if let Some(query) = &self.query {
            list = list.matching(query);
        }
        Ok(list)
    }

    /// Returns the workflows, and whether there are more.
    async fn found(&self, context: &Context) -> Outcome<(Vec<Found>, bool)> {
        // One more than is shown tells whether there are more.
        let mut found = self.call(context).await?.limit(self.limit.saturating_add(1)).await?;
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        Ok((with_problems(found).await, more))
    }
}

/// A listed workflow, and whether it is stuck.
struct Found {
    workflow: ListedWorkflow<AnyWorkflow>,
    is_stuck: bool,
}

/// The most running workflows of a list that are described to find those that are stuck.
const DESCRIBED: usize = 100;
/// The number of descriptions that are asked for at the same time.
const AT_ONCE: usize = 10;

/// Finds the stuck workflows. The server marks them only after several attempts, and not on every
/// cluster, so the running ones are described, up to a limit.
async fn with_problems(found: Vec<ListedWorkflow<AnyWorkflow>>) -> Vec<Found> {
    let mut described = 0;
    let asked = found.into_iter().map(|workflow| {
        let is_running = workflow.status() == WorkflowExecutionStatus::Running;
        described += usize::from(is_running);
        let is_asked = is_running && described <= DESCRIBED;
        async move {
            let is_stuck = if is_asked { workflow.handle().is_stuck().await } else { Ok(false) };
            // A workflow that has ended since it was listed isn't stuck.
            Found { is_stuck: is_stuck.unwrap_or_default(), workflow }
        }
    });
    stream::iter(asked).buffered(AT_ONCE).collect().await
}

fn as_json(Found { workflow: found, is_stuck }: &Found) -> Value {
    json!({
        "workflow_id": found.id(),
        "run_id": found.run_id(),
        "workflow_type": found.workflow_type(),
        "task_queue": found.task_queue(),
        "status": format!("{:?}", found.status()),
        "stuck": is_stuck,
        "started_at": utc(found.start_time()),
        "closed_at": utc(found.close_time()),
    })
}

fn as_text(found: &[Found], more: bool, times: Times) -> Page {
    if found.is_empty() {
        return dim("no workflows found");
    }
    let rows = found.iter().map(|Found { workflow, is_stuck }| {
        let (started, closed) = (workflow.start_time(), workflow.close_time());
        let end = if times.is_absolute() {
            times.at(closed)
        } else {
            between(started, closed).or_else(|| times.age(started))
        };
        row![
            workflow.id(),
            workflow.workflow_type(),
            status_cell(workflow.status(), *is_stuck),
            times.at(started).unwrap_or_default(),
            end.unwrap_or_default(),
        ]
    });
    let end = if times.is_absolute() { "closed" } else { "duration" };
    let columns = [ids("workflow id"), ids("type"), whole("status"), whole("started"), whole(end)];
    let table = table(&columns, &rows.collect::<Vec<_>>());
    if more { table.then(&dim("there are more; raise --limit to see them")) } else { table }
}
