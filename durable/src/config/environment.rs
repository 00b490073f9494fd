//! The environment: a `DURABLE__..` variable for each key, and Temporal's own `TEMPORAL_..` variables
//! and `temporal.toml` profiles, as the SDK reads them.

use std::collections::HashMap;
use std::path::PathBuf;

use temporalio_common::envconfig::{
    ClientConfigProfile, DataSource, LoadClientConfigProfileOptions, load_client_config_profile,
};

use super::error::ConfigProblem;
use super::keys::TEMPORAL;
use super::model::{Entry, Kind};
use super::names;
use super::value::{Found, KeyPath, Value, ValueSource, Values, in_file};

/// The prefix of variables for single keys. `__` also separates the levels.
const PREFIX: &str = "DURABLE__";
const HEADER_PREFIX: &str = "TEMPORAL_GRPC_META_";
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
            match find(TEMPORAL, &parts) {
                Ok((path, kind)) if !text.is_empty() => match Value::parse(kind, text, None) {
                    Ok(value) => values.insert(path, Found { value, kind, source }),
                    Err(_) => problems.push(ConfigProblem {
                        source,
                        key: in_file(&path),
                        problem: format!("expected {}", kind.expectation()),
                    }),
                },
                Ok(_) => {}
                Err(problem) => {
                    problems.push(ConfigProblem { source, key: String::new(), problem });
                }
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
                let problem = "expected `true` or `false`".to_owned();
                problems.push(ConfigProblem { source, key: String::new(), problem });
            }
        }
        let mut profile = ClientConfigProfile::default();
        if let Err(error) = profile.load_from_env(Some(&set)) {
            let source = ValueSource::Variable("TEMPORAL_*".to_owned());
            problems.push(ConfigProblem { source, key: String::new(), problem: error.to_string() });
        }
        // Variables for certificates alone don't turn TLS on.
        let source = |key: &str| ValueSource::Variable(variable_of(key, &set));
        values_of(&profile, false, source, problems)
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
            let problem = format!("file not found: {}", missing.display());
            problems.push(ConfigProblem { source, key: String::new(), problem });
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
                let problem = error.to_string();
                problems.push(ConfigProblem { source, key: String::new(), problem });
                Values::default()
            }
        }
    }
}

/// Finds the key that the parts of a variable's name mean.
fn find(entries: &'static [Entry], parts: &[&str]) -> Result<(KeyPath, Kind), String> {
    let Some((first, rest)) = parts.split_first() else {
        return Err("expected the name of a key, got a section".to_owned());
    };
    let name = first.to_lowercase();
    let within = |of: &str, entries, rest| {
        let (path, kind) = find(entries, rest)?;
        Ok(([of.to_owned()].into_iter().chain(path).collect(), kind))
    };
    match (entries.iter().find(|entry| entry.name() == name), rest) {
        (Some(Entry::Key(key)), []) => Ok((vec![name], key.kind)),
        (Some(Entry::Key(_)), _) => Err(format!("`{name}` is a key and not a section")),
        (Some(Entry::Section { entries, .. }), rest) => within(&name, entries, rest),
        (Some(Entry::Named { entries, .. }), [chosen, rest @ ..]) => {
            let (path, kind) = within(chosen, entries, rest)?;
            Ok(([name].into_iter().chain(path).collect(), kind))
        }
        (Some(Entry::Values { kind, .. }), [chosen]) => {
            Ok((vec![name, (*chosen).to_owned()], *kind))
        }
        (Some(Entry::Refused { reason, .. }), _) => Err(format!("unsupported key: {reason}")),
        (Some(Entry::Named { .. } | Entry::Values { .. }), _) => {
            Err("expected the name of a key, got a section".to_owned())
        }
        (None, _) => Err(names::unknown(&name, entries, TEMPORAL)),
    }
}

/// Returns the variable of Temporal from which the value of a key comes.
fn variable_of(key: &str, set: &HashMap<String, String>) -> String {
    let stem = match key {
        "url" => "TEMPORAL_ADDRESS",
        "namespace" => "TEMPORAL_NAMESPACE",
        "api_key" => "TEMPORAL_API_KEY",
        "tls" => "TEMPORAL_TLS",
        "tls_server_name" => "TEMPORAL_TLS_SERVER_NAME",
        "server_ca_cert" => "TEMPORAL_TLS_SERVER_CA_CERT",
        "client_cert" => "TEMPORAL_TLS_CLIENT_CERT",
        "client_key" => "TEMPORAL_TLS_CLIENT_KEY",
        "host_verification" => "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION",
        header => return format!("{HEADER_PREFIX}{}", header.to_uppercase().replace('-', "_")),
    };
    let forms = [stem.to_owned(), format!("{stem}_PATH"), format!("{stem}_DATA")];
    forms.into_iter().find(|name| set.contains_key(name)).unwrap_or_else(|| stem.to_owned())
}

/// Turns a profile of the SDK into values of our keys.
fn values_of(
    profile: &ClientConfigProfile,
    section_means_tls: bool,
    source: impl Fn(&str) -> ValueSource,
    problems: &mut Vec<ConfigProblem>,
) -> Values {
    let mut values = Values::default();
    let mut set = |path: &[&str], kind: Kind, value: Value| {
        let found = Found { value, kind, source: source(path[path.len() - 1]) };
        values.insert(path.iter().map(|part| (*part).to_owned()).collect(), found);
    };
    let full = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    if let Some(address) = full(&profile.address) {
        set(&["url"], Kind::Text, Value::Text(address));
    }
    if let Some(namespace) = full(&profile.namespace) {
        set(&["namespace"], Kind::Text, Value::Text(namespace));
    }
    if let Some(api_key) = full(&profile.api_key) {
        set(&["api_key"], Kind::Secret, Value::Text(api_key));
    }
    for (name, value) in &profile.grpc_meta {
        set(&["headers", name], Kind::Secret, Value::Text(value.clone()));
    }
    if let Some(tls) = &profile.tls {
        if let Some(disabled) = tls.disabled {
            set(&["tls"], Kind::Bool, Value::Bool(!disabled));
        } else if section_means_tls {
            set(&["tls"], Kind::Bool, Value::Bool(true));
        }
        let files = [
            ("server_ca_cert", &tls.server_ca_cert),
            ("client_cert", &tls.client_cert),
            ("client_key", &tls.client_key),
        ];
        for (key, data) in files {
            match data {
                Some(DataSource::Path(path)) => set(&[key], Kind::Pem, Value::Path(path.into())),
                Some(DataSource::Data(data)) => {
                    let text = String::from_utf8_lossy(data).into_owned();
                    set(&[key], Kind::Pem, Value::Inline(text));
                }
                _ => {}
            }
        }
        if let Some(name) = full(&tls.server_name) {
            set(&["tls_server_name"], Kind::Text, Value::Text(name));
        }
        if tls.disable_host_verification {
            problems.push(ConfigProblem {
                source: source("host_verification"),
                key: String::new(),
                problem: "the server's certificate is always verified; name its authority with \
                          `server_ca_cert`, and the name that it is for with `tls_server_name`"
                    .to_owned(),
            });
        }
    }
    values
}
