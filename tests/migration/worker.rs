//! Workers, connections and the shared client, as the guides show them.

use std::path::Path;
use std::sync::Arc;

use durable::client::{ClientService, Tls};
use durable::config::{Config, ConfigError};
use durable::prelude::*;

use crate::emails::EmailService;

/// The whole program of a worker, with its commands.
fn main() -> std::process::ExitCode {
    durable::cli::main()
}

async fn serve(config: &Config, emails: Arc<dyn EmailService>) -> durable::Result<()> {
    let client = Client::builder().config(config).connect().await?;
    Workers::new(&client).queues(["orders", "email"]).shared_state(emails).run().await
}

fn temporal() -> Result<ClientService, ConfigError> {
    Ok(ClientService::from_config(&Config::load()?))
}

async fn create_secure_client(
    target_host: &str,
    server_root_ca_cert: &Path,
    client_cert: &Path,
    client_key: &Path,
) -> durable::Result<Client> {
    let tls = Tls::default()
        .server_ca_certificate(server_root_ca_cert)
        .client_certificate(client_cert, client_key);
    Client::builder().address(target_host).tls(tls).connect().await
}

mod tests {
    use durable_tests::unique;

    use super::*;
    use crate::authority::Authority;
    use crate::emails::tests::Outbox;
    use crate::front::Front;
    use crate::orders::{OrderWorkflow, order};

    #[tokio::test(flavor = "multi_thread")]
    async fn a_worker_serves_its_queues() -> durable::Result<()> {
        let server = tokio::task::spawn_blocking(durable_tests::Shared::get);
        let address = server.await.expect("it starts").address();
        let config = Config::loader().text(format!("temporal: {{ url: '{address}' }}")).load()?;
        let emails = Arc::new(Outbox::default());
        let serving = tokio::spawn(async move { serve(&config, emails).await });
        let client = durable_tests::client().await;
        let output = OrderWorkflow::execute(&client, order(&unique("served"))).await?;
        assert_eq!(output.status, "completed");
        serving.abort();
        Ok(())
    }

    #[test]
    fn the_shared_client_is_made_without_a_server() -> Result<(), ConfigError> {
        let temporal = temporal()?;
        assert!(temporal.is_enabled() && !temporal.url().is_empty());
        Ok(())
    }

    #[tokio::test]
    async fn a_client_shows_its_certificate() -> durable::Result<()> {
        let authority = Authority::new();
        let front = Front::tls(&authority.server("localhost"), Some(&authority)).await;
        let (certificate, key) = authority.client_files(&authority.client("orders"));
        let (address, ca) = (front.address(), authority.ca_file());
        create_secure_client(&address, &ca, &certificate, &key).await?.health().await?;
        assert!(front.last_shown().is_some());
        let missing = create_secure_client(&address, &ca, &certificate, Path::new("none.key"));
        let error = missing.await.expect_err("there is no such file").to_string();
        assert!(error.contains("none.key"), "{error}");
        Ok(())
    }
}
