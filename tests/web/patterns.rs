//! The usual ways to use a workflow from a handler.

use std::sync::Arc;
use std::time::Duration;

use durable::prelude::*;
use durable::web::axum::Router;
use durable::web::axum::extract::{Extension, Path, State};
use durable::web::axum::http::Method;
use durable::web::axum::routing::get;
use durable_tests::unique;
use tokio::sync::Notify;

use crate::app::WebOrder;
use crate::{order, serve, service, workers};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_started_asked_approved_and_waited_for() {
    let (http, _workers) = (service().await, workers().await);
    let (body, id) = order(250.0);
    let started = http.post("/orders", &body).await;
    assert_eq!(started.status, 202, "{started:?}");
    assert_eq!(started.json()["workflow_id"], *id);
    assert!(started.json()["run_id"].is_string(), "{started:?}");
    assert_eq!(started.header("location"), format!("/orders/{id}"));
    durable_tests::eventually("the stage", || async {
        let stage = http.get(&format!("/orders/{id}")).await;
        (stage.status == 200 && stage.json() == "waits for approval").then_some(())
    })
    .await;
    let approved = http.post(&format!("/orders/{id}/approve"), &().into()).await;
    assert_eq!(approved.status, 202);
    let result = http.get(&format!("/orders/{id}/result")).await;
    assert_eq!((result.status.as_u16(), result.json()), (200, 250.0.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_executed_within_the_request() {
    let (http, _workers) = (service().await, workers().await);
    let executed = http.post("/orders/execute", &order(12.5).0).await;
    assert_eq!((executed.status.as_u16(), executed.json()), (200, 12.5.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_that_takes_too_long_is_504_with_the_id_and_goes_on() {
    let (http, _workers) = (service().await, workers().await);
    let (body, id) = order(100.0);
    let late = http.post("/orders/execute?ms=200", &body).await;
    assert_eq!(late.status, 504, "{late:?}");
    assert_eq!(late.json()["code"], "no-result-yet");
    assert_eq!(late.json()["workflow_id"], *id);
    http.post(&format!("/orders/{id}/approve"), &().into()).await;
    assert_eq!(http.get(&format!("/orders/{id}/result")).await.json(), 100.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_order_starts_later() {
    let (http, _workers) = (service().await, workers().await);
    let (body, id) = order(7.0);
    let scheduled = http.post("/orders/schedule?ms=3600000", &body).await;
    assert_eq!(scheduled.status, 202, "{scheduled:?}");
    let client = durable_tests::client().await;
    let described = client.workflow(&id).describe().await.expect("it is there");
    let wait = described.execution_time().expect("it has one");
    assert!(wait > std::time::SystemTime::now() + Duration::from_secs(3000), "{wait:?}");
    client.workflow(&id).terminate("the test is done").await.expect("it ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_when_the_http_client_goes_away() {
    struct Dropped(Arc<Notify>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }

    async fn wait(
        State(client): State<Client>,
        Extension((begun, dropped)): Extension<(Arc<Notify>, Arc<Notify>)>,
        Path(id): Path<String>,
    ) -> durable::Result<String> {
        let _dropped = Dropped(dropped);
        begun.notify_one();
        let order = WebOrder::handle(&client, id);
        Ok(order.result_within(Duration::from_secs(3600)).await?.to_string())
    }

    // Without a worker it never ends.
    let client = durable_tests::client().await;
    let id = unique("never");
    let never = client.start("WebOrder", unique("nobody"), serde_json::json!(1)).id(&id);
    let never = never.await.expect("it starts");
    let (begun, dropped) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let app = Router::new()
        .route("/{id}", get(wait))
        .layer(Extension((Arc::clone(&begun), Arc::clone(&dropped))))
        .with_state(client);
    let http = serve(app).await;
    let path = format!("/{id}");
    let request = http.send(Method::GET, &path, &[], String::new());
    tokio::select! {
        answer = request => panic!("{answer:?}"),
        () = begun.notified() => {}
    }
    let ended = tokio::time::timeout(Duration::from_secs(20), dropped.notified()).await;
    assert!(ended.is_ok(), "the handler goes on");
    never.terminate("the test is done").await.expect("it ends");
}
