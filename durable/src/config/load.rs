//! The loader: the sources and the order of the layers.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::environment::Environment;
use super::error::{ConfigError, ConfigProblem};
use super::keys::Temporal;
use super::mistake::ConfigMistake;
use super::section::Located as _;
use super::value::{ValueSource, Values};
use super::{Config, check, file, unused};

/// The file that is read if none is named.
const DEFAULT_FILE: &str = "durable.yaml";
/// The variable that names the file.
const FILE_VARIABLE: &str = "DURABLE_CONFIG";

/// Loads a configuration from other sources than [`Config::load`].
///
/// ```
/// use durable::config::Config;
///
/// let config = Config::loader()
///     .text("temporal: { namespace: '${SHOP}-orders' }")
///     .environment([("SHOP", "books")])
///     .load()?;
/// assert_eq!(config.namespace(), "books-orders");
/// # Ok::<(), durable::config::ConfigError>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "a loader reads only when `load` is called"]
pub struct ConfigLoader {
    file: Option<PathBuf>,
    text: Option<String>,
    environment: Option<Environment>,
    profile: Option<String>,
    only_temporal: bool,
}

impl ConfigLoader {
    /// Sets the file, which must exist. The default is the file that `DURABLE_CONFIG` names, or else
    /// `durable.yaml` in the working directory, if it exists.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Sets the text of the configuration, instead of a file.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Sets the environment variables, instead of those of the process. The user's own `temporal.toml` is
    /// then read only if `TEMPORAL_CONFIG_FILE` names it.
    pub fn environment(
        mut self,
        variables: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Self {
        let variables: HashMap<_, _> =
            variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        self.environment = Some(Environment { variables, is_of_process: false });
        self
    }

    /// Selects a profile of `temporal.toml`, instead of the one that `TEMPORAL_PROFILE` names.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Reads only Temporal's own variables and profiles.
    pub(super) fn only_temporal(mut self) -> Self {
        self.only_temporal = true;
        self
    }

    /// Reads all layers and checks the result.
    ///
    /// # Errors
    /// [`ConfigError`], with every problem.
    pub fn load(self) -> Result<Config, ConfigError> {
        let mut environment = self.environment.unwrap_or_else(Environment::of_process);
        if let Some(profile) = self.profile {
            environment.name_profile(profile);
        }
        let mut problems = Vec::new();
        let file = match self.text {
            _ if self.only_temporal => None,
            Some(text) => Some((PathBuf::from(DEFAULT_FILE), text)),
            None => read(self.file, &environment, &mut problems),
        };
        let variable = |name: &str| environment.get(name);
        let mut missing = Vec::new();
        let mut from_file = match &file {
            Some((path, text)) => file::read(path, text, &variable, &mut problems, &mut missing),
            None => Values::default(),
        };
        let mut values =
            if self.only_temporal { Values::default() } else { environment.keys(&mut problems) };
        for layer in [&mut from_file, &mut values] {
            check::one_name_for_tls(layer, &mut problems);
        }
        values.fill_from(environment.temporal(&mut problems));
        if environment.names_profile() {
            let profile = environment.profile(&mut problems);
            if Temporal::of(&profile).url.is_set() {
                remove_connection(&mut from_file);
            }
            values.fill_from(profile);
            values.fill_from(from_file);
        } else {
            values.fill_from(from_file);
            // The default profile is the user's usual server, and doesn't belong to another connection.
            if !Temporal::of(&values).url.is_set() {
                values.fill_from(environment.profile(&mut problems));
            }
        }
        // A variable that is missing is no problem if its setting isn't used anyway.
        let keys = Temporal::of(&values);
        for (index, path) in missing.into_iter().rev() {
            if unused::reason(&keys, &path).is_some() {
                problems.remove(index);
            }
        }
        let unused = unused::taken_out(&mut values);
        let keys = Temporal::of(&values);
        if unused::is_enabled(&keys) {
            check::combinations(&keys, &mut problems);
        }
        ConfigError::unless_empty(problems)?;
        Ok(Config::new(file.map(|(path, _)| path), values, keys, unused))
    }
}

/// Removes the keys that a profile of `temporal.toml` replaces as a whole, because a secret is for one
/// server.
fn remove_connection(values: &mut Values) {
    let keys = Temporal::of(values);
    let replaced = [
        keys.url.path(),
        keys.tls.path(),
        keys.server_ca_cert.path(),
        keys.client_cert.path(),
        keys.client_key.path(),
        keys.tls_server_name.path(),
        keys.api_key.path(),
        keys.api_key_file.path(),
        keys.headers.path(),
    ];
    values.0.retain(|path, _| !replaced.iter().any(|replaced| path.starts_with(replaced)));
}

impl fmt::Debug for ConfigLoader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigLoader").field("file", &self.file).finish_non_exhaustive()
    }
}

/// Reads the file, if there is one, and returns its path and text.
fn read(
    named: Option<PathBuf>,
    environment: &Environment,
    problems: &mut Vec<ConfigProblem>,
) -> Option<(PathBuf, String)> {
    let by_variable = || environment.get(FILE_VARIABLE).filter(|path| !path.is_empty());
    let (path, source) = match (named, by_variable()) {
        (Some(path), _) => (path, ValueSource::BuiltIn),
        (None, Some(path)) => (path.into(), ValueSource::Variable(FILE_VARIABLE.to_owned())),
        (None, None) => {
            let path = PathBuf::from(DEFAULT_FILE);
            return match fs::read_to_string(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                read => text(&path, ValueSource::BuiltIn, read, problems),
            };
        }
    };
    let read = fs::read_to_string(&path);
    text(&path, source, read, problems)
}

fn text(
    path: &Path,
    source: ValueSource,
    read: io::Result<String>,
    problems: &mut Vec<ConfigProblem>,
) -> Option<(PathBuf, String)> {
    match read {
        Ok(text) => Some((path.to_owned(), text)),
        Err(error) => {
            let (path, reason) = (path.to_owned(), error.to_string());
            problems.push(ConfigProblem::at(source, ConfigMistake::Unreadable { path, reason }));
            None
        }
    }
}
