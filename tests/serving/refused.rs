//! Workers whose credentials the server refuses: they end at once, with the server's own words.

use durable::prelude::*;
use durable::worker::{Exit, WorkerError, WorkerState};
use durable_tests::{Gate, unique};

use crate::blocking;
use crate::process::Worker;

/// Starts a worker behind a gate, with an API key.
async fn worker(gate: &Gate, key: &'static str) -> Worker {
    let (address, queue) = (gate.address().to_owned(), unique("refused"));
    blocking(move || {
        let settings = [("DURABLE__API_KEY", key), ("DURABLE__TLS", "false")];
        Worker::start(&address, &queue, &settings)
    })
    .await
}

/// Waits for the end, and returns the log.
async fn log_after_misuse(mut worker: Worker) -> String {
    let (code, log) = blocking(move || (worker.ends().0, worker.log())).await;
    assert_eq!(code, Some(2), "{log}");
    assert!(log.contains("Request unauthorized."), "{log}");
    assert!(!log.contains("it is restarted") && !log.contains("waits for it"), "{log}");
    log
}

#[tokio::test]
async fn process_with_a_wrong_key_ends_with_2() {
    let gate = Gate::start("good").await;
    let log = log_after_misuse(worker(&gate, "bad").await).await;
    let error = log.lines().find(|line| line.starts_with("Error: ")).unwrap_or_default();
    assert!(error.contains("refused the API key, headers or client certificate"), "{log}");
    assert_eq!(gate.count("PollWorkflowTaskQueue"), 0, "nothing was served");
}

#[tokio::test]
async fn worker_is_refused_and_not_restarted_if_the_key_is_revoked() -> durable::Result<()> {
    let gate = Gate::start("good").await;
    let client = Client::builder().address(gate.address()).api_key("good").without_tls();
    let client = client.connect().await?;
    gate.change_key("other");
    let queue = unique("revoked");
    let mut workers = Workers::new(&client)
        .queues(["serving"])
        .worker_options(move |options| options.task_queue.clone_from(&queue))
        .start()
        .await?;
    let health = workers.health();
    let error = workers.ended().await.expect_err("it is refused");
    assert!(
        matches!(&error, WorkerError::Refused { queue, .. } if queue == "serving"),
        "{error:?}"
    );
    let source = std::error::Error::source(&error).expect("it has a reason").to_string();
    assert!(source.contains("Request unauthorized."), "{source}");

    let worker = &health.workers()[0];
    assert_eq!((worker.state, worker.deaths), (WorkerState::GivenUp, 0), "{worker:?}");
    assert!(!health.is_live());
    let readiness = health.readiness().await;
    let is_told = |reason: &String| reason.contains("Request unauthorized.");
    assert!(readiness.reasons.len() == 2 && readiness.reasons.iter().all(is_told), "{readiness:?}");
    assert_eq!(Exit::from(Err::<(), _>(error)).code(), 2);
    workers.shutdown().await
}

#[tokio::test]
async fn process_ends_with_2_soon_after_the_rights_of_a_polling_worker_were_revoked() {
    let gate = Gate::start("good").await;
    let worker = worker(&gate, "good").await;
    durable_tests::eventually("poll", || async {
        (gate.count("PollWorkflowTaskQueue") > 0).then_some(())
    })
    .await;
    gate.change_key("other");
    let log = log_after_misuse(worker).await;
    assert!(log.contains("the server refuses the worker, which is given up"), "{log}");
}
