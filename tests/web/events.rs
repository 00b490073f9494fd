//! Server-sent events that follow a workflow.

use std::time::Duration;

use durable::web::Events;
use durable_tests::http::{Event, Http};
use durable_tests::unique;
use serde_json::json;

use crate::{order, service_with, workers};

fn quick() -> Events {
    Events::new().interval(Duration::from_millis(50)).heartbeat(Duration::from_millis(100))
}

async fn started(http: &Http, price: f64) -> String {
    let (body, id) = order(price);
    assert_eq!(http.post("/orders", &body).await.status, 202);
    id
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

/// Reads events until the state has this stage.
async fn stage(events: &mut durable_tests::http::Events, stage: &str) -> Event {
    loop {
        let event = events.next().await.expect("the stream goes on");
        if event.name == "state" && event.data["stage"] == stage {
            return event;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_is_followed_from_its_start_to_its_result() {
    let (http, _workers) = (service_with(quick()).await, workers().await);
    let id = started(&http, 100.0).await;
    let mut events = http.events(&format!("/orders/{id}/events"), None).await.expect("events");
    let first = events.next().await.expect("an event");
    assert_eq!((&*first.name, &first.data["status"]), ("status", &json!("running")));
    stage(&mut events, "waits for approval").await;
    http.post(&format!("/orders/{id}/approve"), &().into()).await;
    let rest = events.rest().await;
    let last = rest.last().expect("a result");
    assert_eq!(last.name, "result");
    assert_eq!(last.data, json!({ "workflow_id": id, "status": "completed", "output": 100.0 }));
    let state = rest.iter().rfind(|event| event.name == "state").expect("a state");
    assert_eq!(state.data, json!({ "stage": "done", "approved": true }));
    let states: Vec<_> = rest.iter().filter(|event| event.name == "state").collect();
    assert!(states.windows(2).all(|pair| pair[0].data != pair[1].data), "{rest:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_resumed_repeats_nothing_and_ends_for_good() {
    let (http, _workers) = (service_with(quick()).await, workers().await);
    let id = started(&http, 100.0).await;
    let path = format!("/orders/{id}/events");
    let mut events = http.events(&path, None).await.expect("events");
    let waiting = stage(&mut events, "waits for approval").await;
    drop(events);
    let resumed = http.events(&path, Some(&waiting.id)).await.expect("events");
    http.post(&format!("/orders/{id}/approve"), &().into()).await;
    let rest = resumed.rest().await;
    let again = rest.iter().any(|event| event.data == waiting.data);
    assert!(!again && names(&rest).ends_with(&["result"]), "{rest:#?}");
    let end = http.events(&path, Some(&rest.last().expect("a result").id)).await;
    assert_eq!(end.err().map(|answer| answer.status.as_u16()), Some(204));
    let forged = http.events(&path, Some("0.1.2.3.end")).await.expect("events");
    assert_eq!(names(&forged.rest().await), ["status", "state", "result"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_workflow_ends_with_a_problem_without_its_message() {
    let (http, _workers) = (service_with(quick()).await, workers().await);
    let id = started(&http, -1.0).await;
    let events = http.events(&format!("/orders/{id}/events"), None).await.expect("events");
    let rest = events.rest().await;
    let last = rest.last().expect("a result");
    assert_eq!((&*last.name, &last.data["status"]), ("result", &json!("failed")));
    assert_eq!(last.data["problem"]["code"], "workflow-failed");
    assert_eq!(last.data["problem"]["error_type"], "NegativePrice");
    assert!(!last.data.to_string().contains("SECRET"), "{last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_of_its_own_tells_the_state() {
    let (http, _workers) = (service_with(quick()).await, workers().await);
    let id = started(&http, 1.0).await;
    let events = http.events(&format!("/orders/{id}/stages"), None).await.expect("events");
    let rest = events.rest().await;
    let state = rest.iter().rfind(|event| event.name == "state");
    assert_eq!(state.map(|event| &event.data), Some(&json!("done")), "{rest:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_limited_and_a_client_that_leaves_makes_room() {
    let events = quick().max_streams(1);
    let (http, _workers) = (service_with(events.clone()).await, workers().await);
    let id = started(&http, 100.0).await;
    let path = format!("/orders/{id}/events");
    let mut first = http.events(&path, None).await.expect("events");
    first.next().await.expect("an event");
    let refused = http.events(&path, None).await.err().expect("no place");
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (503, "5"));
    assert_eq!(refused.json()["code"], "too-many-streams");
    drop(first);
    durable_tests::eventually("a free place", || async {
        http.events(&path, None).await.is_ok().then_some(())
    })
    .await;
    events.close();
    let refused = http.events(&path, None).await.err().expect("no place");
    assert_eq!(refused.status, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_ends_the_streams() {
    let events = quick();
    let (http, _workers) = (service_with(events.clone()).await, workers().await);
    let id = started(&http, 100.0).await;
    let mut stream = http.events(&format!("/orders/{id}/events"), None).await.expect("events");
    stream.next().await.expect("an event");
    events.close();
    assert!(!names(&stream.rest().await).contains(&"result"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_without_a_worker_is_followed_with_comments_and_one_problem() {
    let http = service_with(quick()).await;
    let client = durable_tests::client().await;
    let id = unique("web-nobody");
    let start = client.start("WebOrder", unique("nobody"), json!(1)).id(&id);
    let workflow = start.await.expect("it starts");
    let mut events = http.events(&format!("/orders/{id}/events"), None).await.expect("events");
    assert_eq!(events.next().await.expect("an event").name, "status");
    let problem = events.next().await.expect("an event");
    assert_eq!(problem.name, "problem", "{problem:?}");
    workflow.terminate("the test is done").await.expect("it ends");
    let rest = loop {
        let event = events.next().await.expect("a result");
        assert_ne!((&event.name, &event.data), (&problem.name, &problem.data));
        if event.name == "result" {
            break event;
        }
    };
    assert_eq!(rest.data["status"], "terminated");
    assert!(events.comments > 0, "no comment");
}
