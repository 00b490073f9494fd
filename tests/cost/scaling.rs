//! A benchmark of several worker processes on one machine, against one server: the throughput and the CPU time with
//! one, two and four of them, with different numbers of pollers and slots.
//!
//! `cargo bench --package durable-cost --bench scaling`, with `--workflows 1000` for the size of a row, and
//! `--partitions 4` for a server with several partitions of each task queue. It prints, and judges nothing.
//! `DURABLE_WRITE_DOCS=1` writes the tables into `docs/scaling.md`. It needs Linux.

#![allow(missing_docs, clippy::missing_errors_doc, reason = "a benchmark has no public interface")]
#![allow(clippy::cast_precision_loss, reason = "the numbers of a benchmark are small")]

#[path = "growth/document.rs"]
mod document;
#[path = "growth/worker.rs"]
mod worker;

use std::time::{Duration, Instant};

use durable::Client;
use durable::dev_server::DevServer;
use durable::prelude::*;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use worker::{Settings, WorkerProcess, served_as_worker, usage};

/// Waits, as for another service.
#[activity(queue = "scaling")]
async fn call(milliseconds: u64) -> Result<(), ActivityError> {
    if milliseconds > 0 {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
    Ok(())
}

/// Calls one activity.
#[workflow(queue = "scaling")]
#[derive(Default)]
struct Call;

#[workflow_methods]
impl Call {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, milliseconds: u64) -> WorkflowResult<()> {
        Ok(call::execute(ctx, milliseconds).await?)
    }
}

/// The workflows that run before the measurement.
const WARM_UP: usize = 100;

/// A row of a table: the workers, and what they do.
struct Row {
    processes: usize,
    settings: Settings,
    /// The workflows that run at once.
    at_once: usize,
    /// The duration of each activity, in milliseconds.
    call: u64,
}

/// The workers and their pollers, with workflows that only cost CPU time.
fn processes() -> Vec<Row> {
    let default = Settings::default();
    let few = Settings { workflow_pollers: 2, activity_pollers: 1, ..default };
    let many = Settings { workflow_pollers: 20, activity_pollers: 20, ..default };
    let row = |processes, settings| Row { processes, settings, at_once: 100, call: 0 };
    let rows = [default, few, many].map(|settings| [1, 2, 4].map(|count| row(count, settings)));
    rows.into_iter().flatten().collect()
}

/// The slots, with activities that wait for 200 ms.
fn slots() -> Vec<Row> {
    let row = |(processes, slots)| {
        let settings = Settings { slots, ..Settings::default() };
        Row { processes, settings, at_once: 200, call: 200 }
    };
    [(1, 10), (1, 20), (2, 10), (1, 40), (4, 10), (1, 100)].map(row).into()
}

impl Row {
    async fn run(
        &self,
        server: &DevServer,
        client: &Client,
        count: usize,
    ) -> durable::Result<Value> {
        let start = |_| WorkerProcess::start(server.address(), "default", "scaling", self.settings);
        let workers: Vec<_> = (0..self.processes).map(start).collect();
        self.calls(client, WARM_UP).await?;
        let workers_cpu = || workers.iter().map(|worker| worker.usage().cpu).sum::<f64>();
        let server_cpu = || usage(server.process_id()).cpu;
        let (began, by_workers, by_server) = (Instant::now(), workers_cpu(), server_cpu());
        let mut latencies = self.calls(client, count).await?;
        let elapsed = began.elapsed().as_secs_f64();
        let each = |cpu: f64| 1e3 * cpu / count as f64;
        let (by_workers, by_server) =
            (each(workers_cpu() - by_workers), each(server_cpu() - by_server));
        let memory = workers.iter().map(|worker| worker.usage().memory).sum::<f64>();
        workers.into_iter().for_each(WorkerProcess::stop);
        latencies.sort_unstable();
        let quantile = |part: usize| latencies[count * part / 100].as_secs_f64() * 1e3;
        Ok(json!({
            "processes": self.processes,
            "workflow_pollers": self.settings.workflow_pollers,
            "activity_pollers": self.settings.activity_pollers,
            "slots": self.settings.slots,
            "activity_ms": self.call,
            "workflows_per_second": count as f64 / elapsed,
            "p50_ms": quantile(50),
            "p99_ms": quantile(99),
            "workers_cpu_ms": by_workers,
            "server_cpu_ms": by_server,
            "workers_memory_mib": memory,
        }))
    }

    /// Runs workflows, some at once, and returns the latency of each.
    async fn calls(&self, client: &Client, count: usize) -> durable::Result<Vec<Duration>> {
        let calls = (0..count).map(|_| async {
            let began = Instant::now();
            Call::execute(client, self.call).await?;
            durable::Result::Ok(began.elapsed())
        });
        stream::iter(calls).buffer_unordered(self.at_once).try_collect().await
    }
}

const COLUMNS: [(&str, &str); 10] = [
    ("processes", "processes"),
    ("workflow_pollers", "workflow pollers"),
    ("activity_pollers", "activity pollers"),
    ("slots", "slots of each"),
    ("workflows_per_second", "workflows/s"),
    ("p50_ms", "p50 ms"),
    ("p99_ms", "p99 ms"),
    ("workers_cpu_ms", "CPU ms of workers"),
    ("server_cpu_ms", "CPU ms of server"),
    ("workers_memory_mib", "MiB of workers"),
];

/// Returns a line of a table in Markdown.
fn line(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

/// Returns the text of a cell. Zero pollers or slots mean the default.
fn cell(value: &Value) -> String {
    match value.as_u64() {
        Some(0) => "default".to_owned(),
        Some(number) => number.to_string(),
        None => format!("{:.2}", value.as_f64().unwrap_or_default()),
    }
}

#[tokio::main]
async fn main() -> durable::Result<()> {
    if served_as_worker().await? {
        return Ok(());
    }
    let count = durable_cost::argument("--workflows").unwrap_or(1000) as usize;
    let mut server = DevServer::builder().ui(false);
    if let Some(partitions) = durable_cost::argument("--partitions") {
        server = server
            .dynamic_config("matching.numTaskqueueReadPartitions", partitions)
            .dynamic_config("matching.numTaskqueueWritePartitions", partitions);
    }
    let server = server.start().await?;
    let client = Client::connect(server.address()).await?;
    let mut results = Vec::new();
    for (name, rows) in [("processes", processes()), ("slots", slots())] {
        let mut table = line(COLUMNS.iter().map(|(_, title)| (*title).to_owned()));
        table += &line(COLUMNS.iter().map(|_| "---".to_owned()));
        for row in rows {
            let result = row.run(&server, &client, count).await?;
            let text = line(COLUMNS.iter().map(|(key, _)| cell(&result[*key])));
            print!("{text}");
            table += &text;
            results.push(result);
        }
        document::document(name, &table);
    }
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("scaling.json");
    let text = serde_json::to_string_pretty(&results).expect("they are numbers");
    std::fs::write(&file, text).expect("the file can be written");
    println!("raw: {}", file.display());
    Ok(server.shutdown().await?)
}
