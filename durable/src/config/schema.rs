//! The JSON Schema of the file, with which editors complete and check it.
//!
//! It is made from the entries of the keys, like everything else. Any value may be a substitution, which is
//! text, so every type allows that form too.

use serde_json::{Map, Value, json};

use super::entry::Entry;
use super::keys::entries;
use super::kind::{Kind, LOG_FORMAT, LOG_LEVEL};
use crate::search_attribute::SearchAttribute;

/// The pattern of a value with a substitution.
const SUBSTITUTION: &str = r"\$\{[A-Za-z_]";

/// Returns the schema, in draft 2020-12.
pub(super) fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of a program with durable workflows",
        "type": "object",
        "additionalProperties": false,
        "properties": { "temporal": section(entries(), "All settings of the program.") },
        "$defs": definitions(),
    })
}

/// Returns the types of values, by the names that keys refer to.
fn definitions() -> Map<String, Value> {
    let kinds = [
        Kind::Bool,
        Kind::Count { least: 0 },
        Kind::Count { least: 1 },
        Kind::Port,
        Kind::Rate,
        Kind::Fraction,
        Kind::Coefficient,
        Kind::Seconds,
        Kind::Milliseconds,
        Kind::Text,
        Kind::Texts,
        Kind::SearchAttribute,
        Kind::OneOf(LOG_FORMAT),
        Kind::OneOf(LOG_LEVEL),
    ];
    kinds.into_iter().map(|kind| (name(kind).to_owned(), value(kind))).collect()
}

/// Returns the name of a type in the schema.
fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Count { least: 0 } => "count",
        Kind::Count { .. } => "positive",
        Kind::Port => "port",
        Kind::Rate => "rate",
        Kind::Fraction => "fraction",
        Kind::Coefficient => "coefficient",
        Kind::Seconds => "seconds",
        Kind::Milliseconds => "milliseconds",
        Kind::Text | Kind::Secret | Kind::Pem | Kind::Path => "text",
        Kind::Texts => "texts",
        Kind::SearchAttribute => "search_attribute",
        Kind::OneOf(choice) => choice.name,
    }
}

fn reference(kind: Kind) -> Value {
    json!({ "$ref": format!("#/$defs/{}", name(kind)) })
}

fn section(entries: &[Entry], meaning: &str) -> Value {
    let properties: Map<_, _> = entries
        .iter()
        .filter_map(|entry| Some((entry.name().to_owned(), property(entry)?)))
        .collect();
    json!({
        "description": meaning,
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": properties,
    })
}

fn property(entry: &Entry) -> Option<Value> {
    Some(match entry {
        Entry::Key { kind, default, meaning, .. } => {
            let mut schema = reference(*kind);
            schema["description"] = match default.split() {
                (_, Some(without)) => described_without(meaning, without).into(),
                _ => (*meaning).into(),
            };
            if let (Some(default), _) = default.split() {
                // Numbers and booleans read as JSON; the rest is text.
                schema["default"] =
                    serde_json::from_str(default).unwrap_or_else(|_| default.into());
            }
            schema
        }
        Entry::Alias { kind, without, meaning, .. } => {
            let mut schema = reference(*kind);
            schema["description"] = described_without(meaning, without).into();
            schema
        }
        Entry::Section { entries, meaning, .. } => section(entries, meaning),
        Entry::Named { entries, meaning, shorthand, .. } => {
            let mut of_one = section(entries, meaning);
            if shorthand.is_some() {
                // A single value in place of the keys.
                of_one["type"] = json!(["object", "null", "string", "number"]);
            }
            json!({
                "description": meaning,
                "type": ["object", "null"],
                "additionalProperties": of_one,
            })
        }
        Entry::Values { kind, meaning, .. } => json!({
            "description": meaning,
            "type": ["object", "null"],
            "additionalProperties": reference(*kind),
        }),
        Entry::Refused { .. } => return None,
    })
}

fn described_without(meaning: &str, without: &str) -> String {
    format!("{meaning} Without it: {without}.")
}

fn value(kind: Kind) -> Value {
    let plain = match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Count { least } => json!({ "type": "integer", "minimum": least }),
        Kind::Port => json!({ "type": "integer", "minimum": 1, "maximum": 65535 }),
        Kind::Rate | Kind::Seconds => json!({ "type": "number", "minimum": 0 }),
        Kind::Fraction => json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1 }),
        Kind::Coefficient => json!({ "type": "number", "minimum": 1 }),
        Kind::Milliseconds => json!({ "type": "integer", "minimum": 0 }),
        // YAML reads a text such as 20240131 as a number.
        Kind::Text | Kind::Secret | Kind::Pem | Kind::Path => {
            return json!({ "type": ["string", "number", "boolean", "null"] });
        }
        Kind::Texts => json!({ "type": "array", "items": { "type": ["string", "number"] } }),
        Kind::SearchAttribute => {
            let names = SearchAttribute::ALL.map(|kind| kind.to_string());
            json!({ "enum": names })
        }
        Kind::OneOf(choice) => json!({ "enum": choice.names }),
    };
    json!({ "anyOf": [plain, { "type": "string", "pattern": SUBSTITUTION }, { "type": "null" }] })
}
