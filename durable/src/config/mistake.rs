//! The mistakes in a configuration.

use std::fmt;
use std::path::PathBuf;

use super::value::ValueSource;
use crate::options::OptionProblem;
use crate::secret::without_credentials;

/// A mistake in a configuration. `Display` prints the problem, and then the fix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigMistake {
    /// The file cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A variable names a file that does not exist.
    #[error("file not found: {}", path.display())]
    FileNotFound {
        /// The file.
        path: PathBuf,
    },
    /// Temporal's own variables or profiles cannot be read.
    #[error("{reason}")]
    InvalidProfile {
        /// The message of the SDK.
        reason: String,
    },
    /// The file is not valid YAML, or has a form that is not supported.
    #[error("{problem}")]
    InvalidYaml {
        /// The problem, and the fix.
        problem: String,
    },
    /// A substitution is malformed.
    #[error("{problem}")]
    InvalidSubstitution {
        /// The problem, and the fix.
        problem: String,
    },
    /// A substitution needs a variable that is not set.
    #[error("{problem}")]
    MissingVariable {
        /// The problem, with the variable, and the fix.
        problem: String,
    },
    /// The section at the top is not `temporal`.
    #[error("unknown section; {}", .nearest.map_or(
        "all settings belong under `temporal:`".to_owned(),
        |near| format!("did you mean `{near}`?"),
    ))]
    UnknownSection {
        /// The section, if the name is near.
        nearest: Option<&'static str>,
    },
    /// The section has no such key.
    #[error("{}", unknown_key(nearest.as_deref(), elsewhere.as_deref(), known))]
    UnknownKey {
        /// The nearest key of the section, if one is near.
        nearest: Option<String>,
        /// The path of a key of that name in another section.
        elsewhere: Option<String>,
        /// The keys of the section.
        known: Vec<&'static str>,
    },
    /// The name of a variable begins with the section that all keys have.
    #[error("unknown key; leave out `TEMPORAL__`: the variable is `{variable}`")]
    SectionInVariable {
        /// The right name.
        variable: String,
    },
    /// The key has no effect here.
    #[error("unsupported key: {reason}")]
    UnsupportedKey {
        /// The reason, and the alternative.
        reason: &'static str,
    },
    /// The section has the key twice.
    #[error("duplicate key; it is also in line {first_line}")]
    DuplicateKey {
        /// The line of the first.
        first_line: usize,
    },
    /// A variable names a section instead of a key.
    #[error("expected the name of a key, got a section")]
    NotAKey,
    /// A variable names something below a key.
    #[error("`{key}` is a key and not a section")]
    NotASection {
        /// The key.
        key: String,
    },
    /// A value stands in the place of a section.
    #[error("expected {expected}, got {got}")]
    ExpectedSection {
        /// The expected section.
        expected: &'static str,
        /// The kind of the value.
        got: &'static str,
    },
    /// The value is not of the key's type.
    #[error("expected {expected}{}", .got.as_ref().map_or(String::new(), |got| format!(", got {got}")))]
    WrongType {
        /// A description of a valid value.
        expected: &'static str,
        /// A description of the value, unless it must not be shown.
        got: Option<String>,
    },
    /// A number, `true` or `false` has quotes.
    #[error("expected {expected}, got the text {got}; remove the quotes")]
    QuotedValue {
        /// A description of a valid value.
        expected: &'static str,
        /// The value, unless it must not be shown.
        got: String,
    },
    /// A time of zero makes no sense for the key.
    #[error("expected more than 0 seconds")]
    ZeroTime,
    /// The address is neither `host:port` nor, where that is allowed, a URL.
    #[error("invalid address: {reason}; write {form}")]
    InvalidAddress {
        /// The reason.
        reason: String,
        /// The valid form.
        form: &'static str,
    },
    /// Only HTTP proxies are supported.
    #[error("only `http` proxies are supported; write `host:port`")]
    UnsupportedProxy,
    /// The address of the proxy contains a user or a password.
    #[error("unexpected user or password in the address; set `proxy_user` and `proxy_password`")]
    CredentialsInAddress,
    /// A header's name has characters that gRPC does not allow.
    #[error(
        "invalid header name; expected lower-case letters, digits and `-`, and no `-bin` at the end"
    )]
    InvalidHeaderName,
    /// A header's value has characters that gRPC does not allow.
    #[error(
        "expected printable ASCII; a value that was read from a file may end with a line break"
    )]
    InvalidHeaderValue,
    /// The scheme of the address and `tls` contradict each other.
    #[error(
        "`{scheme}` means {}, and `tls` is {is_on} ({by}); change one of them",
        if *is_on { "no TLS" } else { "TLS" }
    )]
    TlsContradiction {
        /// The scheme, such as `https://`.
        scheme: String,
        /// The value of `tls`.
        is_on: bool,
        /// The source of `tls`.
        by: ValueSource,
    },
    /// The key and another one contradict each other.
    #[error("{problem}; {fix}")]
    Contradiction {
        /// The problem, with the other key.
        problem: &'static str,
        /// The fix.
        fix: &'static str,
    },
    /// The key has an effect only with another one.
    #[error("{reason}; set `{other}` too")]
    Incomplete {
        /// The reason.
        reason: &'static str,
        /// The key that is missing.
        other: String,
    },
    /// The program is built without a feature that the key needs.
    #[error(
        "this program is built without the feature `{feature}`, so the key would have no effect; enable the \
         feature of `durable`"
    )]
    MissingFeature {
        /// The feature.
        feature: &'static str,
    },
    /// A key for the encryption is invalid.
    #[error("{reason}")]
    InvalidEncryptionKey {
        /// The reason.
        reason: String,
    },
    /// There is no key with the id of the one that encrypts.
    #[error("there is no such key; {}", if .known.is_empty() {
        "add it to `keys`".to_owned()
    } else {
        format!("expected one of {}", Listed(known))
    })]
    UnknownEncryptionKey {
        /// The ids of the keys.
        known: Vec<String>,
    },
    /// The value is too small for a worker with a cache.
    #[error(
        "expected at least 2 for a worker with a cache: one for workflows in memory, and one for others; \
         set it to 2 or more, or `workflow_cache_size` to 0"
    )]
    TooFewForCache,
    /// A setting of Temporal's own that is not supported.
    #[error(
        "the server's certificate is always verified; name its authority with `server_ca_cert`, and the \
         name that it is for with `tls_server_name`"
    )]
    VerificationDisabled,
    /// Options of workflows or activities contradict each other.
    #[error("{0}")]
    InvalidOption(OptionProblem),
    /// The program has no workflow, activity or queue of that name.
    #[error("{}", not_in_program(kind, name, nearest.as_deref(), known))]
    NotInProgram {
        /// The kind: `workflow`, `activity` or `queue`.
        kind: &'static str,
        /// The name.
        name: String,
        /// The nearest name, if one is near.
        nearest: Option<String>,
        /// The names that the program has.
        known: Vec<String>,
    },
}

