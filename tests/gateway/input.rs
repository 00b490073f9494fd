//! Paths, parameters and bodies that nobody should send.

use durable_tests::unique;
use serde_json::{Value, json};

use crate::http::Asked;
use crate::open;
use crate::operations::basket;

#[tokio::test]
async fn ids_are_data_and_never_part_of_a_path() {
    let to = open().await;
    // Each is the id in the body, and encoded in a path.
    for (id, encoded) in [
        ("a/b/../c", "a%2Fb%2F..%2Fc"),
        ("100% \"sure\"?#x", "100%25%20%22sure%22%3F%23x"),
        ("täglich ☕", "t%C3%A4glich%20%E2%98%95"),
        ("' OR 1=1 --", "%27%20OR%201%3D1%20--"),
        ("{workflow_type}", "%7Bworkflow_type%7D"),
        ("result", "result"),
    ] {
        let id = format!("{}{id}", unique("id"));
        let body = json!({ "inputs": ["x"], "workflow_id": id });
        let answer = Asked::post("/start/Echo", &body).send(to).await;
        let location = answer.header("location").expect("it has a place").to_owned();
        assert!(location.ends_with(encoded), "{location}");
        answer.is(201);
        let at = location.trim_start_matches("..").to_owned();
        let found = Asked::get(&at).send(to).await.is(200);
        assert_eq!(found["workflow_id"], id);
    }
}

#[tokio::test]
async fn invalid_paths_and_parameters_are_named() {
    let to = open().await;
    let long = "x".repeat(1001);
    for path in [
        "/workflows/Basket/%00",
        "/workflows/Basket/a%0Ab",
        "/workflows/Basket/%C2%85",
        "/workflows/Basket/%FF",
        &format!("/workflows/Basket/{long}"),
    ] {
        Asked::get(path).send(to).await.is_problem(400, "invalid-path");
    }
    let id = basket(to).await;
    for parameters in [
        "run_id=",
        "run_id=%00",
        "run_id=not-a-uuid",
        "run_id=a&run_id=b",
        "wait=5",
        "wait=-1s",
        "wait=9999999s",
        "waiting=5s",
        "wait=5s&wait=6s",
        "%FF=1",
    ] {
        let path = format!("/workflows/Basket/{id}/result?{parameters}");
        Asked::get(&path).send(to).await.is_problem(400, "invalid-parameter");
    }
    for path in
        ["/nothing", "/workflows/Basket", "/workflows/Basket/a/b/c", "/start", "//start/Echo"]
    {
        Asked::get(path).send(to).await.is_problem(404, "unknown-path");
    }
    let wrong = Asked::new("PUT", "/start/Echo").send(to).await;
    assert_eq!(wrong.header("allow"), Some("POST"));
    wrong.is_problem(405, "method-not-allowed");
}

#[tokio::test]
async fn inputs_that_do_not_fit_are_refused_with_their_place() {
    let to = open().await;
    let id = basket(to).await;
    let (start, add) = ("/start/Basket".to_owned(), format!("/workflows/Basket/{id}/signal/add"));
    let (pieces, remove) = (
        format!("/workflows/Basket/{id}/query/pieces"),
        format!("/workflows/Basket/{id}/update/remove"),
    );
    let secret = "a-secret-value";
    for (path, inputs, part) in [
        (&start, json!([]), "got none"),
        (&start, json!([{ "customer": 7 }]), "customer"),
        (&start, json!([{ "customer": "c", "limit": secret }]), "limit"),
        (&start, json!([{ "customer": "c" }, 1]), "got 2"),
        (&start, json!([{ "customer": "" , "limit": -1 }]), "limit"),
        (&add, json!([{ "name": "tea" }]), "pieces"),
        (&add, json!([{ "name": "tea", "pieces": secret }]), "pieces"),
        (&pieces, json!([{ "of": secret }]), "of"),
        (&remove, json!([[secret]]), "name"),
        (&remove, json!([]), "got none"),
    ] {
        let answer = Asked::post(path, &json!({ "inputs": inputs })).send(to).await;
        let problem = answer.is_problem(422, "invalid-input");
        let detail = problem["detail"].as_str().expect("it has a detail");
        assert!(detail.contains(part), "{inputs}: {detail}");
        assert!(!problem.to_string().contains(secret), "{problem}");
    }
}

