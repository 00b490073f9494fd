//! Settings of a connection besides its protection.

use std::time::{Duration, Instant};

use durable::error::ConnectionError;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::{Client, Error, Workers};
use durable_test_flows::{GreetWorkflow, Greeting};
use durable_tests::{Gate, Shared, attributes, unique};

use crate::authority::Authority;
use crate::front::Front;
use crate::{config, connect};

#[tokio::test]
async fn histories_contain_the_identity() -> durable::Result<()> {
    let url = Shared::get().address();
    let client = connect(&format!("temporal: {{ url: '{url}', identity: the shop }}")).await?;
    let greeting = Greeting { name: unique("identity") };
    let started = GreetWorkflow::start(&client, greeting).task_queue("nobody-serves-it").await?;
    match attributes(&started, EventType::WorkflowExecutionStarted).await.pop() {
        Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) => {
            assert_eq!(started.identity, "the shop");
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}

#[tokio::test]
async fn connection_attempt_respects_its_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let gate = Gate::start("key").await;
    gate.stall("DescribeNamespace");
    for url in [silent.local_addr().expect("it is bound").to_string(), gate.address().to_owned()] {
        let before = Instant::now();
        let text = format!(
            "temporal: {{ url: '{url}', api_key: key, tls: false, connect_timeout_s: 0.3 }}"
        );
        let error = connect(&text).await.expect_err("it never answers");
        assert!(before.elapsed() < Duration::from_secs(3), "it took {:?}", before.elapsed());
        assert!(format!("{error:?}").contains("the connect timeout of 300ms"), "{error:?}");
    }
}

#[tokio::test]
async fn compresses_calls_only_if_asked_to() {
    for (setting, is_compressed) in
        [("", false), ("compress_calls: false, ", false), ("compress_calls: true, ", true)]
    {
        let gate = Gate::start("key").await;
        let url = gate.address();
        let text = format!("temporal: {{ {setting}url: '{url}', api_key: key, tls: false }}");
        let client = connect(&text).await.expect("it answers");
        client.health().await.expect("it is healthy");
        assert_eq!(gate.compressed() > 0, is_compressed, "{setting}");
    }
}

#[tokio::test]
async fn code_overrides_configuration() -> durable::Result<()> {
    let config = config("temporal: { url: 'localhost:1', namespace: no-such-namespace }");
    let builder = Client::builder().namespace("default").config(&config);
    let client = builder.address(Shared::get().address()).connect().await?;
    assert_eq!(client.namespace(), "default");
    assert_eq!(client.config().map(durable::config::Config::url), Some("localhost:1"));
    Ok(())
}

#[tokio::test]
async fn tls_follows_configuration() {
    let authority = Authority::new();
    let front = Front::tls(&authority.server("localhost"), None).await;
    let url = front.address();
    // Nobody but this test knows the authority, so the system's certificates do not trust it.
    let on = connect(&format!("temporal: {{ url: '{url}', tls: true }}")).await;
    let on = on.expect_err("the issuer is unknown");
    assert!(matches!(on, Error::Connection(ConnectionError::Tls { .. })), "{on:?}");
    assert!(on.to_string().contains("`server_ca_cert`"), "{on}");
    let off = connect(&format!("temporal: {{ url: '{url}', tls: false, api_key: x }}")).await;
    let off = off.expect_err("the server speaks TLS");
    assert!(off.to_string().contains("set `tls` to true"), "{off}");
}

#[tokio::test]
async fn warns_of_unknown_names_with_the_nearest() -> durable::Result<()> {
    let text = format!(
        "temporal:\n  url: '{}'\n  activities: {{ types: {{ compose_greting: {{ heartbeat_timeout_s: 9 }} }} }}\n  \
         workflows: {{ types: {{ GreetWorkflow: {{ run_timeout_s: 9 }}, Elsewhere: {{ run_timeout_s: 9 }} }} }}\n  \
         worker: {{ queues: {{ library-flow: {{ enabled: true }} }} }}\n",
        Shared::get().address()
    );
    let client = connect(&text).await?;
    let (log, _collecting) = durable_tests::Log::collect();
    let workers = Workers::new(&client).worker_options(|options| {
        options.task_queue = unique("warned");
    });
    workers.start().await?.shutdown().await?;
    let log = log.text();
    for (key, nearest) in [
        ("temporal.activities.types.compose_greting", "did you mean `compose_greeting`?"),
        ("temporal.worker.queues.library-flow", "did you mean `library-flows`?"),
        ("temporal.workflows.types.Elsewhere", "this program has no workflow `Elsewhere`"),
    ] {
        let line = log.lines().find(|line| line.contains(&format!("{key}: ")));
        assert!(line.is_some_and(|line| line.contains(nearest)), "{key}\n{log}");
    }
    assert!(!log.contains("types.GreetWorkflow"), "{log}");
    Ok(())
}
