//! Configuration from a file, the environment and built-in values, in one documented order.
//!
//! ```no_run
//! use durable::config::Config;
//! use durable::prelude::*;
//!
//! # async fn example() -> durable::Result<()> {
//! let config = Config::load()?; // durable.yaml and the environment
//! let client = Client::builder().config(&config).connect().await?;
//! Workers::new(&client).run().await
//! # }
//! ```
//!
//! [`Config::load`] reads and checks all of it. Every problem is reported at once, with its file, line and
//! key. `Client::builder().config(&config)` connects with it, and the client passes it on to the workflows
//! that it starts and to the workers that are created with it. No room below knows
//! this one: it fills their settings.
//!
//! docs/configuration.md lists every key and the order of the layers.

mod check;
mod client;
#[cfg(feature = "codec-server")]
mod codec_server;
#[cfg(feature = "dev-server")]
mod dev_server;
mod encryption;
mod entry;
mod environment;
mod error;
mod file;
mod keys;
mod kind;
mod load;
mod mistake;
mod names;
mod options;
mod schema;
mod section;
mod serving;
mod setting;
mod substitution;
#[cfg(any(feature = "cli", feature = "telemetry"))]
mod telemetry;
#[cfg(test)]
mod tests;
mod types;
mod unused;
mod value;
mod yaml;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::{ConfigError, ConfigProblem};
pub use load::ConfigLoader;
pub use mistake::ConfigMistake;
pub use setting::{ConfigKey, Setting};
pub use value::ValueSource;

use crate::client::ConnectionSettings;
use crate::options::ConfiguredOptions;
use keys::Temporal;
use unused::Unused;
use value::Values;

/// The configuration of a program, read and checked.
///
/// It is cheap to clone. `Debug` prints the effective values, without secrets.
///
/// ```no_run
/// # async fn main_() -> durable::Result<()> {
/// use durable::config::Config;
/// use durable::{Client, Workers};
///
/// let config = Config::load()?;                             // durable.yaml and the environment
/// let client = Client::builder().config(&config).connect().await?;
/// Workers::new(&client).run().await
/// # }
/// ```
#[derive(Clone)]
pub struct Config {
    inner: Arc<Inner>,
}

struct Inner {
    file: Option<PathBuf>,
    values: Values,
    unused: Unused,
    keys: Arc<Temporal>,
    connection: ConnectionSettings,
    options: Arc<ConfiguredOptions>,
}

impl Config {
    /// Reads the environment, and the file that `DURABLE_CONFIG` names, or else `durable.yaml` in the working
    /// directory. There need not be such a file.
    ///
    /// # Errors
    /// [`ConfigError`], with every problem.
    pub fn load() -> Result<Self, ConfigError> {
        Self::loader().load()
    }

    /// Reads this file, which must exist, and the environment.
    ///
    /// # Errors
    /// [`ConfigError`], with every problem.
    pub fn from_file(path: impl Into<PathBuf>) -> Result<Self, ConfigError> {
        Self::loader().file(path).load()
    }

    /// Reads the connection from Temporal's own variables and profiles.
    pub(crate) fn of_temporal_variables() -> Result<Self, ConfigError> {
        Self::loader().only_temporal().load()
    }

    /// Returns a loader, for other sources.
    pub fn loader() -> ConfigLoader {
        ConfigLoader::default()
    }

    fn new(file: Option<PathBuf>, values: Values, keys: Temporal, unused: Unused) -> Self {
        let connection = client::connection(&keys);
        let options = Arc::new(options::of(&keys));
        let keys = Arc::new(keys);
        Self { inner: Arc::new(Inner { file, values, unused, keys, connection, options }) }
    }

    /// Returns the path of the file that was read, if there was one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.inner.file.as_deref()
    }

    /// Returns whether the program uses Temporal at all (`enabled`).
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        unused::is_enabled(&self.inner.keys)
    }

    /// Returns the server, as `host:port` or URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.inner.connection.address
    }

    /// Returns the namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.inner.connection.namespace
    }

    /// Returns the options of workflows and activities: the layer below their annotations.
    #[must_use]
    pub fn options(&self) -> &ConfiguredOptions {
        &self.inner.options
    }

    /// Returns the effective value of every key and its source. Secrets are masked.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        setting::settings(&self.inner.values, &self.inner.unused)
    }

    /// Returns every key, and the keys of other systems that are refused because they have no effect.
    #[must_use]
    pub fn keys() -> Vec<ConfigKey> {
        setting::keys()
    }

    /// Returns the JSON Schema of the file, with which editors complete and check it.
    #[must_use]
    pub fn json_schema() -> serde_json::Value {
        schema::schema()
    }

    /// Returns the known name that is nearest to a mistyped one, if one is near.
    #[cfg(feature = "cli")]
    pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
        names::nearest(name, known.iter().copied())
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = self.settings();
        f.debug_list().entries(settings.iter().map(DisplayOf)).finish()
    }
}

struct DisplayOf<'a>(&'a Setting);

impl fmt::Debug for DisplayOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0, f)
    }
}