#[tokio::test]
async fn bodies_that_are_no_request_are_refused_without_their_values() {
    let to = open().await;
    let secret = "a-secret-value";
    for (text, status, code) in [
        ("{", 400, "invalid-json"),
        ("{\"inputs\": [\"a-secret-value\"", 400, "invalid-json"),
        ("{\"inputs\": [], \"inputs\": [\"a-secret-value\"]}", 400, "invalid-json"),
        ("{\"inputs\": [{\"a-secret-value\": 1, \"a-secret-value\": 2}]}", 400, "invalid-json"),
        ("[]", 422, "invalid-input"),
        ("\"a-secret-value\"", 422, "invalid-input"),
        ("{\"inputs\": {}}", 422, "invalid-input"),
        ("{\"a-secret-value\": 1}", 422, "invalid-input"),
        ("{\"workflow_id\": 7}", 422, "invalid-input"),
        ("{\"workflow_id\": \"\"}", 422, "invalid-input"),
        ("{\"workflow_id\": \"a\\u0000b\"}", 422, "invalid-input"),
        ("{\"start_delay\": \"soon a-secret-value\"}", 422, "invalid-input"),
        ("{\"execution_timeout\": 5}", 422, "invalid-input"),
        ("{\"summary\": [\"a-secret-value\"]}", 422, "invalid-input"),
        ("", 422, "invalid-input"),
    ] {
        let answer = Asked::new("POST", "/start/Echo").json(text).send(to).await;
        let problem = answer.is_problem(status, code);
        assert!(!problem.to_string().contains(secret), "{text}: {problem}");
    }
    let deep = format!("{{\"inputs\": {}1{}}}", "[".repeat(5000), "]".repeat(5000));
    Asked::new("POST", "/start/Echo").json(&deep).send(to).await.is_problem(400, "invalid-json");
    let binary = Asked::new("POST", "/start/Echo").body(b"\xff\xfe");
    let binary = binary.header("Content-Type", "application/json").send(to).await;
    binary.is_problem(400, "invalid-json");
}

#[tokio::test]
async fn what_the_options_of_a_start_say_is_done() {
    let to = open().await;
    let id = unique("options");
    let body = json!({
        "inputs": ["x"],
        "workflow_id": id,
        "start_delay": "1h",
        "execution_timeout": "2h",
        "summary": "one line",
    });
    Asked::post("/start/Echo", &body).send(to).await.is(201);
    let described = Asked::get(&format!("/workflows/Echo/{id}")).send(to).await.is(200);
    assert_eq!(described["status"], "running");
    assert_ne!(described["expires_at"], Value::Null);
    let delayed = json!({
        "inputs": [{ "customer": unique("delayed") }],
        "start_delay": "1h",
    });
    let delayed = Asked::post("/start/Basket", &delayed).send(to).await.is(201);
    let delayed = format!("/workflows/Basket/{}", delayed["workflow_id"].as_str().expect("an id"));
    let query = Asked::post(&format!("{delayed}/query/limit"), &json!({})).send(to).await;
    query.is_problem(409, "wrong-state");
    Asked::post(&format!("{delayed}/terminate"), &json!({})).send(to).await.is(202);
    let described = crate::client().await.workflow(&id).describe().await.expect("it is there");
    assert_eq!(described.static_summary(), Some("one line"));
    Asked::post(&format!("/workflows/Echo/{id}/terminate"), &json!({})).send(to).await.is(202);
}
