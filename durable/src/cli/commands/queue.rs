//! `queue` and `workers`: who serves what, and what waits.

use clap::Args;
use clap::builder::styling::AnsiColor;
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::exit::Outcome;
use crate::cli::output::{Cell, Page, Times, dim, ids, line, pairs, row, short, table, utc, whole};
use crate::cli::waiting::no_worker;
use crate::client::{Poller, TaskQueueDescription, TaskQueuePart, WorkerStatus, WorkerSummary};

#[derive(Debug, Args)]
pub(in crate::cli) struct Queue {
    /// The name of the queue
    #[arg(value_name = "QUEUE")]
    queue: String,
}

impl Queue {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let described = context.client().await?.task_queue(self.queue).describe().await?;
        let as_json = json!({
            "queue": described.name,
            "workflows": part_json(&described.workflows),
            "activities": part_json(&described.activities),
        });
        let output = context.output();
        output.show(&as_json, || queue_text(&described, output.times()))
    }
}

fn part_json(part: &TaskQueuePart) -> Value {
    let pollers = part.pollers.iter().map(|poller| {
        json!({
            "identity": poller.identity,
            "last_poll": utc(poller.last_poll),
            "alive": poller.is_alive(),
            "deployment": poller.version.as_ref().map(|(deployment, _)| deployment),
            "build_id": poller.version.as_ref().map(|(_, build_id)| build_id),
        })
    });
    json!({
        "polled": part.is_polled(),
        "pollers": pollers.collect::<Value>(),
        "backlog": part.backlog,
        "backlog_age_seconds": part.backlog_age.as_secs_f64(),
        "added_per_second": part.added_per_second,
        "taken_per_second": part.taken_per_second,
    })
}

fn queue_text(described: &TaskQueueDescription, times: Times) -> Page {
    let red = AnsiColor::Red.on_default();
    let nobody = (!described.is_polled()).then(|| Cell::styled(no_worker(&described.name), red));
    let parts = [("workflows", &described.workflows), ("activities", &described.activities)];
    let rows: Vec<_> = parts
        .iter()
        .map(|(name, part)| {
            let age = if part.backlog == 0 { "-".to_owned() } else { short(part.backlog_age) };
            row![
                *name,
                part.pollers.iter().filter(|poller| poller.is_alive()).count().to_string(),
                part.backlog.to_string(),
                age,
                format!("{:.1}/s", part.added_per_second),
                format!("{:.1}/s", part.taken_per_second),
            ]
        })
        .collect();
    let columns = [
        whole("tasks"),
        whole("workers"),
        whole("backlog"),
        whole("oldest"),
        whole("added"),
        whole("taken"),
    ];
    let page = pairs(&[("queue", Some(described.name.clone()).into()), ("workers", nobody.into())]);
    let page = page.then(&line("")).then(&table(&columns, &rows));
    let pollers: Vec<_> = parts
        .iter()
        .flat_map(|(name, part)| part.pollers.iter().map(|poller| poller_row(name, poller, times)))
        .collect();
    if pollers.is_empty() {
        return page;
    }
    let columns = [ids("worker"), whole("tasks"), whole("last poll"), ids("version")];
    page.then(&line("")).then(&table(&columns, &pollers))
}

fn poller_row(name: &str, poller: &Poller, times: Times) -> Vec<Cell> {
    let last = times.at(poller.last_poll).unwrap_or_default();
    let last = if poller.is_alive() { last } else { format!("{last}, gone") };
    row![poller.identity.clone(), name, last, version(poller.version.as_ref())]
}

fn version(version: Option<&(String, String)>) -> String {
    version.map_or_else(|| "-".to_owned(), |(deployment, build)| format!("{deployment}.{build}"))
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Workers {
    /// Lists only workers of this queue
    #[arg(long, value_name = "QUEUE")]
    queue: Option<String>,
}

impl Workers {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let mut workers = context.client().await?.list_workers().collect().await?;
        workers
            .retain(|worker| self.queue.as_ref().is_none_or(|queue| worker.task_queue == *queue));
        workers.sort_by(|one, other| {
            (&one.task_queue, &one.identity).cmp(&(&other.task_queue, &other.identity))
        });
        let as_json: Value = workers.iter().map(worker_json).collect();
        let output = context.output();
        output.show(&as_json, || workers_text(&workers, output.times()))
    }
}

fn state(state: WorkerStatus) -> &'static str {
    match state {
        WorkerStatus::Running => "running",
        WorkerStatus::ShuttingDown => "shutting down",
        WorkerStatus::Ended => "ended",
        WorkerStatus::Unknown => "unknown",
    }
}

fn worker_json(worker: &WorkerSummary) -> Value {
    json!({
        "identity": worker.identity,
        "task_queue": worker.task_queue,
        "state": state(worker.state),
        "started_at": utc(worker.started_at),
        "host": worker.host,
        "process_id": worker.process_id,
        "sdk": worker.sdk,
        "deployment": worker.version.as_ref().map(|(deployment, _)| deployment),
        "build_id": worker.version.as_ref().map(|(_, build_id)| build_id),
    })
}

fn workers_text(workers: &[WorkerSummary], times: Times) -> Page {
    if workers.is_empty() {
        return dim("no workers have reported themselves; `queue` shows all that poll a queue");
    }
    let rows = workers.iter().map(|worker| {
        row![
            worker.identity.clone(),
            worker.task_queue.clone(),
            state(worker.state),
            times.at(worker.started_at).unwrap_or_default(),
            worker.host.clone(),
            worker.sdk.clone(),
            version(worker.version.as_ref()),
        ]
    });
    let columns = [
        ids("worker"),
        ids("queue"),
        whole("state"),
        whole("started"),
        ids("host"),
        ids("sdk"),
        ids("version"),
    ];
    table(&columns, &rows.collect::<Vec<_>>())
}
