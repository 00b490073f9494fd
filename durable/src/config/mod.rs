//! Configuration from a file, the environment and built-in values, in one documented order.
//!
//! [`Config::load`] reads and checks all of it. Every problem is reported at once, with its file, line and
//! key. `Client::builder().config(&config)` connects with it, and the client passes it on to the workflows
//! that it starts and to the workers that are created with it. This room knows neither.
//!
//! docs/configuration.md lists every key and the order of the layers.

mod check;
mod client;
#[cfg(feature = "dev-server")]
mod dev_server;
mod environment;
mod error;
mod file;
mod keys;
mod load;
mod model;
mod names;
mod options;
mod schema;
mod serving;
mod setting;
mod substitution;
mod unused;
mod value;
mod worker;
mod yaml;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

pub use error::{ConfigError, ConfigProblem};
pub use load::ConfigLoader;
pub use setting::{ConfigKey, Setting};
pub use value::ValueSource;

use crate::options::ConfiguredOptions;
#[cfg(feature = "dev-server")]
use crate::search_attribute::SearchAttribute;
use crate::worker::WorkerSettings;
use unused::Unused;
use value::{Value, Values};

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

    fn new(file: Option<PathBuf>, values: Values, unused: Unused) -> Self {
        let options = Arc::new(options::of(&values));
        Self { inner: Arc::new(Inner { file, values, unused, options }) }
    }

    /// Returns the path of the file that was read, if there was one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.inner.file.as_deref()
    }

    /// Returns whether the program uses Temporal at all (`enabled`).
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.value(&["enabled"], Values::bool).unwrap_or(true)
    }

    /// Returns the server, as `host:port` or URL.
    #[must_use]
    pub fn url(&self) -> &str {
        self.text("url").unwrap_or_default()
    }

    /// Returns the namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.text("namespace").unwrap_or_default()
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

    pub(crate) fn shared_options(&self) -> &Arc<ConfiguredOptions> {
        &self.inner.options
    }

    /// Returns the text of a key, or its default.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.text_at(&[key])
    }

    /// Returns the text of a key of a section, or its default.
    pub(crate) fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.inner.values.text(path).or_else(|| defaults().text(path))
    }

    /// Returns the whole number of a key, or its default.
    pub(crate) fn count(&self, path: &[&str]) -> Option<u32> {
        self.value(path, Values::count)
    }

    /// Returns the duration of a key, or its default.
    pub(crate) fn duration(&self, path: &[&str]) -> Option<Duration> {
        self.value(path, Values::duration)
    }

    /// Returns the `true` or `false` of a key, or its default.
    pub(crate) fn bool(&self, path: &[&str]) -> Option<bool> {
        self.value(path, Values::bool)
    }

    /// Returns the gRPC headers.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (String, String)> {
        let values = &self.inner.values;
        values.names(&["headers"]).into_iter().filter_map(|name| {
            let value = values.text(&["headers", &name])?.to_owned();
            Some((name, value))
        })
    }

    /// Returns the search attributes of the dev server, beside those that the program declares.
    #[cfg(feature = "dev-server")]
    pub(crate) fn search_attributes(&self) -> impl Iterator<Item = (String, SearchAttribute)> {
        const UNDER: [&str; 2] = ["dev_server", "search_attributes"];
        let values = &self.inner.values;
        values.names(&UNDER).into_iter().filter_map(|name| {
            let kind = values.text(&[UNDER[0], UNDER[1], &name])?.parse().ok()?;
            Some((name, kind))
        })
    }

    /// Returns the PEM of a key: the path of its file, or the PEM itself.
    pub(crate) fn pem(&self, key: &str) -> Option<Pem<'_>> {
        match &self.inner.values.get(&[key])?.value {
            Value::Path(path) => Some(Pem::File(path)),
            Value::Inline(text) => Some(Pem::Inline(text)),
            _ => None,
        }
    }

    /// Returns the settings of the worker of a queue, or of every queue without settings of its own.
    fn worker(&self, queue: Option<&str>) -> WorkerSettings {
        worker::settings(&self.inner.values, queue)
    }

    /// Returns the queues that have settings of their own.
    fn queues(&self) -> Vec<String> {
        self.inner.values.names(&["worker", "queues"])
    }

    fn values(&self) -> &Values {
        &self.inner.values
    }

    /// Returns the source of a key's value.
    fn source_of(&self, key: &str) -> String {
        self.inner.values.get(&[key]).map_or_else(String::new, |found| found.source.to_string())
    }

    /// Returns the known name that is nearest to a mistyped one, if one is near.
    #[cfg(feature = "cli")]
    pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
        names::nearest(name, known.iter().copied())
    }

    /// Returns a port of the dev server.
    #[cfg(feature = "dev-server")]
    pub(crate) fn port(&self, path: &[&str]) -> Option<u16> {
        self.inner.values.count(path).and_then(|port| port.try_into().ok())
    }

    /// Returns a path of the dev server.
    #[cfg(feature = "dev-server")]
    pub(crate) fn path(&self, path: &[&str]) -> Option<&Path> {
        self.inner.values.path(path)
    }

    fn value<T>(&self, path: &[&str], get: impl Fn(&Values, &[&str]) -> Option<T>) -> Option<T> {
        get(&self.inner.values, path).or_else(|| get(defaults(), path))
    }
}

/// A PEM of a configuration.
pub(crate) enum Pem<'a> {
    File(&'a Path),
    Inline(&'a str),
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

/// Returns the defaults of the tables.
fn defaults() -> &'static Values {
    static DEFAULTS: OnceLock<Values> = OnceLock::new();
    DEFAULTS.get_or_init(setting::defaults_of_table)
}
