//! The effective values with their sources, and the list of all keys.

use std::collections::BTreeMap;
use std::fmt;

use super::keys::TEMPORAL;
use super::model::{Entry, Fallback, Kind};
use super::unused::Unused;
use super::value::{ValueSource, Values, dotted};

/// The effective value of a key, and its source.
///
/// `Display` prints a line such as `worker.activities_per_second = 10 (durable.yaml:12)`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// The key below `temporal`: `worker.queues.orders.activities_per_second`.
    pub key: String,
    /// The value as it is written in a file, or `***` for a secret. It is `None` if the key isn't set.
    pub value: Option<String>,
    /// The meaning of a missing value.
    pub without: Option<&'static str>,
    /// The source of the value.
    pub source: ValueSource,
    /// The reason why the value has no effect, if another setting switches it off.
    pub unused: Option<&'static str>,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.value, self.without) {
            (Some(value), _) => {
                write!(f, "{} = {value} ({})", self.key, self.source)?;
                self.unused.map_or(Ok(()), |reason| write!(f, ", unused: {reason}"))
            }
            (None, Some(without)) => write!(f, "{} is not set: {without}", self.key),
            (None, None) => write!(f, "{} is not set", self.key),
        }
    }
}

/// A key of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigKey {
    /// The key below `temporal`. A word in capitals stands for a name that the user chooses:
    /// `worker.queues.QUEUE.activities_per_second`.
    pub key: String,
    /// The type and unit of its value.
    pub value: &'static str,
    /// The default as it is written in a file, if there is one.
    pub default: Option<&'static str>,
    /// The meaning of leaving out a key that has no default.
    pub without: Option<&'static str>,
    /// The effect of the key, or the reason why it has none.
    pub meaning: &'static str,
    /// `true` if the key is refused, because it has no effect.
    pub is_refused: bool,
}

/// Returns every key, in the order of the documentation.
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

/// Returns the effective value of every key. Under names that the user chose, only set keys are listed.
pub(super) fn settings(used: &Values, unused: &Unused) -> Vec<Setting> {
    let mut values = used.clone();
    values.fill_from(unused.values.clone());
    let mut settings = Vec::new();
    effective(TEMPORAL, &mut Vec::new(), &values, &mut settings);
    let reasons = unused.reasons.iter().map(|(path, reason)| (dotted(path), *reason));
    let reasons: BTreeMap<_, _> = reasons.collect();
    for setting in &mut settings {
        setting.unused = reasons.get(&setting.key).copied();
    }
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
    Some(Setting { key: dotted(path), value: Some(value), without: None, source, unused: None })
}

/// The replacement of a secret.
const MASK: &str = "***";

impl Setting {
    fn built_in(key: String, default: Fallback) -> Self {
        let (value, without) = match default {
            Fallback::Value(default) => (Some(default.to_owned()), None),
            Fallback::Unset(without) => (None, Some(without)),
        };
        Self { key, value, without, source: ValueSource::BuiltIn, unused: None }
    }
}

/// Returns the defaults of the tables as values.
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
