//! The soak: workflows at a steady rate, for minutes.

use std::time::{Duration, Instant};

use durable::Client;
use durable_cost::argument;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::flows::Greet;
use super::samples::{Sample, Samples, judged, report};
use super::worker::WorkerProcess;

/// The interval between two samples.
const INTERVAL: Duration = Duration::from_secs(5);
/// The most growth of the memory, in MiB for each hour.
const TARGET: f64 = 10.0;

/// Runs workflows at a steady rate.
pub async fn soak(client: &Client, worker: &WorkerProcess) -> durable::Result<()> {
    let (minutes, rate) = (argument("--minutes").unwrap_or(20), argument("--rate").unwrap_or(20));
    let (began, lasts) = (Instant::now(), Duration::from_secs(60) * minutes);
    let mut samples = Samples::new("soak", "minutes", 12);
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    // After a pause, no burst makes up for it.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut running, mut intervals, mut done) = (JoinSet::new(), 0, 0_u32);
    while began.elapsed() < lasts {
        ticks.tick().await;
        let client = client.clone();
        running.spawn(async move { Greet::execute(&client, "soak".to_owned()).await });
        while let Some(ended) = running.try_join_next() {
            ended.expect("it doesn't panic")?;
            done += 1;
        }
        let elapsed = began.elapsed();
        if elapsed >= INTERVAL * intervals {
            intervals += 1;
            let minutes = elapsed.as_secs_f64() / 60.0;
            samples.push(Sample {
                done: minutes,
                usage: worker.usage(),
                elapsed: elapsed.as_secs_f64(),
            });
        }
    }
    let in_flight = running.len();
    while let Some(ended) = running.join_next().await {
        ended.expect("it doesn't panic")?;
        done += 1;
    }
    samples.write();
    // The first tenth fills caches.
    let warm = f64::from(minutes) / 10.0;
    let (least, most) = samples.range(warm);
    let line = format!(
        "{minutes} minutes, {done} workflows, {:.1} each second, {in_flight} in flight at the end; {least:.1} to {most:.1} MiB",
        f64::from(done) / began.elapsed().as_secs_f64()
    );
    let slope = samples.slope(warm) * 60.0;
    let target = judged("growth of the memory by least squares", slope, " MiB/h", TARGET);
    report("soak", &[line, target]);
    Ok(())
}
