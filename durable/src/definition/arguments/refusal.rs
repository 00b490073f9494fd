//! The error of a deserializer, from which the value can be left out.
//!
//! The errors of `serde_json` contain the value: `invalid type: string "4111", expected u64`. This error
//! keeps the kind of the value and the expectation apart from the value. Names of unknown fields and
//! variants come from outside too, and so does every message of a type's own `Deserialize`.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::text::Text;

/// The reason for which a value was not accepted.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The value has another type, or is not one of the type's.
    Unfit { problem: &'static str, found: Found, full: String, expected: String },
    /// The message of a type's own check.
    Custom(String),
    /// Any other reason. Its text contains no value.
    Other(Text),
    /// A refusal that was recorded under this number, with its path.
    Recorded(usize),
}

/// The kind of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    List,
    Map,
    Other(String),
}

impl Found {
    fn of(unexpected: Unexpected<'_>) -> Self {
        Self::Other(match unexpected {
            Unexpected::Seq => return Self::List,
            Unexpected::Map => return Self::Map,
            Unexpected::Bool(_) => "a boolean".to_owned(),
            Unexpected::Float(number) if number.fract() != 0.0 => {
                "a number with decimal places".to_owned()
            }
            Unexpected::Signed(number) if number < 0 => "a negative number".to_owned(),
            Unexpected::Float(number) if number < 0.0 => "a negative number".to_owned(),
            Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => {
                "a number".to_owned()
            }
            Unexpected::Char(_) => counted(1, "string", "character"),
            Unexpected::Str(text) => string(text),
            Unexpected::Bytes(bytes) => counted(bytes.len(), "value", "byte"),
            Unexpected::Unit | Unexpected::Option => "null".to_owned(),
            Unexpected::Enum => "a variant".to_owned(),
            Unexpected::UnitVariant => "a variant without a value".to_owned(),
            Unexpected::NewtypeVariant => "a variant with a value".to_owned(),
            Unexpected::TupleVariant => "a variant with a list".to_owned(),
            Unexpected::StructVariant => "a variant with fields".to_owned(),
            Unexpected::NewtypeStruct | Unexpected::Other(_) => "another value".to_owned(),
        })
    }

    /// Describes the kind of a value.
    pub(super) fn describe(value: &serde_json::Value) -> String {
        match value {
            serde_json::Value::Null => "null".to_owned(),
            serde_json::Value::Bool(_) => "a boolean".to_owned(),
            serde_json::Value::Number(_) => "a number".to_owned(),
            serde_json::Value::String(text) => string(text),
            serde_json::Value::Array(items) => list(items.len()),
            serde_json::Value::Object(entries) => map(entries.len()),
        }
    }
}

pub(super) fn string(text: &str) -> String {
    counted(text.chars().count(), "string", "character")
}

pub(super) fn list(items: usize) -> String {
    counted(items, "list", "item")
}

pub(super) fn map(entries: usize) -> String {
    match entries {
        1 => "a map of 1 entry".to_owned(),
        entries => format!("a map of {entries} entries"),
    }
}

fn counted(count: usize, what: &str, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("a {what} of {count} {unit}{plural}")
}

/// The message of a recorded refusal. Between the deserializer and the caller, the SDK's converter
/// reduces errors to their messages.
const RECORDED: &str = "\u{0}recorded refusal ";

impl Refusal {
    /// Returns the number of the recorded refusal with this message. A forged number leads to another
    /// recorded refusal, which contains no value either.
    pub(super) fn recorded(message: &str) -> Option<usize> {
        message.strip_prefix(RECORDED)?.parse().ok()
    }

    /// Leaves out the size of a list or map if the refusal may be about a part of it.
    pub(super) fn within(mut self, is_part: bool) -> Self {
        if let (true, Self::Unfit { found, .. }) = (is_part, &mut self) {
            match found {
                Found::List => *found = Found::Other("a list".to_owned()),
                Found::Map => *found = Found::Other("a map".to_owned()),
                Found::Other(_) => {}
            }
        }
        self
    }

    /// Returns the text of a refusal. `kind` describes the value whose deserialization failed.
    pub(super) fn text(self, kind: &str) -> Text {
        match self {
            Self::Unfit { problem, found, full, expected } => {
                let found = match &found {
                    Found::List if kind.starts_with("a list") => kind,
                    Found::List => "a list",
                    Found::Map if kind.starts_with("a map") => kind,
                    Found::Map => "a map",
                    Found::Other(found) => found,
                };
                Text::new(
                    format!("{problem}: {found}, expected {expected}"),
                    format!("{problem}: {full}, expected {expected}"),
                )
            }
            Self::Custom(message) if is_of_untagged_enum(&message) => Text::plain(message),
            Self::Custom(message) => {
                let hidden = format!("invalid value: {kind}, refused by its type's own check");
                Text::new(hidden, message)
            }
            Self::Other(text) => text,
            Self::Recorded(_) => Text::plain("its part was refused"),
        }
    }

    fn unfit(problem: &'static str, unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let full = if matches!(unexpected, Unexpected::Unit) {
            "null".to_owned()
        } else {
            unexpected.to_string()
        };
        Self::Unfit { problem, full, found: Found::of(unexpected), expected: expected.to_string() }
    }

    fn unknown(what: &str, name: &str, expected: &[&str]) -> Self {
        let list = match expected {
            [] => format!("there are no {what}s"),
            [one] => format!("expected `{one}`"),
            [one, other] => format!("expected `{one}` or `{other}`"),
            several => {
                let names = several.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
                format!("expected one of {}", names.join(", "))
            }
        };
        let (hidden, full) =
            (format!("unknown {what}, {list}"), format!("unknown {what} `{name}`, {list}"));
        Self::Other(Text::new(hidden, full))
    }
}

/// Returns `true` for the message of a derived `Deserialize`, which contains only the name of its type.
fn is_of_untagged_enum(message: &str) -> bool {
    message
        .strip_prefix("data did not match any variant of untagged enum ")
        .is_some_and(|name| name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_'))
}

impl de::Error for Refusal {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        Self::recorded(&message).map_or(Self::Custom(message), Self::Recorded)
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::unfit("invalid type", unexpected, expected)
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::unfit("invalid value", unexpected, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::Other(Text::plain(format!("invalid length {length}, expected {expected}")))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown("variant", variant, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown("field", field, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Other(Text::plain(format!("missing field `{field}`")))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::Other(Text::plain(format!("duplicate field `{field}`")))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recorded(number) => write!(f, "{RECORDED}{number}"),
            // Every refusal is recorded before it leaves the deserializer.
            _ => f.write_str("a value was refused"),
        }
    }
}

impl std::error::Error for Refusal {}
