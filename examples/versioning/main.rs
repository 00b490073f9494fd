//! A change of code while workflows are under way, by worker deployment versions: an invoice that began
//! on version 1.0 ends on it, and those that begin later run on 2.0. The tests show the other way,
//! patches; the guide to both is docs/versioning.md.

mod deployment;
#[allow(dead_code, reason = "the forms in between are for the tests")]
mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::deployment::{QUEUE, serve};
use crate::workflow::{Invoice1, Invoice4};

#[tokio::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let activities = Workers::new(client).queues(["versioning-work"]).start().await?;

    let (first, workers_of_first) = serve(client, "versioning-1", "1.0").await?;
    first.make_current(client).await?;
    println!("1.0 is current");
    let of_ada = Invoice1::start(client, "Ada".to_owned()).task_queue(QUEUE).await?;
    println!("Ada's invoice waits for an approval");

    let (second, workers_of_second) = serve(client, "versioning-4", "2.0").await?;
    second.make_current(client).await?;
    println!("2.0 is current");
    let of_grace = Invoice4::start(client, "Grace".to_owned()).task_queue(QUEUE).await?;

    of_ada.approve().await?;
    of_grace.approve().await?;
    println!("{}", of_ada.result().await?);
    println!("{}", of_grace.result().await?);

    // No invoice is left on 1.0, so its workers may go.
    for workers in [workers_of_first, workers_of_second, activities] {
        workers.shutdown().await?;
    }
    server.end().await
}
