//! The environment: a `DURABLE__..` variable for each key, and Temporal's own `TEMPORAL_..` variables
//! and `temporal.toml` profiles, as the SDK reads them.

use std::collections::HashMap;
use std::path::PathBuf;

use temporalio_common::envconfig::{
    ClientConfigProfile, DataSource, LoadClientConfigProfileOptions, load_client_config_profile,
};

use super::entry::Entry;
use super::error::ConfigProblem;
use super::keys::{Temporal, entries as all_keys};
use super::kind::Kind;
use super::mistake::ConfigMistake;
use super::names;
use super::section::Key;
use super::types::KeyType;
use super::value::{Found, KeyPath, Value, ValueSource, Values, in_file};
use crate::client::Pem;
use crate::definition::arguments::conversion::hidden;

/// The prefix of variables for single keys. `__` also separates the levels.
const PREFIX: &str = "DURABLE__";
const HEADER_PREFIX: &str = "TEMPORAL_GRPC_META_";
/// Temporal's own tools have no such variable; it is named as those of the certificates.
const API_KEY_FILE_VARIABLE: &str = "TEMPORAL_API_KEY_PATH";
const PROFILE_VARIABLE: &str = "TEMPORAL_PROFILE";
const PROFILE_FILE_VARIABLE: &str = "TEMPORAL_CONFIG_FILE";
const DEFAULT_PROFILE: &str = "default";

/// The variables of the process, or those that the caller gave.
#[derive(Clone)]
pub(super) struct Environment {
    pub(super) variables: HashMap<String, String>,
    /// `true` for the environment of the process, to which the user's own `temporal.toml` belongs.
    pub(super) is_of_process: bool,
}

impl Environment {
    pub(super) fn of_process() -> Self {
        let variables = std::env::vars_os();
        let variables = variables.filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self { variables: variables.collect(), is_of_process: true }
    }

    /// Returns a variable that is set. It may be empty.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn full(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Reads the variables of single keys, such as `DURABLE__WORKER__ACTIVITIES_PER_SECOND`.
    pub(super) fn keys(&self, problems: &mut Vec<ConfigProblem>) -> Values {
        let mut values = Values::default();
        let mut named: Vec<_> = self.variables.iter().collect();
        named.sort();
        for (name, text) in named {
            let Some(path) = name.strip_prefix(PREFIX) else { continue };
            let source = ValueSource::Variable(name.clone());
            let parts: Vec<_> = path.split("__").collect();
            match find_below_temporal(&parts) {
                Ok((path, kind)) if !text.is_empty() => {
                    if let Ok(value) = Value::parse(kind, text, None) {
                        values.insert(path, Found { value, kind, source });
                    } else {
                        let expected = kind.expectation();
                        let mistake = ConfigMistake::WrongType { expected, got: None };
                        problems.push(ConfigProblem::of_key(source, &in_file(&path), mistake));
                    }
                }
                Ok(_) => {}
                Err(mistake) => problems.push(ConfigProblem::at(source, mistake)),
            }
        }
        values
    }

    /// Reads Temporal's own variables.
    pub(super) fn temporal(&self, problems: &mut Vec<ConfigProblem>) -> Values {
        let set = self.variables.iter().filter(|(_, value)| !value.is_empty());
        let set: HashMap<_, _> = set.map(|(name, value)| (name.clone(), value.clone())).collect();
        for name in ["TEMPORAL_TLS", "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION"] {
            // The SDK treats a value that it doesn't understand as not set.
            if let Some(value) = set.get(name)
                && !matches!(value.to_lowercase().as_str(), "true" | "false" | "1" | "0")
            {
                let source = ValueSource::Variable(name.to_owned());
                let expected = Kind::Bool.expectation();
                let mistake = ConfigMistake::WrongType { expected, got: None };
                problems.push(ConfigProblem::at(source, mistake));
            }
        }
        let mut profile = ClientConfigProfile::default();
        if let Err(error) = profile.load_from_env(Some(&set)) {
            let source = ValueSource::Variable("TEMPORAL_*".to_owned());
            let mistake =
                ConfigMistake::InvalidProfile { reason: without_source(&error.to_string()) };
            problems.push(ConfigProblem::at(source, mistake));
        }
        // Variables for certificates alone don't turn TLS on.
        let source = |stem: &str| ValueSource::Variable(variable(stem, &set));
        let mut values = values_of(&profile, false, source, problems);
        if let Some(path) = set.get(API_KEY_FILE_VARIABLE) {
            let source = ValueSource::Variable(API_KEY_FILE_VARIABLE.to_owned());
            let keys = Temporal::of(&Values::default());
            keys.api_key_file.put(&PathBuf::from(path), source, &mut values);
        }
        values
    }