impl ConfigMistake {
    /// Masks credentials in texts that may repeat what was written.
    pub(super) fn masked(mut self) -> Self {
        match &mut self {
            Self::Unreadable { reason: text, .. }
            | Self::InvalidProfile { reason: text }
            | Self::InvalidYaml { problem: text }
            | Self::InvalidSubstitution { problem: text }
            | Self::MissingVariable { problem: text }
            | Self::WrongType { got: Some(text), .. }
            | Self::QuotedValue { got: text, .. }
            | Self::InvalidAddress { reason: text, .. }
            | Self::NotASection { key: text }
            | Self::NotInProgram { name: text, .. } => *text = without_credentials(text),
            _ => {}
        }
        self
    }
}

fn unknown_key(nearest: Option<&str>, elsewhere: Option<&str>, known: &[&str]) -> String {
    match (nearest, elsewhere) {
        (Some(near), _) => format!("unknown key; did you mean `{near}`?"),
        (None, Some(path)) => {
            format!("unknown key in this section; did you mean `temporal.{path}`?")
        }
        (None, None) => format!("unknown key; expected one of {}", Listed(known)),
    }
}

fn not_in_program(kind: &str, name: &str, nearest: Option<&str>, known: &[String]) -> String {
    let rest = match (nearest, known) {
        (Some(near), _) => format!("; did you mean `{near}`?"),
        (None, []) => String::new(),
        (None, known) => format!("; it has {}", Listed(known)),
    };
    format!("this program has no {kind} `{name}`{rest}")
}

/// Displays names in backticks, with commas between them.
struct Listed<'a, T>(&'a [T]);

impl<T: AsRef<str>> fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            write!(f, "{}`{}`", if index == 0 { "" } else { ", " }, name.as_ref())?;
        }
        Ok(())
    }
}
