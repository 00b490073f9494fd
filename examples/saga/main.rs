//! A saga: an order that succeeds, one that fails at its last step, and one that is cancelled. What the
//! last two had done by then is undone, last first.

mod activities;
mod workflow;

use durable::Error;
use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{Fulfilment, FulfilmentHandle, Parcel};

#[tokio::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let workers = Workers::new(client).start().await?;

    let delivered = Fulfilment::start(client, parcel("1", "Lisbon")).await?;
    until_ready(&delivered).await?;
    delivered.picked_up().await?;
    println!("order 1 to Lisbon: {}", delivered.result().await?);

    println!("order 2 to the moon:");
    let failed = Fulfilment::execute(client, parcel("2", "the moon")).await;
    match failed {
        Err(Error::Failed { failure, .. }) => println!("  it failed: {}", failure.root()),
        other => println!("  it ended otherwise: {other:?}"),
    }

    println!("order 3 to Oslo, which the customer cancels:");
    let cancelled = Fulfilment::start(client, parcel("3", "Oslo")).await?;
    until_ready(&cancelled).await?;
    cancelled.cancel("the customer has changed her mind").await?;
    match cancelled.result().await {
        Err(error @ Error::Cancelled { .. }) => println!("  {error}"),
        other => println!("  it ended otherwise: {other:?}"),
    }

    workers.shutdown().await?;
    server.end().await
}

fn parcel(order: &str, destination: &str) -> Parcel {
    Parcel { order: order.to_owned(), destination: destination.to_owned(), amount: 12.5 }
}

async fn until_ready(fulfilment: &FulfilmentHandle) -> durable::Result<()> {
    while !fulfilment.is_ready().await? {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
