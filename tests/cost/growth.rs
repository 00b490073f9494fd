//! A benchmark of the growth of a worker: memory and CPU time over many workflows, activities and signals, and
//! over time. The worker has a process of its own, and so has the server.
//!
//! `cargo bench --package durable-cost --bench growth -- workflows activities entity soak`: the parts to run, by
//! default all but the soak. `--workflows 10000`, `--activities 100000`, `--signals 100000`, `--senders 10`, `--minutes 20` and
//! `--rate 20` (workflows each second of the soak) set the sizes. `--recycle-after 2000` has the worker replaced
//! after so many activities, and not after 100,000. `DURABLE_WRITE_DOCS=1` writes the results into
//! `docs/scaling.md`. It needs Linux.

#![allow(missing_docs, clippy::missing_errors_doc, reason = "a benchmark has no public interface")]
#![allow(clippy::cast_precision_loss, reason = "the numbers of a benchmark are small")]

#[path = "growth/document.rs"]
mod document;
#[path = "growth/flows.rs"]
mod flows;
#[path = "growth/parts.rs"]
mod parts;
#[path = "growth/samples.rs"]
mod samples;
#[path = "growth/soak.rs"]
mod soak;
#[path = "growth/worker.rs"]
mod worker;

use durable::Client;
use durable::dev_server::DevServer;
use worker::{Settings, WorkerProcess, served_as_worker};

const PARTS: [&str; 4] = ["workflows", "activities", "entity", "soak"];

#[tokio::main]
async fn main() -> durable::Result<()> {
    if served_as_worker().await? {
        return Ok(());
    }
    let arguments: Vec<_> = std::env::args().collect();
    let mut parts: Vec<_> =
        PARTS.into_iter().filter(|part| arguments.iter().any(|it| it == part)).collect();
    if parts.is_empty() {
        parts.extend(&PARTS[..3]);
    }
    let server = DevServer::builder().ui(false).namespace(parts::NEW).start().await?;
    let client = Client::connect(server.address()).await?;
    let recycle_after = durable_cost::argument("--recycle-after").unwrap_or(0) as usize;
    let settings = Settings { recycle_after, ..Settings::default() };
    for part in parts {
        // Each part has a worker of its own, so none sees the memory of another.
        let worker = WorkerProcess::start(server.address(), "default", "growth", settings);
        println!("\n{part}");
        match part {
            "workflows" => parts::workflows(&client, &worker, server.address()).await?,
            "activities" => parts::activities(&client, &worker).await?,
            "entity" => parts::entity(&client, &worker).await?,
            _ => soak::soak(&client, &worker).await?,
        }
        worker.stop();
    }
    Ok(server.shutdown().await?)
}
