//! Every operation, done well and refused.

use std::net::SocketAddr;

use durable::web::gateway::{Operation, gateway};
use durable_tests::unique;
use serde_json::{Value, json};

use crate::flows::Basket;
use crate::http::Asked;
use crate::{guarded, open, serve};

/// Starts a basket, and returns its id.
pub(crate) async fn basket(to: SocketAddr) -> String {
    let customer = unique("customer");
    let body = json!({ "inputs": [{ "customer": customer }] });
    let started = Asked::post("/start/Basket", &body).bearer("all").send(to).await.is(201);
    assert_eq!(started["workflow_id"], format!("basket-{customer}"));
    format!("basket-{customer}")
}

fn item(name: &str, pieces: u32) -> Value {
    json!({ "inputs": [{ "name": name, "pieces": pieces }] })
}

#[tokio::test]
async fn a_workflow_is_started_changed_followed_and_ended() {
    let to = open().await;
    let id = basket(to).await;
    let at = |rest: &str| format!("/workflows/Basket/{id}{rest}");
    let described = Asked::get(&at("")).send(to).await.is(200);
    assert_eq!(described["status"], "running");
    assert_eq!(described["task_queue"], "gateway");
    let pending = Asked::get(&at("/result?wait=1ms")).send(to).await;
    assert_eq!(pending.header("retry-after"), Some("1"));
    assert_eq!(pending.is(202)["status"], "running");
    for (name, pieces) in [("tea", 2), ("cup", 3)] {
        Asked::post(&at("/signal/add"), &item(name, pieces)).send(to).await.is(202);
    }
    let pieces = Asked::post(&at("/query/pieces"), &json!({})).send(to).await.is(200);
    assert_eq!(pieces["output"], 5);
    let of_tea = json!({ "inputs": ["tea"] });
    let pieces = Asked::post(&at("/query/pieces"), &of_tea).send(to).await.is(200);
    assert_eq!(pieces["output"], 2);
    let removed = Asked::post(&at("/update/remove"), &of_tea).send(to).await.is(200);
    assert_eq!(removed["output"], 2);
    let refused = Asked::post(&at("/update/remove"), &of_tea).send(to).await;
    let problem = refused.is_problem(422, "update-failed");
    assert!(!problem.to_string().contains("no such item"), "{problem}");
    let waits = Asked::post(&at("/update/wait_for_end?wait=50ms"), &json!({})).send(to).await;
    let waits = waits.is(202);
    assert_eq!(waits["status"], "sent");
    Asked::post(&at("/signal/close"), &json!({})).send(to).await.is(202);
    let result = Asked::get(&at("/result")).send(to).await.is(200);
    assert_eq!(result["output"], json!([{ "name": "cup", "pieces": 3 }]));
    let described = Asked::get(&at("")).send(to).await.is(200);
    assert_eq!(described["status"], "completed");
    let late = Asked::post(&at("/signal/close"), &json!({})).send(to).await;
    late.is_problem(404, "not-found");
}

#[tokio::test]
async fn the_output_of_an_update_is_asked_for_by_its_id_and_handler() {
    let to = open().await;
    let id = basket(to).await;
    let at = |rest: &str| format!("/workflows/Basket/{id}{rest}");
    let sent = Asked::post(&at("/update/wait_for_end?wait=1s"), &json!({})).send(to).await.is(202);
    let update = sent["update_id"].as_str().expect("it has an id").to_owned();
    Asked::post(&at("/signal/add"), &item("tea", 1)).send(to).await.is(202);
    let pending = Asked::get(&at(&format!("/update/wait_for_end/{update}?wait=10ms")));
    pending.send(to).await.is(202);
    let other = Asked::get(&at(&format!("/update/remove/{update}"))).send(to).await;
    other.is_problem(404, "update-not-found");
    let unknown = Asked::get(&at("/update/wait_for_end/wait_for_end.7")).send(to).await;
    unknown.is_problem(404, "update-not-found");
    let waiting = Asked::get(&at(&format!("/update/wait_for_end/{update}"))).send(to);
    let closing = Asked::post(&at("/signal/close"), &json!({})).send(to);
    let (waited, _) = tokio::join!(waiting, closing);
    assert!([200, 422].contains(&waited.status), "the update ends with the run: {waited:?}");
}

#[tokio::test]
async fn an_executed_workflow_returns_its_output_or_its_place() {
    let to = open().await;
    let body = json!({ "inputs": ["ab", 3] });
    let answer = Asked::post("/execute/Echo", &body).send(to).await;
    let location = answer.header("location").expect("it has a place").to_owned();
    let done = answer.is(200);
    assert_eq!(done["output"], "ababab");
    assert_eq!(location, format!("../workflows/Echo/{}", done["workflow_id"].as_str().unwrap()));
    let at = location.trim_start_matches("..");
    assert_eq!(Asked::get(&format!("{at}/result")).send(to).await.is(200)["output"], "ababab");
    let customer = json!({ "inputs": [{ "customer": unique("slow") }] });
    let slow = Asked::post("/execute/Basket?wait=20ms", &customer).send(to).await.is(202);
    assert_eq!(slow["status"], "running");
    let failed = Asked::post("/execute/Fails", &json!({})).send(to).await;
    let problem = failed.is_problem(409, "workflow-failed");
    assert!(!problem.to_string().contains("secret"), "{problem}");
}

#[tokio::test]
async fn a_second_start_of_an_id_is_a_conflict() {
    let to = open().await;
    let customer = json!({ "inputs": [{ "customer": unique("twice") }] });
    let first = Asked::post("/start/Basket", &customer).send(to).await.is(201);
    let second = Asked::post("/start/Basket", &customer).send(to).await;
    let problem = second.is_problem(409, "already-started");
    assert_eq!(problem["run_id"], first["run_id"]);
}

