//! Web services on the real server: requests over HTTP, and everything that they are answered with.

mod app;
mod events;
mod health;
mod orders;
mod patterns;
mod problems;

use durable::client::ClientService;
use durable::web::Events;
use durable::web::axum::{self, Router};
use durable::worker::RunningWorkers;
use durable::{Client, Workers};
use durable_tests::http::Http;
use durable_tests::{Shared, unique};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;

/// Serves an application on a free port, until the runtime of the test ends.
async fn serve(app: Router) -> Http {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move { axum::serve(listener, app).await });
    Http::new(&address)
}

/// A service of the dev server's address, which isn't connected yet.
fn temporal() -> ClientService {
    ClientService::new(Client::builder().address(Shared::get().address()))
}

/// Serves the application with these streams.
async fn service_with(events: Events) -> Http {
    serve(app::router(temporal(), events)).await
}

async fn service() -> Http {
    service_with(Events::new()).await
}

/// The workers of the orders, which outlive the test that starts them: those of a test that ends would take tasks of
/// the other tests with them.
async fn workers() -> &'static RunningWorkers {
    static WORKERS: OnceCell<RunningWorkers> = OnceCell::const_new();
    let start = || async {
        let runtime = tokio::task::spawn_blocking(|| Shared::get().runtime()).await;
        let started = runtime.expect("it runs").spawn(async {
            let client = durable_tests::client().await;
            Workers::new(&client).queues(["web-orders"]).start().await.expect("they start")
        });
        started.await.expect("it runs")
    };
    WORKERS.get_or_init(start).await
}

/// A new order with one item, and the id of its workflow.
fn order(price: f64) -> (Value, String) {
    let id = unique("order");
    let workflow_id = format!("web-order-{id}");
    (json!({ "id": id, "items": [{ "name": "a chair", "price": price }] }), workflow_id)
}
