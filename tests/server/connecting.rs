//! Connecting: what a client says when there is nothing to connect to.

use std::time::{Duration, Instant};

use durable::dev_server::DevServer;
use durable::error::ConnectionError;
use durable::{Client, Error};

use crate::starting::NothingWorkflow;

#[tokio::test]
async fn no_server_at_the_address_is_said_at_once_with_the_way_out() {
    // A port that was free a moment ago, and that nobody listens on.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    drop(listener);

    let before = Instant::now();
    let error = Client::connect(&address).await.expect_err("nobody listens");
    assert!(before.elapsed() < Duration::from_secs(5), "it took {:?}", before.elapsed());
    assert!(matches!(error, Error::Connection(ConnectionError::Unreachable { .. })), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&address), "{text}");
    assert!(text.contains("temporal server start-dev"), "{text}");
    assert!(text.contains("TEMPORAL_ADDRESS"), "{text}");
    assert!(format!("{error:?}").contains("onnection refused"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_in_bounded_time() {
    // It accepts connections, as the kernel does for it, and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("it is bound").to_string();
    let before = Instant::now();
    let connecting =
        Client::builder().address(&address).connect_timeout(Duration::from_millis(700)).connect();
    let error = connecting.await.expect_err("it never answers");
    assert!(before.elapsed() < Duration::from_secs(3), "it took {:?}", before.elapsed());
    assert!(matches!(error, Error::Connection(ConnectionError::Unreachable { .. })), "{error:?}");
    assert!(error.to_string().contains(&address), "{error}");
}

#[tokio::test]
async fn an_unknown_namespace_is_said_when_connecting() {
    let connecting = Client::builder()
        .address(durable_tests::Shared::get().address())
        .namespace("no-such-namespace")
        .connect();
    let error = connecting.await.expect_err("there is no such namespace");
    assert!(
        matches!(error, Error::Connection(ConnectionError::NamespaceNotFound { .. })),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(text.contains("`no-such-namespace`"), "{text}");
    assert!(text.contains("temporal operator namespace create"), "{text}");
}

#[tokio::test]
async fn a_word_is_no_address() {
    let error = Client::connect("localhost").await.expect_err("it has no port");
    assert!(
        matches!(error, Error::Connection(ConnectionError::InvalidAddress { .. })),
        "{error:?}"
    );
    assert!(error.to_string().contains("localhost:7233"), "{error}");
}

#[tokio::test]
async fn a_server_that_goes_away_is_unreachable() -> durable::Result<()> {
    let server = DevServer::builder().ui(false).start().await?;
    let client = Client::connect(server.address()).await?;
    NothingWorkflow::start(&client).await?;
    server.shutdown().await?;

    let error = NothingWorkflow::start(&client).await.expect_err("the server is gone");
    assert!(matches!(error, Error::Connection(ConnectionError::Unreachable { .. })), "{error:?}");
    assert!(error.to_string().contains(client.address()), "{error}");
    Ok(())
}
