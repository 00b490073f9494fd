//! Children: an order starts a workflow for each parcel, signals them, and waits for them; another
//! outlives it, and a third is reached by its id.
//!
//! `cargo run --example child-workflows`

mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{Order, ShipOrder, Statistics, Survey};

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let workers = Workers::new(client).start().await?;

    let statistics = Statistics::start(client).await?;
    let parcels = ["books", "window glass", "tea"].map(str::to_owned).to_vec();
    for outcome in ShipOrder::execute(client, Order { number: 7, parcels }).await? {
        println!("{outcome}");
    }

    println!("the order has ended, its survey goes on");
    let survey = Survey::handle(client, "survey-7");
    survey.rate(5).await?;
    println!("rated with {} stars", survey.result().await?);

    statistics.close().await?;
    println!("orders today: {}", statistics.result().await?);

    workers.shutdown().await?;
    server.end().await
}
