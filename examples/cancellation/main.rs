//! Stopping work: cancelling a workflow, asking it to stop, and giving up on one of its activities.
//!
//! `cargo run --example cancellation`

mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{Backup, Plan};

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let workers = Workers::new(client).worker_options(prompt).start().await?;

    println!("small: {}", Backup::execute(client, plan("small", 3)).await?);

    let photos = Backup::start(client, plan("photos", 10_000)).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    photos.request_cancel("the disk is full").await?;
    println!("photos: {}", photos.result().await?);

    let music = Backup::start(client, plan("music", 10_000)).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    music.cancel("not needed any more").await?;
    match music.result().await {
        Err(durable::Error::Cancelled { .. }) => println!("music: cancelled"),
        outcome => println!("music: {}", outcome?),
    }

    let hasty = Plan { patience: Duration::from_millis(500), ..plan("films", 10_000) };
    println!("films: {}", Backup::execute(client, hasty).await?);

    workers.shutdown().await?;
    server.end().await
}

/// An activity learns of its cancellation by a heartbeat, and the worker passes on one in a while; for
/// an example that is looked at, ten a second.
fn prompt(options: &mut durable::sdk::temporalio_sdk::WorkerOptions) {
    options.max_heartbeat_throttle_interval = Duration::from_millis(100);
    options.default_heartbeat_throttle_interval = Duration::from_millis(100);
}

fn plan(name: &str, files: u32) -> Plan {
    Plan { name: name.to_owned(), files, patience: Duration::from_secs(3600) }
}
