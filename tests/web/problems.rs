//! Errors as answers: status, code, and nothing that a caller must not see.

use std::time::Duration;

use durable::client::ClientService;
use durable::error::ConnectionError;
use durable::prelude::*;
use durable::web::axum::http::{Method, StatusCode};
use durable::web::axum::response::IntoResponse as _;
use durable::web::{Events, Problem};
use durable_tests::http::{Answer, Http};
use durable_tests::{Gate, unique};
use serde_json::{Value, json};

use crate::{app, order, serve, service, workers};

/// Checks the form of a problem.
#[track_caller]
fn assert_problem(answer: &Answer, status: u16, code: &str) {
    let body = answer.json();
    assert_eq!((answer.status.as_u16(), &body["code"]), (status, &code.into()), "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(body["type"], format!("urn:durable:problem:{code}"));
    assert_eq!(body["status"], status);
    assert!(body["title"].is_string() && body["detail"].is_string(), "{answer:?}");
    assert!(!answer.body.contains("SECRET"), "{answer:?}");
    assert!(!answer.body.contains("127.0.0.1"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_is_409_with_the_run_id() {
    let (http, _workers) = (service().await, workers().await);
    let (body, id) = order(100.0);
    let first = http.post("/orders", &body).await;
    let second = http.post("/orders", &body).await;
    assert_problem(&second, 409, "already-started");
    assert_eq!(second.json()["workflow_id"], *id);
    assert_eq!(second.json()["run_id"], first.json()["run_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_workflow_is_404_whatever_is_asked() {
    let http = service().await;
    let id = unique("nobody");
    for path in ["", "/result", "/events"] {
        let answer = http.get(&format!("/orders/{id}{path}")).await;
        assert_problem(&answer, 404, "not-found");
        assert_eq!(answer.json()["workflow_id"], *id);
    }
    assert_problem(
        &http.post(&format!("/orders/{id}/approve"), &().into()).await,
        404,
        "not-found",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_fit_is_answered_with_its_place_and_without_its_value() {
    let http = service().await;
    let item = |price: Value| json!({ "id": "7", "items": [{ "name": "SECRET", "price": price }] });
    let deep = "[".repeat(500) + &"]".repeat(500);
    // With the quotes it is just above the limit. Of a much larger body a part would be unread when the
    // server closes the connection, and the client could see a reset before it reads the answer.
    let large = format!("\"{}\"", "x".repeat(2 << 20));
    let json = "application/json";
    let cases = [
        (json, item(json!("SECRET")).to_string(), 422, "invalid-input", Some("items[0].price")),
        (json, json!({ "id": "SECRET" }).to_string(), 422, "invalid-input", None),
        (json, json!(["SECRET"]).to_string(), 422, "invalid-input", None),
        (json, "null".to_owned(), 422, "invalid-input", None),
        (json, deep, 422, "invalid-input", None),
        ("application/order+json; charset=utf-8", "7".to_owned(), 422, "invalid-input", None),
        (json, r#"{"id": SECRET"#.to_owned(), 400, "invalid-json", None),
        (json, String::new(), 400, "invalid-json", None),
        (json, large, 413, "too-large", None),
        ("text/plain", "{}".to_owned(), 415, "not-json", None),
        ("", "{}".to_owned(), 415, "not-json", None),
    ];
    for (kind, body, status, code, path) in cases {
        let headers = [("content-type", kind)];
        let answer = http.send(Method::POST, "/orders", &headers, body).await;
        let answer = answer.expect("the server answers");
        assert_problem(&answer, status, code);
        assert_eq!(answer.json().get("path").and_then(Value::as_str), path, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_workflow_is_409_with_the_type_of_its_error_and_without_its_message() {
    let (http, _workers) = (service().await, workers().await);
    let (body, id) = order(-1.0);
    let failed = http.post("/orders/execute", &body).await;
    assert_problem(&failed, 409, "workflow-failed");
    assert_eq!(failed.json()["error_type"], "NegativePrice");
    assert_problem(
        &http.post(&format!("/orders/{id}/approve"), &().into()).await,
        404,
        "not-found",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn workflows_that_others_have_ended_are_409_each_with_its_code() {
    let (http, _workers) = (service().await, workers().await);
    let client = durable_tests::client().await;
    for (code, cancel) in [("workflow-cancelled", true), ("workflow-terminated", false)] {
        let (body, id) = order(100.0);
        http.post("/orders", &body).await;
        let workflow = client.workflow(&id);
        let ended = if cancel {
            workflow.cancel("SECRET").await
        } else {
            workflow.terminate("SECRET").await
        };
        ended.expect("it is requested");
        assert_problem(&http.get(&format!("/orders/{id}/result")).await, 409, code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_update_is_422_without_the_message_of_the_validator() {
    let (http, _workers) = (service().await, workers().await);
    let (body, id) = order(100.0);
    http.post("/orders", &body).await;
    let rejected = http.post(&format!("/orders/{id}/rename"), &json!("")).await;
    assert_problem(&rejected, 422, "update-failed");
    assert_eq!(rejected.json()["update"], "rename");
    let renamed = http.post(&format!("/orders/{id}/rename"), &json!("packed")).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_too_long_is_422() {
    let http = service().await;
    let body = json!({ "id": "x".repeat(2000), "items": [] });
    assert_problem(&http.post("/orders", &body).await, 422, "invalid-options");
}

/// Serves the application with a client of another server.
async fn service_of(builder: durable::client::ClientBuilder) -> Http {
    let temporal = ClientService::new(builder).connect_limit(Duration::from_millis(100));
    serve(app::router(temporal, Events::new())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_503_with_a_time_to_come_back() {
    let http = service_of(Client::builder().address("127.0.0.1:1")).await;
    let away = http.post("/orders", &order(1.0).0).await;
    assert_problem(&away, 503, "unreachable");
    assert_eq!(away.header("retry-after"), "5");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_the_program_is_502_without_the_key() {
    let gate = Gate::start("the right key").await;
    let builder = Client::builder().address(gate.address()).without_tls().api_key("SECRET-key");
    let refused = service_of(builder).await.post("/orders", &order(1.0).0).await;
    assert_problem(&refused, 502, "upstream-unauthenticated");
    assert_eq!(refused.header("retry-after"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn something_else_than_a_server_is_502() {
    let other = service().await;
    let builder = Client::builder().address(other.address()).without_tls();
    let answer = service_of(builder).await.post("/orders", &order(1.0).0).await;
    assert!(matches!(answer.status.as_u16(), 502 | 503), "{answer:?}");
    assert!(!answer.body.contains("127.0.0.1"), "{answer:?}");
}

#[tokio::test]
async fn disabled_temporal_is_503_without_a_time_to_come_back() {
    let disabled =
        durable::Error::from(ConnectionError::Disabled { by: "/srv/SECRET.yaml:3".to_owned() });
    let response = disabled.into_response();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().get("retry-after").is_none());
}

#[test]
fn a_problem_of_the_program_has_its_own_members_and_keeps_the_standard_ones() {
    let problem = Problem::new(StatusCode::CONFLICT, "The item is sold out")
        .type_uri("https://shop.example/problems/sold-out")
        .with("item", 6)
        .with("item", 7)
        .with("status", 200)
        .retry_after(Duration::from_millis(10));
    let body = json!({
        "type": "https://shop.example/problems/sold-out",
        "title": "The item is sold out",
        "status": 409,
        "item": 7,
    });
    assert_eq!(serde_json::to_value(&problem).expect("it is JSON"), body);
    assert_eq!(problem.into_response().headers()["retry-after"], "1");
}
