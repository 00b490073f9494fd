//! The beginning and end of every example: it uses a running Temporal server, or starts its own.
//!
//! It knows the library as any program does, and none of the examples.

use std::time::Duration;

use durable::Client;
use durable::dev_server::DevServer;

/// The server that an example uses.
pub struct Server {
    client: Client,
    own: Option<DevServer>,
}

impl Server {
    /// The server at `TEMPORAL_ADDRESS` or `localhost:7233` if one answers there, and otherwise a
    /// dev server with its web UI.
    ///
    /// # Errors
    /// When no dev server can be started.
    pub async fn find() -> durable::Result<Self> {
        let attempt = Client::builder().connect_timeout(Duration::from_secs(1)).connect().await;
        if let Ok(client) = attempt {
            println!("using the Temporal server at {}", client.address());
            return Ok(Self { client, own: None });
        }
        println!("no Temporal server answers; starting one");
        let server = DevServer::builder().ui(true).start().await?;
        let client = Client::connect(server.address()).await?;
        println!("Temporal server at {}", server.address());
        if let Some(ui) = server.ui_address() {
            println!("web UI at {ui}");
        }
        Ok(Self { client, own: Some(server) })
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Ends the server, where it is the example's own.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn end(self) -> durable::Result<()> {
        match self.own {
            Some(server) => Ok(server.shutdown().await?),
            None => Ok(()),
        }
    }
}
