//! A backup that the server starts again and again: tried out every second, then nightly, with two
//! missed nights made up for, paused, and triggered by hand all the same.
//!
//! `cargo run --example schedules` uses the Temporal server at `TEMPORAL_ADDRESS` or
//! `localhost:7233` if one answers there, and starts its own otherwise.

mod workflow;

use std::time::SystemTime;

use durable::Error;
use durable::client::{ScheduleHandle, ScheduleOverlapPolicy, ScheduleRun, ScheduleSpec};
use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::BackupWorkflow;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client().clone();
    let workers = Workers::new(&client).queues(["schedules"]).start().await?;

    // What an earlier, interrupted run of this example may have left behind.
    match client.schedule("shop-backups").delete().await {
        Ok(()) | Err(Error::ScheduleNotFound { .. }) => {}
        Err(error) => return Err(error),
    }

    // The start says what is started, with its options; the schedule says when.
    let backups = BackupWorkflow::start(&client, "shop".to_owned())
        .summary("a backup of the shop")
        .create_schedule("shop-backups", ScheduleSpec::new().every(Duration::from_secs(1)))
        .overlap(ScheduleOverlapPolicy::Skip)
        .remaining_actions(2)
        .note("trying it out")
        .await?;
    println!("created schedule {}: every second, twice", backups.id());
    show(&client, runs(&backups, 2).await?).await?;
    make_nightly(&backups).await?;

    // The nights before the schedule was there. Each backup is as of its own night.
    let now = SystemTime::now();
    backups.backfill(now - DAY * 2, now, ScheduleOverlapPolicy::BufferAll).await?;
    println!("two missed nights:");
    show(&client, runs(&backups, 4).await?.split_off(2)).await?;

    backups.pause_with("the disk is full").await?;
    backups.trigger().await?;
    println!("paused, and triggered by hand:");
    show(&client, runs(&backups, 5).await?.split_off(4)).await?;

    // Lists lag a moment behind.
    loop {
        let paused = client.list_schedules().paused(true).await?;
        if let Some(listed) = paused.iter().find(|schedule| schedule.id == "shop-backups") {
            println!("{} is paused: {}", listed.id, listed.note.as_deref().unwrap_or_default());
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    backups.delete().await?;
    println!("deleted; its workflows stay");

    workers.shutdown().await?;
    server.end().await
}

/// Changes when the schedule acts, and says when that is.
async fn make_nightly(backups: &ScheduleHandle) -> durable::Result<()> {
    let nightly = ScheduleSpec::new().cron("0 3 * * *").time_zone("Europe/Rome");
    backups
        .update(|schedule| {
            schedule.spec(nightly.clone()).remaining_actions(None).note("each night at three");
        })
        .await?;
    let described = backups.describe().await?;
    println!("now {}", described.note.unwrap_or_default());
    if let [next, after, ..] = described.next_runs[..] {
        let hours = |until: Duration| until.as_secs_f64() / 3600.0;
        let (until, between) = (next.duration_since(SystemTime::now()), after.duration_since(next));
        println!("next in {:.1} hours", hours(until.unwrap_or_default()));
        println!("and then after {:.0} hours", hours(between.unwrap_or_default()));
    }
    Ok(())
}

/// Prints what these runs made.
async fn show(client: &Client, runs: Vec<ScheduleRun>) -> durable::Result<()> {
    for run in runs {
        println!("  {}", run.handle::<BackupWorkflow>(client).result().await?);
    }
    Ok(())
}

/// Waits until the schedule has started this many workflows, and returns them.
async fn runs(schedule: &ScheduleHandle, count: usize) -> durable::Result<Vec<ScheduleRun>> {
    loop {
        let described = schedule.describe().await?;
        if described.recent_runs.len() >= count {
            return Ok(described.recent_runs);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
