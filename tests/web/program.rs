//! The web service of the tests and its worker, each as a process of its own.

mod app;

use std::io::Write as _;

use durable::client::ClientService;
use durable::prelude::*;
use durable::web::{Events, axum};

#[durable::main]
async fn main() -> durable::Result<()> {
    match std::env::args().nth(1) {
        Some(address) => serve(&address).await,
        None => Workers::new(&Client::from_env().await?).queues(["web-orders"]).run().await,
    }
}

async fn serve(address: &str) -> durable::Result<()> {
    let temporal = ClientService::new(Client::builder());
    let listener = tokio::net::TcpListener::bind(address).await.expect("the address is free");
    println!("listening");
    std::io::stdout().flush().expect("it can be written");
    axum::serve(listener, app::router(temporal, Events::new())).await.expect("it serves");
    Ok(())
}