#[tokio::test]
async fn workflows_are_cancelled_and_terminated() {
    let to = open().await;
    for (end, code) in [("cancel", "workflow-cancelled"), ("terminate", "workflow-terminated")] {
        let id = basket(to).await;
        let at = |rest: &str| format!("/workflows/Basket/{id}{rest}");
        let reason = json!({ "reason": "a test" });
        Asked::post(&at(&format!("/{end}")), &reason).send(to).await.is(202);
        Asked::get(&at("/result")).send(to).await.is_problem(409, code);
        let late = Asked::post(&at("/terminate"), &reason).send(to).await;
        late.is_problem(404, "not-found");
    }
}

/// A request of each operation on an existing basket and schedule, with the status of a success.
pub(crate) fn requests(id: &str, schedule: &str) -> Vec<(Operation, &'static str, String, u16)> {
    let workflow = |rest: &str| format!("/workflows/Basket/{id}{rest}");
    let of_schedule = |rest: &str| format!("/schedules/Basket/{schedule}{rest}");
    vec![
        (Operation::Describe, "GET", workflow(""), 200),
        (Operation::Result, "GET", workflow("/result?wait=1ms"), 202),
        (Operation::Signal, "POST", workflow("/signal/add"), 202),
        (Operation::Query, "POST", workflow("/query/limit"), 200),
        (Operation::Update, "POST", workflow("/update/wait_for_end?wait=1ms"), 202),
        (Operation::List, "GET", "/workflows?type=Basket".to_owned(), 200),
        (Operation::CreateSchedule, "POST", of_schedule("-new"), 201),
        (Operation::ListSchedules, "GET", "/schedules?type=Basket".to_owned(), 200),
        (Operation::DescribeSchedule, "GET", of_schedule(""), 200),
        (Operation::PauseSchedule, "POST", of_schedule("/pause"), 200),
        (Operation::UnpauseSchedule, "POST", of_schedule("/unpause"), 200),
        (Operation::TriggerSchedule, "POST", of_schedule("/trigger"), 202),
        (Operation::DeleteSchedule, "DELETE", of_schedule(""), 200),
        (Operation::Cancel, "POST", workflow("/cancel"), 202),
        (Operation::Terminate, "POST", workflow("/terminate"), 202),
        (Operation::Start, "POST", "/start/Basket".to_owned(), 201),
        (Operation::Execute, "POST", "/execute/Basket?wait=1ms".to_owned(), 202),
    ]
}

/// The body of a request that succeeds.
pub(crate) fn body(operation: Operation) -> Value {
    match operation {
        Operation::Signal => item("tea", 1),
        Operation::Start | Operation::Execute => {
            json!({ "inputs": [{ "customer": unique("table") }] })
        }
        Operation::CreateSchedule => {
            json!({ "inputs": [{ "customer": unique("table") }], "manual": true })
        }
        _ => json!({}),
    }
}

fn request(operation: Operation, method: &str, path: &str) -> Asked {
    let asked = Asked::new(method, path);
    if method == "POST" { asked.json(&body(operation).to_string()) } else { asked }
}

/// A basket and a schedule.
async fn existing(to: SocketAddr) -> (String, String) {
    let (id, schedule) = (basket(to).await, unique("schedule"));
    let path = format!("/schedules/Basket/{schedule}");
    let body = body(Operation::CreateSchedule);
    Asked::post(&path, &body).bearer("all").send(to).await.is(201);
    (id, schedule)
}

#[tokio::test]
async fn every_operation_is_refused_unless_all_agree_and_then_done() {
    let to = guarded().await;
    let (id, schedule) = existing(to).await;
    let nothing = serve(gateway().without_authorization().allow::<Basket>([])).await;
    let other = serve(gateway().without_authorization().allow_type("Echo", Operation::ALL)).await;
    let small = serve(gateway().without_authorization().body_limit(1)).await;
    for (operation, method, path, _) in requests(&id, &schedule) {
        let asked = || request(operation, method, &path);
        let anonymous = asked().send(to).await;
        assert_eq!(anonymous.header("www-authenticate"), Some("Bearer"), "{operation:?}");
        anonymous.is_problem(401, "unauthenticated");
        asked().bearer("none").send(to).await.is_problem(403, "forbidden");
        asked().bearer("panics").send(to).await.is_problem(500, "authorization-failed");
        asked().send(nothing).await.is_problem(403, "forbidden");
        asked().send(other).await.is_problem(404, "unknown-workflow-type");
        let unregistered = path.replace("Basket", "Nothing");
        let unregistered = request(operation, method, &unregistered).bearer("all").send(to).await;
        unregistered.is_problem(404, "unknown-workflow-type");
        if method == "POST" {
            asked().send(small).await.is_problem(413, "too-large");
            let broken = Asked::new(method, &path).json("{\"inputs\": [").bearer("all");
            broken.send(to).await.is_problem(400, "invalid-json");
            let form = Asked::new(method, &path).body(b"{}").header("Content-Type", "text/plain");
            form.bearer("all").send(to).await.is_problem(415, "not-json");
            let typo = Asked::post(&path, &json!({ "inptus": [] })).bearer("all").send(to).await;
            typo.is_problem(422, "invalid-input");
        }
    }
    for (operation, method, mut path, status) in requests(&id, &schedule) {
        if operation == Operation::Terminate {
            // The first basket ends when it is cancelled.
            path = path.replace(&id, &basket(to).await);
        }
        request(operation, method, &path).bearer("all").send(to).await.is(status);
    }
}
