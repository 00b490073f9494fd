//! The log of a worker, as its operator sees it: JSON on standard error, with the ids on each line.

mod workflow;

use durable::prelude::*;
use durable::telemetry::{self, LogFormat};
use durable_examples::Server;

use crate::workflow::Order;

#[durable::main]
async fn main() -> durable::Result<()> {
    let _telemetry = telemetry::builder().log_format(LogFormat::Json).init()?;
    let server = Server::find().await?;
    let client = server.client();
    // Without a cache, each task replays its workflow from the start. The log is the same.
    let workers = Workers::new(client)
        .queues(["observability"])
        .worker_options(|options| options.max_cached_workflows = 0);
    let workers = workers.start().await?;

    let order = Order::start(client, 1, 4_500).await?;
    order.result().await?;
    println!("order 1 is {}", order.status().await?);
    if let Err(error) = Order::execute(client, 2, 1_000_000).await {
        println!("{error}");
    }

    workers.shutdown().await?;
    server.end().await
}
