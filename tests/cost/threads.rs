//! A benchmark of the threads that run a queue's workflows: one against two, with workflows that compute and with
//! workflows that do nothing.
//!
//! `cargo bench --package durable-cost --bench threads`. It needs a machine with at least two processors.

#![allow(missing_docs, clippy::missing_errors_doc, reason = "a benchmark has no public interface")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use durable::dev_server::DevServer;
use durable::prelude::*;
use durable::worker::RunningWorkers;
use durable::{Client, Workers};
use durable_cost::{Spread, median};

/// Computes for some time in each of its tasks.
#[workflow(queue = "threads")]
#[derive(Default)]
struct ComputeWorkflow;

#[workflow_methods]
impl ComputeWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, steps: u64) -> WorkflowResult<u64> {
        let mut sum = 0;
        for _ in 0..TASKS {
            sum ^= compute(steps);
            if steps > 0 {
                ctx.sleep(Duration::from_millis(1)).await?;
            }
        }
        Ok(sum)
    }
}

/// The tasks of a workflow that computes.
const TASKS: usize = 10;
/// The time that each computes.
const TASK: Duration = Duration::from_millis(30);
const COMPUTING: usize = 20;
const NO_OPS: usize = 400;
const AT_ONCE: usize = 20;
const ROUNDS: usize = 3;
/// The least gain of two threads with workflows that compute.
const TARGET: f64 = 1.5;

fn compute(steps: u64) -> u64 {
    (0..steps)
        .fold(1, |sum: u64, step| black_box(sum.wrapping_mul(6_364_136_223_846_793_005) ^ step))
}

/// Returns the steps that take as long as a task.
fn steps_of_task() -> u64 {
    let steps = 100_000;
    let start = Instant::now();
    black_box(compute(steps));
    let each = start.elapsed().as_secs_f64() / 100_000.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is small")]
    let steps = (TASK.as_secs_f64() / each) as u64;
    steps
}

/// Workers with a number of threads.
struct Side {
    queue: String,
    threads: u32,
    workers: RunningWorkers,
    computing: Vec<f64>,
    no_ops: Vec<(f64, f64)>,
}

impl Side {
    async fn start(client: &Client, threads: u32) -> durable::Result<Self> {
        let queue = format!("threads-{threads}");
        let name = queue.clone();
        let workers = Workers::new(client)
            .workflow_threads(threads)
            .worker_options(move |options| options.task_queue.clone_from(&name))
            .start()
            .await?;
        workers.health().running().await;
        Ok(Self { queue, threads, workers, computing: Vec::new(), no_ops: Vec::new() })
    }

    /// Runs workflows, some at once, and returns the seconds and CPU seconds that they took.
    async fn run(&self, client: &Client, steps: u64, count: usize) -> durable::Result<(f64, f64)> {
        let (cpu, wall) = (ProcessTime::now(), Instant::now());
        for _ in 0..count / AT_ONCE {
            let started = (0..AT_ONCE).map(|_| {
                ComputeWorkflow::execute(client, steps).task_queue(&self.queue).into_future()
            });
            futures::future::try_join_all(started).await?;
        }
        Ok((wall.elapsed().as_secs_f64(), cpu.elapsed().as_secs_f64()))
    }
}

#[tokio::main]
async fn main() -> durable::Result<()> {
    let server = DevServer::start().await?;
    let client = Client::connect(server.address()).await?;
    let steps = steps_of_task();
    let mut sides = [Side::start(&client, 1).await?, Side::start(&client, 2).await?];
    for _ in 0..ROUNDS {
        for side in &mut sides {
            let (wall, _) = side.run(&client, steps, COMPUTING).await?;
            side.computing.push(wall);
            let measured = side.run(&client, 0, NO_OPS).await?;
            side.no_ops.push(measured);
        }
    }
    for side in &sides {
        let computing = median(&side.computing);
        let each = |of: fn(&(f64, f64)) -> f64| {
            1e3 * median(&side.no_ops.iter().map(of).collect::<Vec<_>>())
                / durable_cost::float(NO_OPS)
        };
        println!(
            "{} thread(s): {COMPUTING} workflows that compute in {computing:.2} s {:.2?}; a no-op takes \
             {:.3} ms, and {:.3} ms of CPU",
            side.threads,
            side.computing,
            each(|one| one.0),
            each(|one| one.1),
        );
    }
    let [one, two] = sides.each_ref().map(|side| &side.computing);
    let gains: Vec<_> = one.iter().zip(two).map(|(one, two)| one / two).collect();
    let gain = Spread::of(&gains);
    println!(
        "two threads are {:.2} times as quick, at least {TARGET}: {}",
        gain.median,
        gain.at_least(TARGET)
    );
    for side in sides {
        side.workers.shutdown().await?;
    }
    Ok(server.shutdown().await?)
}
