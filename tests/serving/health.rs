//! Liveness and readiness, as a library call and over HTTP.

use durable::prelude::*;
use durable::worker::{Exit, WorkerError, WorkerState};
use durable_tests::{client, eventually, unique};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::flows::Steady;

/// The limit of every wait. No test measures it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks with one request, and gives the status and the body.
pub(crate) async fn get(address: &str, path: &str) -> (u16, Value) {
    request(address, "GET", path).await
}

async fn request(address: &str, method: &str, path: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let request = format!("{method} {path} HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    let answered = tokio::time::timeout(PATIENCE, stream.read_to_string(&mut answer)).await;
    answered.expect("it answers").expect("it is text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("it is HTTP");
    assert!(head.contains("application/json"), "{head}");
    let status = head.split(' ').nth(1).expect("a status").parse().expect("a status");
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn probes_see_workers_that_run_and_workers_that_drain() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("probed");
    let name = queue.clone();
    let workers = Workers::new(&client)
        .queues(["serving"])
        .worker_options(move |options| options.task_queue.clone_from(&name))
        .health_address("127.0.0.1:0")
        .start()
        .await?;
    let address = workers.health_address().expect("it listens").to_string();
    let health = workers.health();
    health.running().await;
    let readiness = health.readiness().await;
    assert!(readiness.ready, "{readiness:?}");
    assert_eq!(readiness.workers.len(), 1);
    let (status, ready) = get(&address, "/ready").await;
    assert_eq!((status, &ready["ready"]), (200, &Value::Bool(true)), "{ready}");
    assert_eq!(ready["workers"][0]["queue"], "serving");
    assert_eq!(ready["workers"][0]["state"], "running");
    assert_eq!(get(&address, "/live").await.0, 200);
    assert_eq!(get(&address, "/livez").await, get(&address, "/live").await);
    let (status, lost) = get(&address, "/health").await;
    assert_eq!(status, 404);
    assert!(lost.to_string().contains("/ready"), "{lost}");
    assert_eq!(request(&address, "POST", "/ready").await.0, 405);
    assert_eq!(request(&address, "HEAD", "/ready").await, (200, Value::Null));

    let workflow = Steady::start(&client, 1500).task_queue(&queue).await?;
    eventually("running activity", || async {
        use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
        let begun = durable_tests::attributes(&workflow, EventType::ActivityTaskScheduled).await;
        (!begun.is_empty()).then_some(())
    })
    .await;
    let draining = tokio::spawn(workers.drain());
    let drains = || async {
        let (status, ready) = get(&address, "/ready").await;
        (status == 503).then_some(ready)
    };
    let ready = eventually("drain", drains).await;
    assert_eq!(ready["workers"][0]["state"], "draining", "{ready}");
    assert_eq!(ready["reasons"][0], "the worker of queue `serving` is draining");
    assert_eq!(get(&address, "/live").await.0, 200, "a drain is no reason to be killed");

    let report = draining.await.expect("it ends");
    assert!(report.is_clean(), "{report}");
    assert_eq!(health.workers()[0].state, WorkerState::Stopped);
    workflow.terminate("the test is over").await
}

#[tokio::test]
async fn clients_that_send_no_request_do_not_stop_probes() -> durable::Result<()> {
    let client = client().await;
    let queue = unique("beset");
    let workers = Workers::new(&client)
        .queues(["serving"])
        .worker_options(move |options| options.task_queue.clone_from(&queue))
        .health_address("127.0.0.1:0")
        .start()
        .await?;
    let address = workers.health_address().expect("it listens").to_string();
    // These are more than may be open at once.
    let mut slow = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(&address).await.expect("it listens");
        // The first ones may be closed already.
        let _ = stream.write_all(b"GET /live HTTP/1.1\r\nHost: pro").await;
        slow.push(stream);
    }
    assert_eq!(get(&address, "/live").await.0, 200);
    // The first was closed for another, and the last is closed when its time is over.
    for stream in [0, 299] {
        let mut rest = Vec::new();
        let closed = slow[stream].read_to_end(&mut rest);
        // Closed with or without an error is all the same.
        let _ = tokio::time::timeout(PATIENCE, closed).await.expect("it is closed");
    }
    workers.shutdown().await
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let client = client().await;
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("there are ports");
    let address = taken.local_addr().expect("it listens").to_string();
    for address in [address.as_str(), "8080"] {
        let workers = Workers::new(&client).queues(["serving"]).health_address(address);
        let refused = workers.start().await.expect_err("it cannot listen");
        assert!(
            matches!(refused.downcast_ref(), Some(WorkerError::HealthListener { .. })),
            "{refused:?}"
        );
        assert!(refused.to_string().contains(&format!("`{address}`")), "{refused}");
        assert_eq!(Exit::from(Err::<(), _>(refused)).code(), 2);
    }
}
