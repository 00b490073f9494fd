//! Serves without naming the library that holds the workflows: the mistake that the error explains.

use durable::prelude::*;

#[tokio::main]
async fn main() -> durable::Result<()> {
    let client = Client::from_env().await?;
    Workers::new(&client).run().await
}
