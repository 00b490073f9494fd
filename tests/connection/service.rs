//! The client that a program shares.

use std::time::{Duration, Instant};

use durable::Error;
use durable::client::ClientService;
use durable::error::ConnectionError;
use durable_tests::Shared;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::authority::Authority;
use crate::config;
use crate::front::Front;

/// A port that was free a moment ago, and that nobody listens on.
async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

fn service(port: u16, more: &str) -> ClientService {
    let config = config(&format!("temporal: {{ url: 'localhost:{port}', {more} }}"));
    ClientService::from_config(&config)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_first_calls_share_one_connection_to_a_late_server() {
    Shared::get();
    let port = free_port().await;
    let temporal = service(port, "");
    let mut users = JoinSet::new();
    for _ in 0..200 {
        let temporal = temporal.clone();
        users.spawn(async move { temporal.client().await?.health().await });
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is still free");
    let front = Front::on(listener, None);

    let answers = users.join_all().await;
    assert_eq!(answers.len(), 200);
    for answer in answers {
        answer.expect("every user gets a client");
    }
    assert_eq!(front.accepted(), 1);
}

#[tokio::test]
async fn connects_on_first_use() -> durable::Result<()> {
    let front = Front::plain().await;
    let temporal = service(front.port, "namespace: default");
    assert!(temporal.is_enabled());
    assert_eq!(temporal.url(), format!("localhost:{}", front.port));
    assert_eq!(temporal.namespace(), "default");
    assert_eq!(front.accepted(), 0);

    let health = temporal.health().await?;
    assert_eq!(health.address, front.address());
    assert_eq!(health.namespace, "default");
    assert!(health.server_version.starts_with("1."), "{health:?}");
    assert!(health.latency > Duration::ZERO && health.latency < Duration::from_secs(5));
    temporal.health().await?;
    temporal.client().await?;
    assert_eq!(front.accepted(), 1);
    Ok(())
}

#[tokio::test]
async fn reconnects_by_itself_and_on_request() -> durable::Result<()> {
    let front = Front::plain().await;
    let temporal = service(front.port, "");
    let client = temporal.client().await?;
    front.hang_up();
    durable_tests::eventually("answer on a new connection", || async {
        client.health().await.ok()
    })
    .await;
    assert_eq!(front.accepted(), 2);

    temporal.reconnect().await?.health().await?;
    assert_eq!(front.accepted(), 3);
    temporal.close().await;
    temporal.client().await?;
    assert_eq!(front.accepted(), 4);
    Ok(())
}

#[tokio::test]
async fn half_written_certificate_leaves_the_old_connection_in_use() -> durable::Result<()> {
    let authority = Authority::new();
    let front = Front::tls(&authority.server("localhost"), None).await;
    let ca = authority.ca_file();
    let temporal = service(front.port, &format!("server_ca_cert: {}", ca.display()));
    temporal.client().await?;
    for half in ["", "-----BEGIN CERTIFICATE-----\n", &authority.pem()[..200]] {
        std::fs::write(&ca, half).expect("it can be written");
        let error = temporal.reconnect().await.expect_err("it is half written");
        assert!(error.to_string().contains("ca.pem"), "{error}");
        temporal.health().await?;
    }
    assert_eq!(front.accepted(), 1, "the old connection is still in use");
    std::fs::write(&ca, authority.pem()).expect("it can be written");
    temporal.reconnect().await?.health().await?;
    assert_eq!(front.accepted(), 2);
    Ok(())
}

#[tokio::test]
async fn all_callers_get_an_error_if_the_server_never_comes() {
    let port = free_port().await;
    let (log, _collecting) = durable_tests::Log::collect();
    let temporal = service(port, "connect_limit_s: 1");
    let before = Instant::now();
    let (first, second) = tokio::join!(temporal.client(), temporal.client());
    assert!(before.elapsed() < Duration::from_secs(2), "it took {:?}", before.elapsed());
    for result in [first, second] {
        let error = result.expect_err("nobody listens");
        assert!(
            matches!(error, Error::Connection(ConnectionError::Unreachable { .. })),
            "{error:?}"
        );
        assert!(format!("{error:?}").contains("refused"), "{error:?}");
    }
    let log = log.text();
    let line = log.lines().find(|line| line.contains("no Temporal server answers yet"));
    assert!(
        line.is_some_and(|line| line.contains("refused")),
        "the reason is not in the log: {log}"
    );

    let temporal = temporal.connect_limit(Duration::from_millis(50));
    let before = Instant::now();
    temporal.client().await.expect_err("nobody listens");
    assert!(before.elapsed() < Duration::from_millis(900), "it took {:?}", before.elapsed());
}

#[tokio::test]
async fn silent_server_is_unhealthy_after_a_limit() -> durable::Result<()> {
    // It accepts connections, as the kernel does for it, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = silent.local_addr().expect("it is bound").port();
    let before = Instant::now();
    let error = service(port, "").health().await.expect_err("it never answers");
    assert!(before.elapsed() < Duration::from_secs(6), "it took {:?}", before.elapsed());
    assert!(matches!(error, Error::Connection(ConnectionError::Unreachable { .. })), "{error:?}");
    assert!(format!("{error:?}").contains("no answer within 5s"), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn permanent_errors_are_not_retried() {
    let front = Front::plain().await;
    let temporal = service(front.port, "namespace: no-such-namespace");
    let (one, other) = tokio::join!(temporal.client(), temporal.client());
    for result in [one, other] {
        let error = result.expect_err("there is no such namespace");
        assert!(
            matches!(error, Error::Connection(ConnectionError::NamespaceNotFound { .. })),
            "{error:?}"
        );
    }
    assert_eq!(front.accepted(), 1);
}

#[tokio::test]
async fn disabled_configuration_connects_to_nothing() {
    let temporal = ClientService::from_config(&config("temporal: { enabled: false }"));
    assert!(!temporal.is_enabled());
    for error in [
        temporal.client().await.expect_err("it is disabled"),
        temporal.health().await.expect_err("it is disabled"),
    ] {
        assert!(matches!(error, Error::Connection(ConnectionError::Disabled { .. })), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("durable.yaml:1") && text.contains("temporal.enabled"), "{text}");
    }
}
