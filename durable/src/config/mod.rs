//! Configuration: a file, the environment, and what is built in, in one documented order.
//!
//! [`Config::load`] reads all of it and checks it; what is wrong is reported all at once, each with its
//! file, line and key. `Client::builder().config(&config)` connects by it; the client carries it to
//! starts of workflows and to the workers that are made with it. The room knows nothing of either.
//!
//! docs/configuration.md has every key and the order of the layers.

mod check;
mod environment;
mod error;
mod file;
mod keys;
mod load;
mod model;
mod names;
mod options;
mod schema;
mod setting;
mod substitution;
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
pub(crate) use worker::WorkerSettings;

use crate::options::ConfiguredOptions;
#[cfg(feature = "dev-server")]
use crate::search_attribute::SearchAttribute;
use value::{Value, Values};

/// What a program was configured with: every key has a value, and the whole was checked.
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
    options: Arc<ConfiguredOptions>,
}

impl Config {
    /// Reads `durable.yaml` in the working directory, or the file that `DURABLE_CONFIG` names, and the
    /// environment. Without a file, the environment alone counts.
    ///
    /// # Errors
    /// [`ConfigError`] lists everything that is wrong, wherever it stands.
    pub fn load() -> Result<Self, ConfigError> {
        Self::loader().load()
    }

    /// Reads this file, which must exist, and the environment.
    ///
    /// # Errors
    /// [`ConfigError`] lists everything that is wrong, wherever it stands.
    pub fn from_file(path: impl Into<PathBuf>) -> Result<Self, ConfigError> {
        Self::loader().file(path).load()
    }

    /// What Temporal's own variables and profiles say of the connection.
    pub(crate) fn of_temporal_variables() -> Result<Self, ConfigError> {
        Self::loader().only_temporal().load()
    }

    /// A loader, for everything else.
    pub fn loader() -> ConfigLoader {
        ConfigLoader::default()
    }

    fn new(file: Option<PathBuf>, values: Values) -> Self {
        let options = Arc::new(options::of(&values));
        Self { inner: Arc::new(Inner { file, values, options }) }
    }

    /// The file that was read, if there was one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.inner.file.as_deref()
    }

    /// Whether the program is to use Temporal at all.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.value(&["enabled"], Values::bool).unwrap_or(true)
    }

    /// The server, as `host:port` or URL.
    #[must_use]
    pub fn url(&self) -> &str {
        self.text("url").unwrap_or_default()
    }

    /// The namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.text("namespace").unwrap_or_default()
    }

    /// What it says of workflows and activities: the layer below their annotations.
    #[must_use]
    pub fn options(&self) -> &ConfiguredOptions {
        &self.inner.options
    }

    /// What holds for every key, and where it came from; secrets are masked.
    #[must_use]
    pub fn settings(&self) -> Vec<Setting> {
        setting::settings(&self.inner.values)
    }

    /// Every key that there is, and those that are refused because they could have no effect.
    #[must_use]
    pub fn keys() -> Vec<ConfigKey> {
        setting::keys()
    }

    /// The JSON Schema of the file, by which editors complete and check it.
    #[must_use]
    pub fn json_schema() -> serde_json::Value {
        schema::schema()
    }

    pub(crate) fn shared_options(&self) -> &Arc<ConfiguredOptions> {
        &self.inner.options
    }

    /// What a key that takes text is set to, or its default.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.text_at(&[key])
    }

    /// The same for a key of a section.
    pub(crate) fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.inner.values.text(path).or_else(|| defaults().text(path))
    }

    /// What a key that takes a whole number is set to, or its default.
    pub(crate) fn count(&self, path: &[&str]) -> Option<u32> {
        self.value(path, Values::count)
    }

    /// What a key that takes a duration is set to, or its default.
    pub(crate) fn duration(&self, path: &[&str]) -> Option<Duration> {
        self.value(path, Values::duration)
    }

    /// What a key that takes `true` or `false` is set to, or its default.
    pub(crate) fn bool(&self, path: &[&str]) -> Option<bool> {
        self.value(path, Values::bool)
    }

    /// The gRPC headers.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (String, String)> {
        let values = &self.inner.values;
        values.names(&["headers"]).into_iter().filter_map(|name| {
            let value = values.text(&["headers", &name])?.to_owned();
            Some((name, value))
        })
    }

    /// The search attributes of the dev server, beside those that the program declares.
    #[cfg(feature = "dev-server")]
    pub(crate) fn search_attributes(&self) -> impl Iterator<Item = (String, SearchAttribute)> {
        const UNDER: [&str; 2] = ["dev_server", "search_attributes"];
        let values = &self.inner.values;
        values.names(&UNDER).into_iter().filter_map(|name| {
            let kind = values.text(&[UNDER[0], UNDER[1], &name])?.parse().ok()?;
            Some((name, kind))
        })
    }

    /// A PEM: the path of its file, or itself.
    pub(crate) fn pem(&self, key: &str) -> Option<Pem<'_>> {
        match &self.inner.values.get(&[key])?.value {
            Value::Path(path) => Some(Pem::File(path)),
            Value::Inline(text) => Some(Pem::Inline(text)),
            _ => None,
        }
    }

    /// The settings of the worker of a queue.
    pub(crate) fn worker(&self, queue: &str) -> WorkerSettings {
        WorkerSettings::of(&self.inner.values, Some(queue))
    }

    /// Whether workers are to run at all.
    pub(crate) fn serves(&self) -> bool {
        self.value(&["worker", "enabled"], Values::bool).unwrap_or(true)
    }

    /// The names of workflows, activities or queues that it speaks of.
    pub(crate) fn names(&self, under: &[&str]) -> Vec<String> {
        self.inner.values.names(under)
    }

    /// The known name that a typing mistake was most likely meant to be.
    pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
        names::nearest(name, known.iter().copied())
    }

    /// A port of the dev server.
    #[cfg(feature = "dev-server")]
    pub(crate) fn port(&self, path: &[&str]) -> Option<u16> {
        self.inner.values.count(path).and_then(|port| port.try_into().ok())
    }

    /// A path of the dev server.
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

/// The defaults of the tables.
fn defaults() -> &'static Values {
    static DEFAULTS: OnceLock<Values> = OnceLock::new();
    DEFAULTS.get_or_init(setting::defaults_of_table)
}
