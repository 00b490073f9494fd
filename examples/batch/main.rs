//! A batch: 120 records, eight at a time, over as many runs as it takes; three of them cannot be
//! converted, and the others are all the same.

mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{Batch, BatchConversion, Progress};

#[tokio::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let workers = Workers::new(client).start().await?;

    let batch = Batch { name: "july".to_owned(), records: 120, at_once: 8, ..Batch::default() };
    println!("{} records, {} at a time", batch.records, batch.at_once);
    let Progress { converted, failed, runs, .. } = BatchConversion::execute(client, batch).await?;
    println!("{converted} converted in {runs} runs, {} failed:", failed.len());
    for (_, reason) in failed {
        println!("  {reason}");
    }

    workers.shutdown().await?;
    server.end().await
}
