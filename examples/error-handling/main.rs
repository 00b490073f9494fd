//! A booking that finds another way, and two that fail: callers get the program's own error back.

mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{BookTrip, BookingError};

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let workers = Workers::new(server.client()).start().await?;

    for flight in ["LX 1", "LX 9", "LX ?"] {
        match BookTrip::execute(server.client(), flight.to_owned()).await {
            Ok(seat) => println!("{flight}: {seat}"),
            Err(error) => match error.downcast::<BookingError>() {
                Some(BookingError::SoldOut { flight, .. }) => {
                    println!("{flight}: sold out, and there is no later flight");
                }
                Some(error) => println!("{flight}: {error}"),
                // The server cannot be reached, the workflow was cancelled, and so on.
                None => return Err(error),
            },
        }
    }

    workers.shutdown().await?;
    server.end().await
}
