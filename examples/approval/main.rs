//! Human in the loop: purchases that wait for a person, with reminders and a last word.
//!
//! `cargo run --example approval`

mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{Decision, Purchase, Request};

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let workers = Workers::new(client).start().await?;

    let laptop = Purchase::start(client, request(1, "a laptop")).await?;
    println!("{}", laptop.decide(decision("Ada", true)).await?);
    println!("the laptop: {:?}", laptop.result().await?);

    let yacht = Purchase::start(client, request(2, "a yacht")).await?;
    println!("{}", yacht.decide(decision("Ada", false)).await?);
    println!("the yacht: {:?}", yacht.result().await?);
    if let Err(refused) = yacht.decide(decision("Bob", true)).await {
        println!("Bob comes too late: {refused}");
    }

    println!("nobody cares about the stapler");
    let stapler = Purchase::execute(client, request(3, "a stapler")).await?;
    println!("the stapler: {stapler:?}");

    workers.shutdown().await?;
    server.end().await
}

fn request(number: u32, what: &str) -> Request {
    Request { number, what: what.to_owned() }
}

fn decision(by: &str, approved: bool) -> Decision {
    Decision { by: by.to_owned(), approved }
}