    /// Selects a profile instead of the one that `TEMPORAL_PROFILE` names.
    pub(super) fn name_profile(&mut self, name: String) {
        self.variables.insert(PROFILE_VARIABLE.to_owned(), name);
    }

    /// Returns whether `TEMPORAL_PROFILE` names a profile.
    pub(super) fn names_profile(&self) -> bool {
        self.full(PROFILE_VARIABLE).is_some()
    }

    /// Reads the profile of `temporal.toml` that is named, or the default one.
    pub(super) fn profile(&self, problems: &mut Vec<ConfigProblem>) -> Values {
        let named = self.full(PROFILE_VARIABLE);
        let path = self.full(PROFILE_FILE_VARIABLE).map(PathBuf::from);
        if path.is_none() && !self.is_of_process && named.is_none() {
            return Values::default();
        }
        if let Some(missing) = path.as_deref().filter(|path| !path.exists()) {
            let source = ValueSource::Variable(PROFILE_FILE_VARIABLE.to_owned());
            let mistake = ConfigMistake::FileNotFound { path: missing.to_owned() };
            problems.push(ConfigProblem::at(source, mistake));
            return Values::default();
        }
        let config_source = match &path {
            Some(path) => Some(DataSource::Path(path.to_string_lossy().into_owned())),
            // An environment that the caller gave has no user with a folder.
            None if !self.is_of_process => Some(DataSource::Data(Vec::new())),
            None => None,
        };
        let options = LoadClientConfigProfileOptions::builder()
            .maybe_config_source(config_source)
            .maybe_config_file_profile(named.map(str::to_owned))
            .disable_env(true)
            .build();
        let name = named.unwrap_or(DEFAULT_PROFILE).to_owned();
        let source = ValueSource::Profile { path, name };
        match load_client_config_profile(options, Some(&self.variables)) {
            Ok(profile) => values_of(&profile, true, |_| source.clone(), problems),
            Err(error) => {
                let mistake =
                    ConfigMistake::InvalidProfile { reason: without_source(&error.to_string()) };
                problems.push(ConfigProblem::at(source, mistake));
                Values::default()
            }
        }
    }
}

/// Returns a message of the SDK without the lines of the file, which may contain a secret, and without the
/// value.
fn without_source(message: &str) -> String {
    let is_source = |line: &&str| {
        line.trim_start_matches(|char: char| char.is_ascii_digit() || char == ' ').starts_with('|')
    };
    let lines: Vec<_> = message.lines().filter(|line| !is_source(line)).map(hidden).collect();
    lines.join(": ")
}

/// Finds the key of a variable, whose name has no part for the section `temporal`.
fn find_below_temporal(parts: &[&str]) -> Result<(KeyPath, Kind), ConfigMistake> {
    match parts {
        [section, rest @ ..] if section.eq_ignore_ascii_case("temporal") && !rest.is_empty() => {
            find(all_keys(), rest)?;
            let variable = format!("{PREFIX}{}", rest.join("__"));
            Err(ConfigMistake::SectionInVariable { variable })
        }
        _ => find(all_keys(), parts),
    }
}

