//! The effective values, each with where it came from, and the list of all keys.

use std::fmt;

use super::keys::TEMPORAL;
use super::model::{Entry, Fallback, Kind};
use super::value::{ValueSource, Values, dotted};

/// What holds for a key, and where it came from.
///
/// Printed, it is a line such as `worker.activities_per_second = 10 (durable.yaml:12)`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// The key below `temporal`: `worker.queues.orders.activities_per_second`.
    pub key: String,
    /// The value as the file would have it; `***` for a secret, and `None` where there is none.
    pub value: Option<String>,
    /// What it means that there is none.
    pub without: Option<&'static str>,
    /// Where the value came from.
    pub source: ValueSource,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.value, self.without) {
            (Some(value), _) => write!(f, "{} = {value} ({})", self.key, self.source),
            (None, Some(without)) => write!(f, "{} is not set: {without}", self.key),
            (None, None) => write!(f, "{} is not set", self.key),
        }
    }
}

/// A key that a configuration may set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigKey {
    /// The key below `temporal`, with a word in capitals for a name that the user chooses:
    /// `worker.queues.QUEUE.activities_per_second`.
    pub key: String,
    /// The type and unit of its value.
    pub value: &'static str,
    /// The default as it would be written, or `None`.
    pub default: Option<&'static str>,
    /// What it means to leave out a key without default.
    pub without: Option<&'static str>,
    /// What it does, or why it can do nothing.
    pub meaning: &'static str,
    /// Whether it is refused, because it could have no effect.
    pub is_refused: bool,
}

/// Every key, in the order of the documentation.
pub(super) fn keys() -> Vec<ConfigKey> {
    let mut keys = Vec::new();
    list(TEMPORAL, &mut Vec::new(), &mut keys);
    keys
}

fn list(entries: &'static [Entry], path: &mut Vec<&'static str>, keys: &mut Vec<ConfigKey>) {
    for entry in entries {
        path.push(entry.name());
        let mut push = |key: String, value, default, without, meaning, is_refused| {
            keys.push(ConfigKey { key, value, default, without, meaning, is_refused });
        };
        match entry {
            Entry::Key(key) => {
                let (default, without) = match key.default {
                    Fallback::Value(default) => (Some(default), None),
                    Fallback::Unset(without) => (None, Some(without)),
                };
                push(dotted(path), key.kind.name(), default, without, key.meaning, false);
            }
            Entry::Section { entries, .. } => list(entries, path, keys),
            Entry::Named { of, entries, .. } => {
                path.push(of);
                list(entries, path, keys);
                path.pop();
            }
            Entry::Values { of, kind, meaning, .. } => {
                let key = format!("{}.{of}", dotted(path));
                push(key, kind.name(), None, Some("none"), meaning, false);
            }
            Entry::Refused { reason, .. } => {
                push(dotted(path), "refused", None, None, reason, true);
            }
        }
        path.pop();
    }
}

/// What holds for every key; of names that the user chooses, what was set.
pub(super) fn settings(values: &Values) -> Vec<Setting> {
    let mut settings = Vec::new();
    effective(TEMPORAL, &mut Vec::new(), values, &mut settings);
    settings
}

fn effective(
    entries: &'static [Entry],
    path: &mut Vec<String>,
    values: &Values,
    settings: &mut Vec<Setting>,
) {
    for entry in entries {
        path.push(entry.name().to_owned());
        match entry {
            // It was read as `tls`.
            Entry::Key(key) if key.name == "tls_enabled" => {}
            Entry::Key(key) => {
                let under_a_name =
                    matches!(path.as_slice(), [_, list, ..] if list == "types" || list == "queues");
                match values.0.get(path) {
                    Some(_) => settings.extend(found(path, values)),
                    None if under_a_name => {}
                    None => settings.push(Setting::built_in(dotted(path), key.default)),
                }
            }
            Entry::Section { entries, .. } => effective(entries, path, values, settings),
            Entry::Named { entries, .. } => {
                for name in names(path, values) {
                    path.push(name);
                    effective(entries, path, values, settings);
                    path.pop();
                }
            }
            Entry::Values { .. } => {
                for name in names(path, values) {
                    path.push(name);
                    settings.extend(found(path, values));
                    path.pop();
                }
            }
            Entry::Refused { .. } => {}
        }
        path.pop();
    }
}

fn names(path: &[String], values: &Values) -> Vec<String> {
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    values.names(&path)
}

fn found(path: &[String], values: &Values) -> Option<Setting> {
    let found = values.0.get(path)?;
    let value = found.value.shown(found.kind).unwrap_or_else(|| MASK.to_owned());
    let source = found.source.clone();
    Some(Setting { key: dotted(path), value: Some(value), without: None, source })
}

/// What is shown of a secret.
const MASK: &str = "***";

impl Setting {
    fn built_in(key: String, default: Fallback) -> Self {
        let (value, without) = match default {
            Fallback::Value(default) => (Some(default.to_owned()), None),
            Fallback::Unset(without) => (None, Some(without)),
        };
        Self { key, value, without, source: ValueSource::BuiltIn }
    }
}

/// The defaults of the tables, as if somebody had written them.
pub(super) fn defaults_of_table() -> Values {
    let mut values = Values::default();
    collect(TEMPORAL, &mut Vec::new(), &mut values);
    values
}

fn collect(entries: &'static [Entry], path: &mut Vec<String>, values: &mut Values) {
    for entry in entries {
        path.push(entry.name().to_owned());
        match entry {
            Entry::Key(key) => {
                if let Fallback::Value(default) = key.default {
                    let value = super::value::Value::parse(key.kind, default, None);
                    let Ok(value) = value else {
                        unreachable!("the default of {} is of its type", dotted(path));
                    };
                    let kind: Kind = key.kind;
                    let source = ValueSource::BuiltIn;
                    values.insert(path.clone(), super::value::Found { value, kind, source });
                }
            }
            Entry::Section { entries, .. } => collect(entries, path, values),
            _ => {}
        }
        path.pop();
    }
}
