//! A backup whose worker is replaced in the middle, as by a deployment: it goes on where it was.

mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::Backup;

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();

    let old = Workers::new(client).start().await?;
    let backup = Backup::start(client, 100).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    println!("the worker is asked to stop");
    old.shutdown().await?;

    let new = Workers::new(client).start().await?;
    println!("another worker takes over");
    println!("{}", backup.result().await?);

    new.shutdown().await?;
    server.end().await
}
