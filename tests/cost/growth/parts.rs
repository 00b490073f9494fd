//! The parts of the benchmark that do a given amount of work: workflows, activities, and the signals of an
//! entity.

use std::error::Error;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use durable::Client;
use durable_cost::{Spread, argument};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::flows::{AT_ONCE, Greet, GreetMany, Sum, SumHandle, Summed};
use super::samples::{Sample, Samples, judged, report};
use super::worker::{Settings, WorkerProcess, connect};

/// The work that is done at once.
const CONCURRENCY: usize = 100;
/// The namespace of new workers.
pub const NEW: &str = "new";
/// The turns in which an old worker is compared with new ones.
const TURNS: u32 = 5;
/// The time after which the memory of a worker has settled.
const SETTLE: Duration = Duration::from_secs(5);
/// The most that CPU time may differ between few and many workflows.
const TARGET_CPU: f64 = 1.10;
/// The most memory that many workflows may need over few, in MiB.
const TARGET_MEMORY: f64 = 20.0;

/// A part with its worker, whose resources are sampled from time to time.
struct Part<'a> {
    worker: &'a WorkerProcess,
    began: Instant,
    samples: Samples,
}

impl<'a> Part<'a> {
    fn begin(name: &'static str, unit: &'static str, worker: &'a WorkerProcess) -> Self {
        let samples = Samples::new(name, unit, 1);
        let mut part = Self { worker, began: Instant::now(), samples };
        part.sample(0);
        part
    }

    fn sample(&mut self, done: u32) -> Sample {
        let elapsed = self.began.elapsed().as_secs_f64();
        let sample = Sample { done: done.into(), usage: self.worker.usage(), elapsed };
        self.samples.push(sample);
        sample
    }
}

async fn greet_all(client: &Client, from: u32, to: u32) -> durable::Result<()> {
    let calls = (from..to).map(|one| Greet::execute(client, format!("{one}")).into_future());
    stream::iter(calls).buffer_unordered(CONCURRENCY).try_for_each(|_| async { Ok(()) }).await
}

/// Runs workflows with one activity each. At the end, new workers run some in turns with this one, so that the CPU
/// time of both is measured with the same server and on the same machine, whose speed changes.
pub async fn workflows(
    client: &Client,
    worker: &WorkerProcess,
    address: &str,
) -> durable::Result<()> {
    let (count, block) = (argument("--workflows").unwrap_or(10_000), 1_000);
    let new_client = connect(address, NEW).await?;
    // The first ones warm caches, connections and the server.
    greet_all(client, 0, block).await?;
    let mut part = Part::begin("workflows", "workflows", worker);
    let (mut old, mut new, mut few) = (Vec::new(), Vec::new(), 0.0);
    for done in (block..=count).step_by(block as usize) {
        let used = cpu_of(worker, greet_all(client, done - block, done)).await?;
        part.sample(done);
        if done == block {
            tokio::time::sleep(SETTLE).await;
            few = worker.usage().memory;
        }
        if done + block * TURNS > count {
            old.push(used);
            let other = WorkerProcess::start(address, NEW, "growth", Settings::default());
            greet_all(&new_client, 0, block).await?;
            new.push(cpu_of(&other, greet_all(&new_client, done - block, done)).await?);
            other.stop();
        }
    }
    tokio::time::sleep(SETTLE).await;
    let many = worker.usage().memory;
    part.samples.write();
    let each = |used: &[f64]| 1e3 * Spread::of(used).median / f64::from(block);
    let ratios: Vec<_> = old.iter().zip(&new).map(|(old, new)| old / new).collect();
    let ratio = Spread::of(&ratios);
    let lines = [
        format!(
            "CPU for each: {:.3} ms after {count} workflows, {:.3} ms after {block}, in turns",
            each(&old),
            each(&new)
        ),
        format!(
            "CPU for each workflow, many : few: {:.2} ± {:.2}, at most {TARGET_CPU}: {}",
            ratio.median,
            ratio.noise(),
            ratio.at_most(TARGET_CPU)
        ),
        format!("settled memory: {few:.1} MiB after {block}, {many:.1} MiB after {count}"),
        judged("memory of many over few", many - few, " MiB", TARGET_MEMORY),
    ];
    report("workflows", &lines);
    Ok(())
}

