//! `Client::from_env`: Temporal's own variables, in a process that has them.

use std::process::Command;

use durable::Client;

use crate::authority::Authority;
use crate::front::{Front, der};

/// Says to the test below that it is the child, and what it must find.
const CHILD: &str = "DURABLE_TESTS_FROM_ENV";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn client_reads_all_temporal_variables() -> durable::Result<()> {
    if let Ok(address) = std::env::var(CHILD) {
        let client = Client::from_env().await?;
        assert_eq!((client.address(), client.namespace()), (address.as_str(), "default"));
        client.health().await?;
        return Ok(());
    }
    let authority = Authority::new();
    let front = Front::tls(&authority.server("temporal.internal"), Some(&authority)).await;
    let client = authority.client("orders");
    let (certificate, _) = authority.client_files(&client);
    let mut child = Command::new(std::env::current_exe().expect("a test has a path"));
    child
        .args(["--exact", "environment::client_reads_all_temporal_variables"])
        .env(CHILD, front.address())
        .env("TEMPORAL_ADDRESS", front.address())
        .env("TEMPORAL_NAMESPACE", "default")
        .env("TEMPORAL_TLS_SERVER_CA_CERT_DATA", authority.pem())
        .env("TEMPORAL_TLS_SERVER_NAME", "temporal.internal")
        .env("TEMPORAL_TLS_CLIENT_CERT_PATH", certificate)
        .env("TEMPORAL_TLS_CLIENT_KEY_DATA", &client.key)
        .env("TEMPORAL_CONFIG_FILE", authority.file("temporal.toml", ""));
    let output = tokio::task::spawn_blocking(move || child.output()).await;
    let output = output.expect("it does not panic").expect("this binary runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(front.last_shown().as_deref(), Some(der(&client.certificate).as_ref()));
    Ok(())
}
