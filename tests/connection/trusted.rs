//! Connections that are protected, and work.

use std::time::SystemTime;

use durable::Client;
use durable::client::{Pem, Tls};

use crate::authority::{Authority, DAY};
use crate::front::{Front, der};
use crate::{connect, mutual};

#[tokio::test]
async fn trusts_server_of_known_issuer() -> durable::Result<()> {
    let authority = Authority::new();
    let front = Front::tls(&authority.server("localhost"), None).await;
    let (url, ca) = (front.address(), authority.ca_file());
    let ca = ca.display();

    let client = connect(&format!("temporal: {{ url: '{url}', server_ca_cert: {ca} }}")).await?;
    assert_eq!(client.address(), url);
    client.health().await?;

    connect(&format!("temporal: {{ url: 'https://{url}', server_ca_cert: {ca} }}")).await?;
    let tls = Tls::default().server_ca_certificate(Pem::inline(authority.pem()));
    Client::builder().address(&url).tls(tls).connect().await?;
    assert_eq!(front.accepted(), 3);
    Ok(())
}

#[tokio::test]
async fn mutual_tls_reads_certificates_from_files_and_inline() -> durable::Result<()> {
    let authority = Authority::new();
    let front = Front::tls(&authority.server("localhost"), Some(&authority)).await;
    let client = authority.client("orders");
    let (certificate, key) = authority.client_files(&client);
    let text = mutual(&front, &authority, &certificate, &key);
    connect(&text).await?.health().await?;
    assert_eq!(front.last_shown().as_deref(), Some(der(&client.certificate).as_ref()));

    let other = authority.client("payments");
    let block = |pem: &str| pem.trim().lines().collect::<Vec<_>>().join("\n    ");
    let text = format!(
        "temporal:\n  url: '{}'\n  server_ca_cert: |\n    {}\n  client_cert: |\n    {}\n  client_key: |\n    {}\n",
        front.address(),
        block(&authority.pem()),
        block(&other.certificate),
        block(&other.key),
    );
    connect(&text).await?.health().await?;
    assert_eq!(front.last_shown().as_deref(), Some(der(&other.certificate).as_ref()));
    Ok(())
}

#[tokio::test]
async fn accepts_server_certificate_for_configured_name() -> durable::Result<()> {
    let authority = Authority::new();
    let front = Front::tls(&authority.server("temporal.internal"), None).await;
    let text = format!(
        "temporal: {{ url: '{}', server_ca_cert: {}, tls_server_name: temporal.internal }}",
        front.address(),
        authority.ca_file().display(),
    );
    connect(&text).await?.health().await?;
    Ok(())
}

#[tokio::test]
async fn workers_and_starts_use_the_tls_connection() -> durable::Result<()> {
    use durable_test_flows::{GreetWorkflow, Greeting};
    let authority = Authority::new();
    let front = Front::tls(&authority.server("localhost"), None).await;
    let ca = authority.ca_file();
    let text =
        format!("temporal: {{ url: '{}', server_ca_cert: {} }}", front.address(), ca.display());
    let client = connect(&text).await?;
    let workers = durable::Workers::new(&client).start().await?;
    let greeting = GreetWorkflow::execute(&client, Greeting { name: "Ada".to_owned() }).await?;
    assert!(greeting.contains("Ada"), "{greeting}");
    workers.shutdown().await
}

#[tokio::test]
async fn warns_of_certificates_that_expire_soon() -> durable::Result<()> {
    let authority = Authority::new();
    let soon = SystemTime::now() + 3 * DAY;
    let front = Front::tls(&authority.server_until("localhost", soon), Some(&authority)).await;
    let (certificate, key) = authority.client_files(&authority.client_until("orders", soon));
    let text = mutual(&front, &authority, &certificate, &key);
    let (log, _collecting) = durable_tests::Log::collect();
    connect(&text).await?;
    let log = log.text();
    for expected in ["the client certificate expires soon", "the server's certificate expires soon"]
    {
        assert!(log.contains(expected), "{expected}\n{log}");
    }
    let place = format!("place=\"{}\"", certificate.display());
    assert!(log.contains(&place) && log.contains("expires=\"20"), "{log}");
    assert!(!log.contains("CA certificate"), "that of the authority lasts\n{log}");
    Ok(())
}
