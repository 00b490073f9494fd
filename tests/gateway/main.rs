//! The gateway, as strangers see it: over HTTP, on a real server with real workers.

mod access;
mod api_tester;
mod document;
mod flows;
mod http;
mod idempotency;
mod input;
mod limits;
mod lists;
mod operations;
#[cfg(unix)]
mod page;
mod schedules;

use std::net::SocketAddr;
use std::sync::OnceLock;

use durable::Client;
use durable::web::axum::Router;
use durable::web::gateway::{Access, Caller, Denied, Gateway, gateway};
use durable::worker::{RunningWorkers, Workers};
use durable_tests::Shared;

/// A client of the server, with the workers of this binary running.
async fn client() -> Client {
    static WORKERS: OnceLock<RunningWorkers> = OnceLock::new();
    let started = tokio::task::spawn_blocking(|| {
        let shared = Shared::get();
        WORKERS.get_or_init(|| {
            shared.runtime().block_on(async {
                let client = durable_tests::client().await;
                // Nobody serves the queue of the workflow that waits for a worker.
                let workers = Workers::new(&client).queues(["gateway", "gateway-hidden"]);
                workers.start().await.expect("the workers start")
            })
        });
    });
    started.await.expect("the server and the workers start");
    durable_tests::client().await
}

/// Serves a gateway below `/gateway`, on a free port, until the test ends.
async fn serve(gateway: Gateway) -> SocketAddr {
    let router = gateway.router(&client().await).expect("the gateway is valid");
    let app = Router::new().nest("/gateway", router);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { durable::web::axum::serve(listener, service).await });
    address
}

/// A gateway that everybody may use.
async fn open() -> SocketAddr {
    serve(gateway().without_authorization()).await
}

/// Decides by the token, as the hook of the tests.
async fn decide(access: Access) -> Result<Caller, Denied> {
    let token = access.headers.get("authorization").map(|value| value.to_str().unwrap_or_default());
    match token {
        Some("Bearer all") => Ok(Caller::new("all")),
        Some("Bearer other") => Ok(Caller::new("other")),
        Some("Bearer baskets") if access.workflow_type.as_deref() == Some("Basket") => {
            Ok(Caller::new("baskets"))
        }
        Some("Bearer panics") => panic!("the hook panics"),
        Some(_) => Err(Denied::forbidden("this token may not do this")),
        None => Err(Denied::unauthenticated("send a token")),
    }
}

/// A gateway with the hook of the tests.
async fn guarded() -> SocketAddr {
    serve(gateway().authorize(decide)).await
}
