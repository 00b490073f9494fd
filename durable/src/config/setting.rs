//! The effective values with their sources, and the list of all keys.

use std::collections::BTreeMap;
use std::fmt;

use super::entry::{Entry, Fallback};
use super::keys::entries;
use super::unused::Unused;
use super::value::{ValueSource, Values, dotted};
use crate::secret::MASK;

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
    list(entries(), &mut Vec::new(), &mut keys);
    keys
}

fn list(entries: &'static [Entry], path: &mut Vec<&'static str>, keys: &mut Vec<ConfigKey>) {
    for entry in entries {
        path.push(entry.name());
        let mut push = |key: String, value, (default, without), meaning, is_refused| {
            keys.push(ConfigKey { key, value, default, without, meaning, is_refused });
        };
        match entry {
            Entry::Key { kind, default, meaning, .. } => {
                push(dotted(path), kind.name(), default.split(), meaning, false);
            }
            Entry::Alias { kind, without, meaning, .. } => {
                push(dotted(path), kind.name(), (None, Some(*without)), meaning, false);
            }
            Entry::Section { entries, .. } => list(entries, path, keys),
            Entry::Named { of, entries, .. } => {
                path.push(of);
                list(entries, path, keys);
                path.pop();
            }
            Entry::Values { of, kind, meaning, .. } => {
                let key = format!("{}.{of}", dotted(path));
                push(key, kind.name(), (None, Some("none")), meaning, false);
            }
            Entry::Refused { reason, .. } => {
                push(dotted(path), "refused", (None, None), reason, true);
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
    effective(entries(), &mut Vec::new(), &values, false, &mut settings);
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
    under_a_name: bool,
    settings: &mut Vec<Setting>,
) {
    for entry in entries {
        path.push(entry.name().to_owned());
        match entry {
            Entry::Key { default, .. } => match found(path, values) {
                Some(setting) => settings.push(setting),
                None if under_a_name => {}
                None => settings.push(Setting::built_in(dotted(path), default)),
            },
            Entry::Section { entries, .. } => {
                effective(entries, path, values, under_a_name, settings);
            }
            Entry::Named { entries, .. } => {
                for name in values.names(path) {
                    path.push(name);
                    effective(entries, path, values, true, settings);
                    path.pop();
                }
            }
            Entry::Values { .. } => {
                for name in values.names(path) {
                    path.push(name);
                    settings.extend(found(path, values));
                    path.pop();
                }
            }
            // An alias was read as the key that it stands for.
            Entry::Alias { .. } | Entry::Refused { .. } => {}
        }
        path.pop();
    }
}

fn found(path: &[String], values: &Values) -> Option<Setting> {
    let found = values.get(path)?;
    let value = found.value.shown(found.kind).unwrap_or_else(|| MASK.to_owned());
    let source = found.source.clone();
    Some(Setting { key: dotted(path), value: Some(value), without: None, source, unused: None })
}

impl Setting {
    fn built_in(key: String, default: &Fallback) -> Self {
        let (value, without) = default.split();
        let value = value.map(str::to_owned);
        Self { key, value, without, source: ValueSource::BuiltIn, unused: None }
    }
}
