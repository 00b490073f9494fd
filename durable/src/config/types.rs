//! The types of keys: each has a kind of value in the file, and a type in the program.

use std::path::PathBuf;
use std::time::Duration;

use super::kind::{Kind, LOG_FORMAT, LOG_LEVEL};
use super::value::Value;
use crate::client;
use crate::search_attribute;
use crate::telemetry_settings;

/// A type of keys: what is written, and what the program gets.
pub(super) trait KeyType {
    type Value: Typed;
    const KIND: Kind;
}

/// A type that values of keys are turned into.
pub(super) trait Typed: Clone {
    /// Returns the value, if it is of this type.
    fn typed(value: &Value) -> Option<Self>;

    fn untyped(&self) -> Value;
}

macro_rules! key_types {
    ($($name:ident: $value:ty = $kind:expr;)+) => {$(
        pub(super) enum $name {}

        impl KeyType for $name {
            type Value = $value;
            const KIND: Kind = $kind;
        }
    )+};
}

key_types! {
    Bool: bool = Kind::Bool;
    Count: u32 = Kind::Count { least: 0 };
    Positive: u32 = Kind::Count { least: 1 };
    Port: u16 = Kind::Port;
    Rate: f64 = Kind::Rate;
    Fraction: f64 = Kind::Fraction;
    Coefficient: f64 = Kind::Coefficient;
    Seconds: Duration = Kind::Seconds;
    Milliseconds: Duration = Kind::Milliseconds;
    Text: String = Kind::Text;
    Secret: String = Kind::Secret;
    Pem: client::Pem = Kind::Pem;
    Path: PathBuf = Kind::Path;
    Texts: Vec<String> = Kind::Texts;
    SearchAttribute: search_attribute::SearchAttribute = Kind::SearchAttribute;
    LogFormat: telemetry_settings::LogFormat = Kind::OneOf(LOG_FORMAT);
    LogLevel: telemetry_settings::LogLevel = Kind::OneOf(LOG_LEVEL);
}

macro_rules! typed {
    ($($type:ty => $variant:ident;)+) => {$(
        impl Typed for $type {
            fn typed(value: &Value) -> Option<Self> {
                match value {
                    Value::$variant(value) => Some(value.to_owned()),
                    _ => None,
                }
            }

            fn untyped(&self) -> Value {
                Value::$variant(self.to_owned())
            }
        }
    )+};
}

typed! {
    bool => Bool;
    u32 => Count;
    u16 => Port;
    f64 => Number;
    Duration => Duration;
    String => Text;
    Vec<String> => Texts;
    PathBuf => Path;
    client::Pem => Pem;
    search_attribute::SearchAttribute => SearchAttribute;
}

macro_rules! typed_by_name {
    ($($type:ty;)+) => {$(
        impl Typed for $type {
            fn typed(value: &Value) -> Option<Self> {
                match value {
                    Value::Text(name) => name.parse().ok(),
                    _ => None,
                }
            }

            fn untyped(&self) -> Value {
                Value::Text(self.to_string())
            }
        }
    )+};
}

typed_by_name! {
    telemetry_settings::LogFormat;
    telemetry_settings::LogLevel;
}
