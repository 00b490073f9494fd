//! The probes of a web service.

use durable::client::ClientService;
use durable::prelude::*;
use durable::web;
use durable::web::axum::Router;
use durable::worker::WorkerOptions;
use durable_tests::http::Http;
use durable_tests::unique;

use crate::{serve, temporal};

async fn probed(temporal: &ClientService) -> Http {
    serve(Router::new().merge(web::health(temporal))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_ready_when_the_server_answers() {
    let http = probed(&temporal()).await;
    durable_tests::eventually("readiness", || async {
        (http.get("/readyz").await.status == 200).then_some(())
    })
    .await;
    let ready = http.get("/readyz").await.json();
    assert_eq!((&ready["ready"], &ready["enabled"]), (&true.into(), &true.into()), "{ready}");
    assert_eq!(http.get("/livez").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_a_server_lives_and_is_not_ready_and_tells_no_address() {
    let away = ClientService::new(Client::builder().address("127.0.0.1:1"));
    let http = probed(&away).await;
    let ready = http.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert_eq!(ready.json()["ready"], false);
    assert_eq!(ready.json()["reasons"].as_array().map(Vec::len), Some(1), "{ready:?}");
    assert!(!ready.body.contains("127.0.0.1"), "{ready:?}");
    assert_eq!(http.get("/livez").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_with_workers_is_ready_as_long_as_they_run() {
    let client = durable_tests::client().await;
    // The queue itself is that of the other tests.
    let renamed = |options: &mut WorkerOptions| options.task_queue = unique("web-health");
    let workers = Workers::new(&client).queues(["web-orders"]).worker_options(renamed);
    let workers = workers.start().await.expect("they start");
    let routes = web::health_with_workers(&temporal(), &workers.health());
    let http = serve(Router::new().merge(routes)).await;
    workers.health().running().await;
    durable_tests::eventually("readiness", || async {
        (http.get("/readyz").await.status == 200).then_some(())
    })
    .await;
    workers.shutdown().await.expect("they stop");
    let ready = http.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("queue `web-orders` is stopped"), "{ready:?}");
    assert_eq!(http.get("/livez").await.status, 200, "a stop is no reason to be killed");
}
