//! A web shop: orders over HTTP, and a page that shows their state live.
//!
//! `cargo run --example web-orders` uses the Temporal server at `TEMPORAL_ADDRESS` or `localhost:7233` if one
//! answers there, and starts its own otherwise. The worker runs in a second process. With `-- web` or
//! `-- worker` it is one of the two alone. The page is at `http://127.0.0.1:8080`, or at `WEB_ADDRESS`. With
//! `GATEWAY_KEY`, other programs that know the key can look at the orders below `/gateway`.

mod gateway;
mod page;
mod routes;
mod workflow;

use std::io::{self, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use durable::client::ClientService;
use durable::prelude::*;
use durable::web::{Events, axum};
use durable_examples::Server;
use tokio::net::TcpListener;

#[durable::main]
async fn main() -> durable::Result<()> {
    let _telemetry = durable::telemetry::init()?;
    match std::env::args().nth(1).as_deref() {
        Some("worker") => Workers::new(&Client::from_env().await?).run().await,
        Some("web") => serve(Client::builder()).await,
        _ => everything().await,
    }
}

/// Runs the server if there is none, the worker as a process of its own, and the web service.
async fn everything() -> durable::Result<()> {
    let server = Server::find().await?;
    let address = server.client().address().to_owned();
    let worker = Worker::start(&address);
    serve(Client::builder().address(address)).await?;
    drop(worker);
    server.end().await
}

/// Serves the page and the orders until Ctrl-C or SIGTERM.
async fn serve(builder: durable::client::ClientBuilder) -> durable::Result<()> {
    let temporal = ClientService::new(builder).connect_limit(Duration::from_secs(5));
    let events = Events::new().max_streams(500);
    let mut app = routes::router(&temporal, &events);
    if let Ok(key) = std::env::var("GATEWAY_KEY") {
        let gateway =
            gateway::routes(&temporal.client().await?, key).expect("its settings are valid");
        app = app.nest("/gateway", gateway);
    }
    let address = std::env::var("WEB_ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(&address).await.expect("the address of the page is free");
    println!("the shop is at http://{}", listener.local_addr().expect("it is bound"));
    io::stdout().flush().expect("it can be written");
    let stopping = async move {
        stop().await;
        // Open streams would otherwise hold the service up.
        events.close();
    };
    axum::serve(listener, app).with_graceful_shutdown(stopping).await.expect("it serves");
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
async fn stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut term = signal(SignalKind::terminate()).expect("signals can be received");
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = term.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.expect("signals can be received");
}

/// The worker's process.
struct Worker(Child);

impl Worker {
    fn start(address: &str) -> Self {
        let this = std::env::current_exe().expect("this program has a path");
        let mut command = Command::new(this);
        command.arg("worker").env("TEMPORAL_ADDRESS", address).stdin(Stdio::null());
        Self(command.spawn().expect("this program can be started again"))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Its activities are short, and at least once.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
