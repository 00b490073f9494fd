//! Values, each with its source.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::kind::Kind;
use crate::client::Pem;
use crate::search_attribute::SearchAttribute;
use crate::secret::{is_key, is_key_path, without_credentials};

/// The source of a key's value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueSource {
    /// An environment variable.
    Variable(String),
    /// A line of the configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1 on.
        line: usize,
        /// The environment variables whose values are in it.
        variables: Vec<String>,
    },
    /// A profile of Temporal's own `temporal.toml`.
    Profile {
        /// The file, if one was named.
        path: Option<PathBuf>,
        /// The profile's name.
        name: String,
    },
    /// The built-in value: nothing sets the key.
    BuiltIn,
}

impl fmt::Display for ValueSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "{name}"),
            Self::File { path, line, variables } => {
                write!(f, "{}:{line}", path.display())?;
                match variables.as_slice() {
                    [] => Ok(()),
                    variables => write!(f, " with {}", variables.join(", ")),
                }
            }
            Self::Profile { path, name } => {
                let path = path.as_deref().unwrap_or(Path::new("temporal.toml"));
                write!(f, "profile `{name}` of {}", path.display())
            }
            Self::BuiltIn => f.write_str("built in"),
        }
    }
}

/// A value of one of the types that a key may have.
#[derive(Clone, PartialEq)]
pub(super) enum Value {
    Bool(bool),
    Count(u32),
    Port(u16),
    Number(f64),
    Duration(Duration),
    Text(String),
    Texts(Vec<String>),
    /// A path, resolved against the folder of its file.
    Path(PathBuf),
    Pem(Pem),
    SearchAttribute(SearchAttribute),
}

/// The error for a text that isn't a value of a type. It doesn't contain the text.
pub(super) struct Mismatch;

impl Value {
    /// Parses a value. Relative paths start at `folder`.
    pub(super) fn parse(kind: Kind, text: &str, folder: Option<&Path>) -> Result<Self, Mismatch> {
        let number = || text.parse::<f64>().ok().filter(|number| number.is_finite());
        let path = || folder.map_or_else(|| PathBuf::from(text), |folder| folder.join(text));
        let value = match kind {
            Kind::Bool => match text.to_ascii_lowercase().as_str() {
                "true" => Some(Self::Bool(true)),
                "false" => Some(Self::Bool(false)),
                _ => None,
            },
            Kind::Count { least } => {
                text.parse().ok().filter(|count| *count >= least).map(Self::Count)
            }
            Kind::Port => text.parse().ok().filter(|port| *port > 0).map(Self::Port),
            Kind::Rate => number().filter(|rate| *rate >= 0.0).map(Self::Number),
            Kind::Fraction => {
                number().filter(|share| *share > 0.0 && *share <= 1.0).map(Self::Number)
            }
            Kind::Coefficient => number().filter(|factor| *factor >= 1.0).map(Self::Number),
            Kind::Seconds => number()
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .filter(|duration| *duration <= LONGEST)
                .map(Self::Duration),
            Kind::Milliseconds => {
                let duration = text.parse().ok().map(Duration::from_millis);
                duration.filter(|duration| *duration <= LONGEST).map(Self::Duration)
            }
            Kind::Text | Kind::Secret => Some(Self::Text(text.to_owned())),
            Kind::SearchAttribute => text.parse().ok().map(Self::SearchAttribute),
            Kind::OneOf(choice) => {
                let name = choice.names.iter().find(|name| name.eq_ignore_ascii_case(text));
                name.map(|name| Self::Text((*name).to_owned()))
            }
            Kind::Pem if is_key(text) => Some(Self::Pem(Pem::inline(text))),
            Kind::Pem => Some(Self::Pem(Pem::file(path()))),
            Kind::Path => Some(Self::Path(path())),
            Kind::Texts => {
                let parts = text.split(',').map(|part| part.trim().to_owned());
                let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
                Some(Self::Texts(parts))
            }
        };
        value.ok_or(Mismatch)
    }

    /// Returns the value as it is written, or `None` if it must not be shown.
    pub(super) fn shown(&self, kind: Kind) -> Option<String> {
        match self {
            _ if kind == Kind::Secret => None,
            Self::Bool(value) => Some(value.to_string()),
            Self::Count(count) => Some(count.to_string()),
            Self::Port(port) => Some(port.to_string()),
            // `2.0`, to be seen as a number with fractions.
            Self::Number(number) if kind == Kind::Coefficient => Some(format!("{number:?}")),
            Self::Number(number) => Some(number.to_string()),
            Self::Duration(duration) if kind == Kind::Milliseconds => {
                Some(duration.as_millis().to_string())
            }
            Self::Duration(duration) => Some(duration.as_secs_f64().to_string()),
            Self::Text(text) => Some(without_credentials(text)),
            Self::Texts(texts) => Some(format!("[{}]", texts.join(", "))),
            // A key in place of the path of its file.
            Self::Path(path) if is_key_path(path) => None,
            Self::Path(path) => Some(path.display().to_string()),
            Self::Pem(pem) => pem.path().map(|path| path.display().to_string()),
            Self::SearchAttribute(kind) => Some(kind.to_string()),
        }
    }
}

/// The longest duration of the server's protocol: 10,000 years.
const LONGEST: Duration = Duration::from_secs(315_576_000_000);

/// A value and its source.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) value: Value,
    pub(super) kind: Kind,
    pub(super) source: ValueSource,
}

/// The path of a key below `temporal`, such as `worker`, `queues`, `orders`, `activities_per_second`.
pub(super) type KeyPath = Vec<String>;

/// Joins a path with dots.
pub(super) fn dotted(path: &[impl AsRef<str>]) -> String {
    let parts: Vec<_> = path.iter().map(AsRef::as_ref).collect();
    parts.join(".")
}

/// The only section of the configuration file.
pub(super) const ROOT: &str = "temporal";

/// Joins the path of a key with dots, below the section of the file.
pub(super) fn in_file(path: &[String]) -> String {
    format!("{ROOT}.{}", dotted(path))
}

/// The values that were found, by key.
#[derive(Clone, Default)]
pub(super) struct Values(pub(super) BTreeMap<KeyPath, Found>);

impl Values {
    pub(super) fn insert(&mut self, path: KeyPath, found: Found) {
        self.0.insert(path, found);
    }

    pub(super) fn get(&self, path: &[String]) -> Option<&Found> {
        self.0.get(path)
    }

    /// Adds the values of `lower` for keys that have none here.
    pub(super) fn fill_from(&mut self, lower: Self) {
        for (path, found) in lower.0 {
            self.0.entry(path).or_insert(found);
        }
    }

    /// Returns the source of the first key at or below a path.
    pub(super) fn source_below(&self, path: &KeyPath) -> Option<ValueSource> {
        let below = self.0.range(path.clone()..).next();
        below.filter(|(found, _)| found.starts_with(path)).map(|(_, found)| found.source.clone())
    }

    /// Returns the names that the user chose under a path.
    pub(super) fn names(&self, under: &[String]) -> Vec<String> {
        let below =
            self.0.keys().filter(|path| path.len() > under.len() && path.starts_with(under));
        let mut names: Vec<_> = below.map(|path| path[under.len()].clone()).collect();
        names.dedup();
        names
    }
}
