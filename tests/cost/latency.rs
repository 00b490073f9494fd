//! A benchmark of the latency of workflows one after the other: on a dev server as `DevServer` starts it, and
//! with the server's own rates.
//!
//! `cargo bench --package durable-cost --bench latency`. It prints, and judges nothing but its targets.

#![allow(missing_docs, clippy::missing_errors_doc, reason = "a benchmark has no public interface")]

use std::time::Instant;

use durable::dev_server::{DevServer, DevServerBuilder};
use durable::prelude::*;
use durable::worker::RunningWorkers;
use durable::{Client, Workers};
use durable_cost::Spread;

#[activity(queue = "latency")]
async fn greet(name: String) -> Result<String, ActivityError> {
    Ok(format!("Hello, {name}!"))
}

#[workflow(queue = "latency")]
#[derive(Default)]
struct GreetWorkflow;

#[workflow_methods]
impl GreetWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<String> {
        Ok(greet::execute(ctx, name).await?)
    }
}

const ROUNDS: usize = 5;
const WORKFLOWS_A_ROUND: u32 = 40;
/// The longest latency of a workflow with one activity, in milliseconds.
const TARGET: f64 = 15.0;
/// The largest part of the latency with the server's own rates.
const TARGET_PART: f64 = 1.0 / 3.0;

/// A dev server with workers.
struct Side {
    name: &'static str,
    server: DevServer,
    client: Client,
    workers: RunningWorkers,
    /// The milliseconds of a workflow.
    rounds: Vec<f64>,
}

impl Side {
    async fn start(name: &'static str, server: DevServerBuilder) -> durable::Result<Self> {
        let server = server.start().await?;
        let client = Client::connect(server.address()).await?;
        let workers = Workers::new(&client).start().await?;
        let side = Self { name, server, client, workers, rounds: Vec::new() };
        side.round().await?;
        Ok(side)
    }

    /// Runs workflows one after the other, and returns the milliseconds that each took.
    async fn round(&self) -> durable::Result<f64> {
        let start = Instant::now();
        for _ in 0..WORKFLOWS_A_ROUND {
            GreetWorkflow::execute(&self.client, "latency".to_owned()).await?;
        }
        Ok((start.elapsed() / WORKFLOWS_A_ROUND).as_secs_f64() * 1e3)
    }

    async fn stop(self) -> durable::Result<()> {
        self.workers.shutdown().await?;
        Ok(self.server.shutdown().await?)
    }
}

#[tokio::main]
async fn main() -> durable::Result<()> {
    let own_rates = DevServer::builder()
        .dynamic_config("history.transferProcessorMaxPollRPS", 20)
        .dynamic_config("history.timerProcessorMaxPollRPS", 20)
        .dynamic_config("history.visibilityProcessorMaxPollRPS", 20)
        .dynamic_config("history.timerProcessorMaxTimeShift", "1s")
        .dynamic_config("matching.numTaskqueueReadPartitions", 4)
        .dynamic_config("matching.numTaskqueueWritePartitions", 4);
    let mut sides = [
        Side::start("DevServer", DevServer::builder()).await?,
        Side::start("the server's own rates", own_rates).await?,
    ];
    for _ in 0..ROUNDS {
        for side in &mut sides {
            let each = side.round().await?;
            side.rounds.push(each);
        }
    }
    for side in &sides {
        let Spread { low, median, high, .. } = Spread::of(&side.rounds);
        println!("{:24} {median:.1} ms (middle half {low:.1} to {high:.1} ms)", side.name);
    }
    let [quick, own] = sides.each_ref().map(|side| &side.rounds);
    let quickest = Spread::of(quick);
    println!("at most {TARGET} ms: {}", quickest.at_most(TARGET));
    let parts: Vec<_> = quick.iter().zip(own).map(|(quick, own)| quick / own).collect();
    let part = Spread::of(&parts);
    println!(
        "{:.2} of the server's own, at most {TARGET_PART:.2}: {}",
        part.median,
        part.at_most(TARGET_PART)
    );
    for side in sides {
        side.stop().await?;
    }
    Ok(())
}