/// Returns the seconds of CPU time that a worker uses for some work.
async fn cpu_of(
    worker: &WorkerProcess,
    work: impl Future<Output = durable::Result<()>>,
) -> durable::Result<f64> {
    let before = worker.usage().cpu;
    work.await?;
    Ok(worker.usage().cpu - before)
}

/// Runs many activities, and tells the memory that each leaves behind.
pub async fn activities(client: &Client, worker: &WorkerProcess) -> durable::Result<()> {
    const OF_WORKFLOW: u32 = 10 * AT_ONCE;
    const WORKFLOWS: u32 = 25;
    let count = argument("--activities").unwrap_or(100_000);
    let mut part = Part::begin("activities", "activities", worker);
    let block = OF_WORKFLOW * WORKFLOWS;
    for done in (block..=count).step_by(block as usize) {
        let calls = (0..WORKFLOWS).map(|_| GreetMany::execute(client, OF_WORKFLOW).into_future());
        let ran: Vec<u32> =
            stream::iter(calls).buffer_unordered(WORKFLOWS as usize).try_collect().await?;
        assert_eq!(ran.iter().sum::<u32>(), block);
        part.sample(done);
    }
    part.samples.write();
    let (warm, all) = (f64::from(count / 10), f64::from(count));
    let (least, most) = part.samples.range(warm);
    let line = format!(
        "{:.0} bytes for each activity, by the slope from {warm} to {all}; {least:.1} to {most:.1} MiB",
        part.samples.slope(warm) * 1024.0 * 1024.0
    );
    report("activities", &[line]);
    Ok(())
}

/// Sends signals to one entity. The server (1.32.0) handles them one after the other, and with the tasks of the
/// workflow. With many senders, tasks come too late for a new run before the server's limit of 10,000 signals.
pub async fn entity(client: &Client, worker: &WorkerProcess) -> durable::Result<()> {
    let (count, block) = (argument("--signals").unwrap_or(100_000), 5_000);
    let senders = argument("--senders").unwrap_or(10) as usize;
    let mut part = Part::begin("entity", "signals", worker);
    let (sum, refused) = (Sum::start(client, Sum::default()).await?, AtomicU32::new(0));
    for done in (block..=count).step_by(block as usize) {
        let signals = (done - block..done).map(|number| add(&sum, number, &refused));
        let signals = stream::iter(signals).buffer_unordered(senders);
        signals.try_for_each(|()| async { Ok(()) }).await?;
        part.sample(done);
    }
    sum.close().await?;
    let Summed { signals, sum: total, runs } = sum.result().await?;
    let elapsed = part.began.elapsed().as_secs_f64();
    let all = u64::from(count);
    assert_eq!((signals, total), (all, all * (all - 1) / 2), "signals were lost or doubled");
    part.samples.write();
    let (least, most) = part.samples.range(f64::from(count / 10));
    let line = format!(
        "{signals} signals in {runs} runs, none lost, {} refused and sent again; {:.3} ms for each; \
         {least:.1} to {most:.1} MiB",
        refused.into_inner(),
        1e3 * elapsed / f64::from(count)
    );
    let longest = longest_history(client, sum.id(), runs).await?;
    let longest = format!("longest history of a run: {longest} events");
    let memory = judged("memory from the first tenth on", most - least, " MiB", TARGET_MEMORY);
    report("entity", &[line, longest, memory]);
    Ok(())
}

/// Sends a signal, and sends it again if the run has taken as many as it may. The next run begins soon.
async fn add(sum: &SumHandle, number: u32, refused: &AtomicU32) -> durable::Result<()> {
    const MOST: u32 = 600;
    let mut tries = 0;
    loop {
        tries += 1;
        match sum.add(number.into()).await {
            Err(error) if tries < MOST && is_full(&error) => {
                refused.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            sent => return sent,
        }
    }
}

fn is_full(error: &durable::Error) -> bool {
    let causes = std::iter::successors(Some(error as &dyn Error), |&cause| cause.source());
    causes.into_iter().any(|cause| cause.to_string().contains("limit for signal events"))
}

/// Returns the length of the longest history of the runs of an entity. Lists get new runs late.
async fn longest_history(client: &Client, id: &str, runs: u32) -> durable::Result<i64> {
    for _ in 0..100 {
        let listed = client.list::<Sum>().id(id).await?;
        if listed.len() == runs as usize {
            let lengths = listed.iter().map(|run| run.history_length());
            return Ok(lengths.max().unwrap_or_default());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the list doesn't have all runs");
}
