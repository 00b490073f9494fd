//! `Client::from_env`: Temporal's own variables, in a process that has them.

use std::ffi::OsString;

use durable::Client;
use durable_tests::{is_alone, run_alone};

use crate::authority::Authority;
use crate::front::{Front, der};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn client_reads_all_temporal_variables() -> durable::Result<()> {
    if is_alone() {
        let address = std::env::var("TEMPORAL_ADDRESS").expect("it is set");
        let client = Client::from_env().await?;
        assert_eq!((client.address(), client.namespace()), (address.as_str(), "default"));
        client.health().await?;
        return Ok(());
    }
    let authority = Authority::new();
    let front = Front::tls(&authority.server("temporal.internal"), Some(&authority)).await;
    let client = authority.client("orders");
    let (certificate, _) = authority.client_files(&client);
    let config = authority.file("temporal.toml", "");
    let variables: [(&str, OsString); 7] = [
        ("TEMPORAL_ADDRESS", front.address().into()),
        ("TEMPORAL_NAMESPACE", "default".into()),
        ("TEMPORAL_TLS_SERVER_CA_CERT_DATA", authority.pem().into()),
        ("TEMPORAL_TLS_SERVER_NAME", "temporal.internal".into()),
        ("TEMPORAL_TLS_CLIENT_CERT_PATH", certificate.into()),
        ("TEMPORAL_TLS_CLIENT_KEY_DATA", client.key.clone().into()),
        ("TEMPORAL_CONFIG_FILE", config.into()),
    ];
    run_alone("environment::client_reads_all_temporal_variables", &variables).await;
    assert_eq!(front.last_shown().as_deref(), Some(der(&client.certificate).as_ref()));
    Ok(())
}
