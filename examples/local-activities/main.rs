//! A greeting in three steps, of which two are local activities, and a name that is none.

mod workflow;

use durable::prelude::*;
use durable_examples::Server;

use crate::workflow::{Greeting, NameError};

#[durable::main]
async fn main() -> durable::Result<()> {
    let server = Server::find().await?;
    let workers = Workers::new(server.client()).start().await?;

    println!("{}", Greeting::execute(server.client(), " Ada   Lovelace ".to_owned()).await?);
    let refused = Greeting::execute(server.client(), "12".to_owned()).await;
    if let Err(error) = refused {
        println!("{}", error.downcast::<NameError>().map_or(error.to_string(), |e| e.to_string()));
    }

    workers.shutdown().await?;
    server.end().await
}
