//! Serves the workflows of a library crate that it names in one line only, until it is told to stop.

use durable::prelude::*;
use durable_test_flows as _;

#[tokio::main]
async fn main() -> durable::Result<()> {
    let client = Client::from_env().await?;
    Workers::new(&client).run().await
}
