//! Requests that are sent again with the same key.

use durable_tests::unique;
use serde_json::json;

use crate::http::Asked;
use crate::operations::basket;
use crate::{guarded, open};

#[tokio::test]
async fn concurrent_starts_with_one_key_start_one_workflow() {
    // Two gateways stand for two processes: they share nothing but the server.
    let gateways = [open().await, open().await];
    let bodies = [
        ("/start/Echo", json!({ "inputs": ["x"] })),
        ("/start/Basket", json!({ "inputs": [{ "customer": unique("once") }] })),
        ("/start/Echo", json!({ "inputs": ["x"], "workflow_id": unique("given") })),
    ];
    for (path, body) in bodies {
        let key = unique("key");
        let sent = (0..8).map(|number| {
            Asked::post(path, &body).key(&key).send(gateways[number % gateways.len()])
        });
        let answers = futures_util::future::join_all(sent).await;
        let fresh = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(fresh, 1, "{path}: {answers:?}");
        let mut runs: Vec<_> = answers
            .into_iter()
            .map(|answer| {
                let replayed = answer.header("idempotency-replayed") == Some("true");
                assert_eq!(replayed, answer.status == 200, "{answer:?}");
                answer.json()["run_id"].to_string()
            })
            .collect();
        runs.sort();
        runs.dedup();
        assert_eq!(runs.len(), 1, "{path}: {runs:?}");
    }
}

#[tokio::test]
async fn a_key_holds_after_the_workflow_has_ended() {
    let (to, other) = (open().await, open().await);
    let key = unique("key");
    let body = json!({ "inputs": ["x"] });
    let first = Asked::post("/execute/Echo", &body).key(&key).send(to).await.is(200);
    let again = Asked::post("/execute/Echo", &body).key(&key).send(other).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.is(200)["run_id"], first["run_id"]);
}

#[tokio::test]
async fn a_key_with_another_request_is_refused() {
    let (to, other) = (open().await, open().await);
    for (path, first, second) in [
        ("/start/Echo", json!({ "inputs": ["a"] }), json!({ "inputs": ["b"] })),
        (
            "/start/Basket",
            json!({ "inputs": [{ "customer": unique("reused") }] }),
            json!({ "inputs": [{ "customer": unique("reused") }] }),
        ),
    ] {
        let key = unique("key");
        Asked::post(path, &first).key(&key).send(to).await.is(201);
        let reused = Asked::post(path, &second).key(&key).send(to).await;
        reused.is_problem(422, "idempotency-key-reused");
    }
    // Another process notices it by the workflow.
    let key = unique("key");
    Asked::post("/start/Echo", &json!({ "inputs": ["a"] })).key(&key).send(to).await.is(201);
    let reused =
        Asked::post("/start/Echo", &json!({ "inputs": ["b"] })).key(&key).send(other).await;
    reused.is_problem(422, "idempotency-key-reused");
    // The id of a workflow that was started with another key.
    let body = json!({ "inputs": [{ "customer": unique("taken") }] });
    Asked::post("/start/Basket", &body).key(&unique("key")).send(to).await.is(201);
    let taken = Asked::post("/start/Basket", &body).key(&unique("key")).send(to).await;
    taken.is_problem(409, "idempotency-key-in-use");
    // And of one without a key.
    let body = json!({ "inputs": [{ "customer": unique("taken") }] });
    Asked::post("/start/Basket", &body).send(to).await.is(201);
    let taken = Asked::post("/start/Basket", &body).key(&unique("key")).send(to).await;
    taken.is_problem(409, "already-started");
}

#[tokio::test]
async fn keys_of_different_callers_and_types_are_different() {
    let to = guarded().await;
    let key = unique("key");
    let mut ids = Vec::new();
    for caller in ["all", "other"] {
        let body = json!({ "inputs": [caller] });
        let asked = Asked::post("/start/Echo", &body).key(&key).bearer(caller);
        ids.push(asked.send(to).await.is(201)["workflow_id"].to_string());
    }
    Asked::post("/start/Fails", &json!({})).key(&key).bearer("all").send(to).await.is(201);
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn signals_and_updates_with_one_key_are_done_once() {
    let gateways = [open().await, open().await];
    let to = gateways[0];
    let id = basket(to).await;
    let at = |rest: &str| format!("/workflows/Basket/{id}{rest}");
    let item = json!({ "inputs": [{ "name": "tea", "pieces": 2 }] });
    let key = unique("key");
    let sent = (0..6)
        .map(|number| Asked::post(&at("/signal/add"), &item).key(&key).send(gateways[number % 2]));
    for answer in futures_util::future::join_all(sent).await {
        answer.is(202);
    }
    Asked::post(&at("/signal/add"), &item).key(&unique("key")).send(to).await.is(202);
    let pieces = Asked::post(&at("/query/pieces"), &json!({})).send(to).await.is(200);
    assert_eq!(pieces["output"], 4);
    let tea = json!({ "inputs": ["tea"] });
    for gateway in gateways {
        let removed =
            Asked::post(&at("/update/remove"), &tea).key(&key).send(gateway).await.is(200);
        assert_eq!(removed["output"], 2);
    }
    let pieces = Asked::post(&at("/query/pieces"), &json!({})).send(to).await.is(200);
    assert_eq!(pieces["output"], 2, "it was removed once");
    let other = json!({ "inputs": ["cup"] });
    let reused = Asked::post(&at("/update/remove"), &other).key(&key).send(to).await;
    reused.is_problem(422, "idempotency-key-reused");
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let to = open().await;
    let body = json!({ "inputs": ["x"] });
    let long = "k".repeat(256);
    for key in ["", "\"\"", "a b", "a\"b", &long] {
        let answer = Asked::post("/start/Echo", &body).key(key).send(to).await;
        answer.is_problem(400, "invalid-idempotency-key");
    }
    let twice = Asked::post("/start/Echo", &body).key("a").key("b").send(to).await;
    twice.is_problem(400, "invalid-idempotency-key");
    let key = unique("key");
    Asked::post("/start/Echo", &body).key(&key).send(to).await.is(201);
    let quoted = Asked::post("/start/Echo", &body).key(&format!("\"{key}\"")).send(to).await;
    assert_eq!(quoted.status, 200, "the quotes of the draft are no part of the key");
}
