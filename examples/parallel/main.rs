//! Fan-out and fan-in: nine questions at once, of which one fails and one is not waited for.

mod activities;
mod workflow;

use std::time::Instant;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{TravelOffer, Wish};

#[tokio::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let client = server.client();
    let workers = Workers::new(client).start().await?;

    let sights = ["Colosseum", "Atlantis", "Pantheon"].map(str::to_owned).to_vec();
    let began = Instant::now();
    let offer = TravelOffer::execute(client, Wish { city: "Rome".to_owned(), sights }).await?;
    let took = began.elapsed();
    println!("{}, {}, at a rate of {}", offer.flight, offer.hotel, offer.rate);
    println!("to see: {}", offer.sights.join("; "));
    println!("not found: {}", offer.not_found.join(", "));
    println!("{}", offer.car.as_deref().unwrap_or("no car"));
    println!("the answers took 1.6 s in all, and the offer {:.1} s", took.as_secs_f64());

    workers.shutdown().await?;
    server.end().await
}
