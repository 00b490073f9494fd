//! A program that is configured by a file: what holds and where it came from, one client for the whole
//! program, and what is said of a file with mistakes.
//!
//! `cargo run --example configuration` uses the Temporal server at `TEMPORAL_ADDRESS` or
//! `localhost:7233` if one answers there, and starts its own otherwise.

mod workflow;

use durable::client::ClientService;
use durable::config::{Config, ValueSource};
use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{InventoryWorkflow, Shelf};

#[tokio::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;

    // A program of its own says `Config::load()?`, which reads `durable.yaml` where it is started.
    let config = Config::loader().text(include_str!("durable.yaml")).load()?;
    println!("\nwhat somebody has set:");
    let settings = config.settings().into_iter();
    for setting in settings.filter(|setting| setting.source != ValueSource::BuiltIn) {
        println!("  {setting}");
    }

    // What the program says beats the file: here, where the example's server is.
    let builder = Client::builder().config(&config).address(server.client().address());
    let temporal = ClientService::new(builder);
    println!("\nTemporal is at {}; nothing is connected yet", temporal.url());
    let health = temporal.health().await?;
    println!("now it is, and answers: version {}", health.server_version);

    let client = temporal.client().await?;
    let workers = Workers::new(&client).queues(["configuration"]).start().await?;
    let shelf = Shelf { shelf: "A7".to_owned() };
    for line in InventoryWorkflow::execute(&client, shelf).await? {
        println!("  {line}");
    }
    workers.shutdown().await?;

    let mistaken = include_str!("durable.yaml").replace("_per_second: 50", "_per_secnd: 50");
    let mistaken = mistaken.replace("heartbeat_timeout_s: 20 ", "heartbeat_timeout_s: 20s");
    if let Err(error) = Config::loader().text(mistaken).load() {
        println!("\nof a file with two mistakes is said:\n{error}");
    }
    server.end().await
}
