//! The server of the tests: one dev server for all tests of a process, or of a nextest run, or a given
//! one.

use std::env;

use tokio::sync::OnceCell;

use super::nextest::{Run, RunServer};
use crate::dev_server::{DevServer, DevServerBuilder};
use crate::error::Result;
use crate::testing::error::TestingError;

/// The environment variable with the address of a server to use instead of a dev server.
const ADDRESS_VARIABLE: &str = "DURABLE_TEST_ADDRESS";

/// The dev server of this process, or `None` if it could not be started. It is never dropped: it ends
/// with the process, even if that is killed.
static SHARED: OnceCell<Option<Shared>> = OnceCell::const_new();

/// A dev server that tests share.
enum Shared {
    Process(DevServer),
    Run(RunServer),
}

impl Shared {
    async fn start() -> Result<Self> {
        match Run::current() {
            Some(run) => Ok(Self::Run(run.server(dev_server()).await?)),
            None => Ok(Self::Process(dev_server().start().await?)),
        }
    }

    fn address(&self) -> &str {
        match self {
            Self::Process(server) => server.address(),
            Self::Run(server) => &server.address,
        }
    }
}

/// The server that a test environment uses.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) address: String,
    /// True if the server was started for this process or this nextest run, and ends with it.
    pub(super) own: bool,
}

impl Server {
    /// Returns the server at a given address.
    pub(super) fn at(address: impl Into<String>) -> Self {
        Self { address: address.into(), own: false }
    }

    /// The server that `DURABLE_TEST_ADDRESS` names, or else the dev server of this process, which
    /// the first caller starts.
    pub(super) async fn shared() -> Result<Self> {
        if let Some(address) = env::var(ADDRESS_VARIABLE).ok().filter(|value| !value.is_empty()) {
            return Ok(Self::at(address));
        }
        let mut failed = None;
        let server = SHARED.get_or_init(|| async {
            Shared::start().await.map_err(|error| failed = Some(error)).ok()
        });
        match server.await {
            Some(server) => Ok(Self { address: server.address().to_owned(), own: true }),
            // One test reports the cause; the others would only repeat it.
            None => Err(failed.unwrap_or_else(|| TestingError::ServerNotStarted.into())),
        }
    }
}

fn dev_server() -> DevServerBuilder {
    DevServer::builder().dynamic_config("frontend.WorkflowTimeSkippingEnabled", true)
}
