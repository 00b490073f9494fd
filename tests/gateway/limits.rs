//! The bounds of waits.

use std::net::SocketAddr;
use std::time::Duration;

use durable::web::gateway::gateway;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::http::{Answered, Asked};
use crate::operations::basket;
use crate::{open, serve};

/// Waits for a result until all places are taken, and returns the wait with the refusal of another one.
async fn occupied(to: SocketAddr, path: &str) -> (JoinHandle<Answered>, Answered) {
    loop {
        let waiting = tokio::spawn(Asked::get(path).send(to));
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if waiting.is_finished() {
                break;
            }
            let other = Asked::get(&format!("{path}?wait=1ms")).send(to).await;
            if other.status != 202 {
                return (waiting, other);
            }
        }
    }
}

#[tokio::test]
async fn more_waits_than_allowed_are_refused_at_once() {
    let to = serve(gateway().without_authorization().max_waits(1)).await;
    let id = basket(to).await;
    let at = |rest: &str| format!("/workflows/Basket/{id}{rest}");
    let (waiting, busy) = occupied(to, &at("/result")).await;
    assert_eq!(busy.header("retry-after"), Some("1"));
    busy.is_problem(503, "too-many-waits");
    for path in ["/execute/Echo", &at("/query/limit"), &at("/update/wait_for_end")] {
        let body =
            if path.starts_with("/execute") { json!({ "inputs": ["x"] }) } else { json!({}) };
        Asked::post(path, &body).send(to).await.is_problem(503, "too-many-waits");
    }
    // What doesn't wait goes on.
    Asked::get(&at("")).send(to).await.is(200);
    Asked::post(&at("/signal/close"), &json!({})).send(to).await.is(202);
    waiting.await.expect("it ends").is(200);
    Asked::get(&at("/result")).send(to).await.is(200);
}

#[tokio::test]
async fn a_caller_that_goes_away_frees_its_place() {
    let to = serve(gateway().without_authorization().max_waits(1)).await;
    let id = basket(to).await;
    let path = format!("/workflows/Basket/{id}/result");
    let (waiting, _) = occupied(to, &path).await;
    waiting.abort();
    while Asked::get(&format!("{path}?wait=1ms")).send(to).await.status != 202 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn no_caller_waits_longer_than_the_limit() {
    let to = serve(gateway().without_authorization().longest_wait(Duration::from_millis(50))).await;
    let id = basket(to).await;
    for wait in ["", "?wait=1h"] {
        let path = format!("/workflows/Basket/{id}/result{wait}");
        Asked::get(&path).send(to).await.is(202);
    }
}

#[tokio::test]
async fn calls_that_no_worker_answers_end() {
    let to = open().await;
    let id = Asked::post("/start/Unserved", &json!({})).send(to).await.is(201);
    let id = id["workflow_id"].as_str().expect("it has an id").to_owned();
    let at = |rest: &str| format!("/workflows/Unserved/{id}{rest}");
    let query = Asked::post(&at("/query/state_of_it?wait=50ms"), &json!({})).send(to).await;
    query.is_problem(504, "call-timed-out");
    let update = Asked::post(&at("/update/change?wait=50ms"), &json!({})).send(to).await;
    assert_eq!(update.is(202)["status"], "sent");
    Asked::get(&at("/result?wait=50ms")).send(to).await.is(202);
    Asked::post(&at("/terminate"), &json!({})).send(to).await.is(202);
}
