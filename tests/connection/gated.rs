//! Credentials that the server does not accept, and requests whose answers are lost.

use std::fs;

use durable::client::ClientService;
use durable::error::ConnectionError;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::worker::Exit;
use durable::{Client, Error};
use durable_test_flows::{GreetWorkflow, Greeting};
use durable_tests::{Gate, attributes, eventually, unique};
use serde_json::json;

fn with_key(gate: &Gate, key: &str) -> durable::client::ClientBuilder {
    Client::builder().address(gate.address()).api_key(key).without_tls()
}

/// Checks that an error is a refusal, with the server's own words, and that a retry does not help.
fn assert_refused(error: Error) {
    assert!(matches!(error, Error::Connection(ConnectionError::Refused { .. })), "{error:?}");
    assert!(error.to_string().contains("Request unauthorized."), "{error}");
    assert_eq!(Exit::from(Err::<(), _>(error)).code(), 2);
}

#[tokio::test]
async fn credentials_that_the_server_refuses_are_not_health() -> durable::Result<()> {
    let gate = Gate::start("good").await;
    assert_refused(with_key(&gate, "bad").connect().await.expect_err("it is the wrong key"));
    let (log, _collecting) = durable_tests::Log::collect();
    let service = ClientService::new(with_key(&gate, "bad"));
    assert_refused(service.client().await.expect_err("it is the wrong key"));
    assert_refused(service.health().await.expect_err("it is the wrong key"));
    assert!(!log.text().contains("answers yet"), "it waited: {}", log.text());

    let client = with_key(&gate, "good").connect().await?;
    assert!(client.health().await?.server_version.starts_with("1."));
    gate.change_key("other");
    assert_refused(client.health().await.expect_err("the key is revoked"));
    Ok(())
}

#[tokio::test]
async fn health_fails_if_the_namespace_is_missing() -> durable::Result<()> {
    let gate = Gate::start("good").await;
    let client = durable_tests::client().await;
    client.health().await?;
    let missing = with_key(&gate, "good").namespace("no-such-namespace").connect().await;
    let missing = missing.expect_err("there is no such namespace");
    assert!(
        matches!(missing, Error::Connection(ConnectionError::NamespaceNotFound { .. })),
        "{missing:?}"
    );
    Ok(())
}

#[tokio::test]
async fn api_key_is_read_again_from_its_file() -> durable::Result<()> {
    let gate = Gate::start("first").await;
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("key");
    fs::write(&file, "first\n").expect("it can be written");
    let text = format!(
        "temporal: {{ url: '{}', tls: false, api_key_file: '{}' }}",
        gate.address(),
        file.display()
    );
    let client = crate::connect(&text).await?;
    client.health().await?;

    // A file without a key leaves the last one in use.
    fs::write(&file, "\n").expect("it can be written");
    client.health().await?;

    // A call that is refused reads the file again at once.
    gate.change_key("second");
    assert_refused(client.health().await.expect_err("the file has no key"));
    fs::write(&file, "second").expect("it can be written");
    client.health().await?;

    // Every other call has the new key a moment later.
    gate.change_key("third");
    fs::write(&file, "third\r\n").expect("it can be written");
    eventually("call with the new key", || async {
        let described = client.workflow("no-such-workflow").describe().await;
        matches!(described, Err(Error::NotFound { .. })).then_some(())
    })
    .await;
    Ok(())
}

#[tokio::test]
async fn unusable_api_key_files_are_named() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("it can be written");
        path
    };
    for (path, reason) in [
        (folder.path().join("missing"), "No such file"),
        (file("empty", b" \n"), "it is empty"),
        (file("lines", b"one\ntwo"), "one line of printable ASCII"),
        (file("bytes", &[0xff, 0xfe]), "not text"),
    ] {
        let error = Client::builder().address("localhost:1").api_key_file(&path).connect().await;
        let error = error.expect_err("there is no key");
        let text = error.to_string();
        assert!(text.contains(&path.display().to_string()) && text.contains(reason), "{text}");
        assert_eq!(Exit::from(Err::<(), _>(error)).code(), 2);
    }
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJvcmRlcnMifQ.c2lnbmF0dXJl";
    let text = format!("temporal: {{ url: 'localhost:1', api_key_file: {token} }}");
    let error = crate::connect(&text).await.expect_err("it is no file");
    let shown = format!("{error}{error:?}{:?}", crate::config(&text));
    assert!(!shown.contains("eyJhbGci"), "{shown}");
}

#[tokio::test]
async fn signal_whose_answer_is_lost_is_delivered_once() -> durable::Result<()> {
    let gate = Gate::start("good").await;
    let client = with_key(&gate, "good").connect().await?;
    let greeting = Greeting { name: unique("signalled") };
    let started = GreetWorkflow::start(&client, greeting).task_queue("nobody-serves-it").await?;
    let signals = || attributes(&started, EventType::WorkflowExecutionSignaled);

    gate.lose_answer("SignalWorkflowExecution");
    started.request_cancel("lost").await?;
    assert_eq!(gate.count("SignalWorkflowExecution"), 2, "it was sent again");
    assert_eq!(signals().await.len(), 1);

    // Calls with the same id are one signal, also of an untyped handle.
    let untyped = client.workflow(started.id());
    for _ in 0..2 {
        untyped.signal("cancel", json!("again")).request_id("the same").await?;
    }
    assert_eq!(signals().await.len(), 2);

    // A signal with a start has an id too.
    gate.lose_answer("SignalWithStartWorkflowExecution");
    let greeting = Greeting { name: unique("signalled") };
    let start = GreetWorkflow::start(&client, greeting).task_queue("nobody-serves-it");
    let both = start.id(unique("signalled")).with_signal(|it| it.request_cancel("lost")).await?;
    assert_eq!(gate.count("SignalWithStartWorkflowExecution"), 2, "it was sent again");
    assert_eq!(attributes(&both, EventType::WorkflowExecutionSignaled).await.len(), 1);
    both.terminate("the test is over").await?;
    started.terminate("the test is over").await
}