/// Finds the key that the parts of a variable's name mean.
fn find(entries: &'static [Entry], parts: &[&str]) -> Result<(KeyPath, Kind), ConfigMistake> {
    let Some((first, rest)) = parts.split_first() else { return Err(ConfigMistake::NotAKey) };
    let name = first.to_lowercase();
    let within = |of: &str, entries, rest| {
        let (path, kind) = find(entries, rest)?;
        Ok(([of.to_owned()].into_iter().chain(path).collect(), kind))
    };
    match (entries.iter().find(|entry| entry.name() == name), rest) {
        (Some(Entry::Key { kind, .. } | Entry::Alias { kind, .. }), []) => Ok((vec![name], *kind)),
        (Some(Entry::Key { .. } | Entry::Alias { .. }), _) => {
            Err(ConfigMistake::NotASection { key: name })
        }
        (Some(Entry::Section { entries, .. }), rest) => within(&name, entries, rest),
        (Some(Entry::Named { entries, shorthand, .. }), [chosen, rest @ ..]) => {
            // The short form of the file is one here, too.
            let short = shorthand.as_slice();
            let rest = if rest.is_empty() { short } else { rest };
            let (path, kind) = within(chosen, entries, rest)?;
            Ok(([name].into_iter().chain(path).collect(), kind))
        }
        (Some(Entry::Values { kind, .. }), [chosen]) => {
            Ok((vec![name, (*chosen).to_owned()], *kind))
        }
        (Some(Entry::Refused { reason, .. }), _) => Err(ConfigMistake::UnsupportedKey { reason }),
        (Some(Entry::Named { .. } | Entry::Values { .. }), _) => Err(ConfigMistake::NotAKey),
        (None, _) => Err(names::unknown(&name, entries, all_keys())),
    }
}

/// Returns the variable of Temporal from which a value comes. Certificates have one for a path, and one
/// for the data.
fn variable(stem: &str, set: &HashMap<String, String>) -> String {
    let forms = [stem.to_owned(), format!("{stem}_PATH"), format!("{stem}_DATA")];
    forms.into_iter().find(|name| set.contains_key(name)).unwrap_or_else(|| stem.to_owned())
}

/// Turns a profile of the SDK into values of our keys. `source` gets the variable of each value.
fn values_of(
    profile: &ClientConfigProfile,
    section_means_tls: bool,
    source: impl Fn(&str) -> ValueSource,
    problems: &mut Vec<ConfigProblem>,
) -> Values {
    let keys = Temporal::of(&Values::default());
    let mut layer = Layer { values: Values::default(), source };
    layer.set(&keys.url, "TEMPORAL_ADDRESS", full(profile.address.as_ref()));
    layer.set(&keys.namespace, "TEMPORAL_NAMESPACE", full(profile.namespace.as_ref()));
    layer.set(&keys.api_key, "TEMPORAL_API_KEY", full(profile.api_key.as_ref()));
    for (name, value) in &profile.grpc_meta {
        let variable = format!("{HEADER_PREFIX}{}", name.to_uppercase().replace('-', "_"));
        layer.set(&keys.headers.key(name), &variable, Some(value.clone()));
    }
    let Some(tls) = &profile.tls else { return layer.values };
    let is_on = tls.disabled.map(|disabled| !disabled).or(section_means_tls.then_some(true));
    layer.set(&keys.tls, "TEMPORAL_TLS", is_on);
    layer.set(
        &keys.server_ca_cert,
        "TEMPORAL_TLS_SERVER_CA_CERT",
        pem(tls.server_ca_cert.as_ref()),
    );
    layer.set(&keys.client_cert, "TEMPORAL_TLS_CLIENT_CERT", pem(tls.client_cert.as_ref()));
    layer.set(&keys.client_key, "TEMPORAL_TLS_CLIENT_KEY", pem(tls.client_key.as_ref()));
    layer.set(&keys.tls_server_name, "TEMPORAL_TLS_SERVER_NAME", full(tls.server_name.as_ref()));
    if tls.disable_host_verification {
        let source = (layer.source)("TEMPORAL_TLS_DISABLE_HOST_VERIFICATION");
        problems.push(ConfigProblem::at(source, ConfigMistake::VerificationDisabled));
    }
    layer.values
}

/// A layer of values from Temporal's own variables or a profile.
struct Layer<S> {
    values: Values,
    source: S,
}

impl<S: Fn(&str) -> ValueSource> Layer<S> {
    /// Sets a key, if there is a value for it.
    fn set<K: KeyType>(&mut self, key: &Key<K>, variable: &str, value: Option<K::Value>) {
        if let Some(value) = value {
            key.put(&value, (self.source)(variable), &mut self.values);
        }
    }
}

/// Returns a text that isn't empty.
fn full(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}

fn pem(data: Option<&DataSource>) -> Option<Pem> {
    match data? {
        DataSource::Path(path) => Some(Pem::file(path)),
        DataSource::Data(data) => Some(Pem::inline(String::from_utf8_lossy(data))),
        _ => None,
    }
}
