//! The shape of a JSON Schema: its alternatives without references, and their properties.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::schemas::referred;

/// Returns the name of a referenced type.
pub(super) fn name(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(referred)
}

/// Returns the alternatives of a schema, each with one type and without references.
pub(super) fn alternatives(schema: &Value, types: &BTreeMap<String, Value>) -> Vec<Value> {
    expand(schema, types, &mut Vec::new())
}

/// Expands a schema. `open` has the names of the types within which it stands: one that is an alternative of itself
/// adds none.
fn expand<'a>(
    schema: &'a Value,
    types: &'a BTreeMap<String, Value>,
    open: &mut Vec<&'a str>,
) -> Vec<Value> {
    if let Some((name, named)) = name(schema).and_then(|name| Some((name, types.get(name)?))) {
        if open.contains(&name) {
            return Vec::new();
        }
        open.push(name);
        let all = expand(named, types, open);
        open.pop();
        return all;
    }
    let list = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key)?.as_array());
    if let Some(list) = list {
        let base = without(schema, &["anyOf", "oneOf"]);
        let mut all = Vec::new();
        for one in list {
            all.extend(expand(one, types, open).into_iter().map(|one| merge(&base, one)));
        }
        return all;
    }
    if let Some(list) = schema.get("allOf").and_then(Value::as_array) {
        let base = vec![without(schema, &["allOf"])];
        return list.iter().fold(base, |all, part| {
            let parts = expand(part, types, open);
            let pairs =
                all.iter().flat_map(|one| parts.iter().map(|part| merge(one, part.clone())));
            pairs.collect()
        });
    }
    if let Some(constants) = schema.get("enum").and_then(Value::as_array) {
        let base = without(schema, &["enum"]);
        let constant = |value: &Value| set(&set(&base, "const", value.clone()), "type", of(value));
        return constants.iter().map(constant).collect();
    }
    if let Some(list) = schema.get("type").and_then(Value::as_array) {
        return list.iter().map(|one| set(schema, "type", one.clone())).collect();
    }
    match schema.get("const") {
        Some(value) if schema.get("type").is_none() => vec![set(schema, "type", of(value))],
        _ => vec![schema.clone()],
    }
}

/// Returns the JSON type of a value.
fn of(value: &Value) -> Value {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    name.into()
}

fn set(schema: &Value, key: &str, value: Value) -> Value {
    let mut members = schema.as_object().cloned().unwrap_or_default();
    members.insert(key.to_owned(), value);
    Value::Object(members)
}

fn without(schema: &Value, keys: &[&str]) -> Value {
    let mut members = schema.as_object().cloned().unwrap_or_default();
    members.retain(|key, _| !keys.contains(&key.as_str()));
    Value::Object(members)
}

/// Merges two schemas that hold both, such as those of flattened structs.
fn merge(base: &Value, other: Value) -> Value {
    let (Value::Object(base), Value::Object(mut other)) = (base, other) else {
        return base.clone();
    };
    for (key, value) in base {
        match (key.as_str(), other.get_mut(key)) {
            ("properties", Some(Value::Object(fields))) => {
                let more = value.as_object().cloned().unwrap_or_default();
                fields.extend(more);
            }
            ("required", Some(Value::Array(names))) => {
                names.extend(value.as_array().cloned().unwrap_or_default());
            }
            (_, Some(_)) => {}
            (_, None) => {
                other.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(other)
}

/// Keys that say nothing about values.
const NOTES: [&str; 7] =
    ["title", "description", "default", "examples", "deprecated", "readOnly", "x-aliases"];

pub(super) fn is_any(schema: &Value) -> bool {
    match schema {
        Value::Bool(any) => *any,
        Value::Object(members) => members.keys().all(|key| NOTES.contains(&key.as_str())),
        _ => false,
    }
}

pub(super) fn is_required(schema: &Value, field: &str) -> bool {
    schema["required"].as_array().is_some_and(|fields| fields.iter().any(|it| it == field))
}

/// Returns the other names under which a field is read. Schemars 1.2 doesn't write those of Serde.
pub(super) fn aliases(field: &Value) -> impl Iterator<Item = &str> {
    field["x-aliases"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

pub(super) fn find<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
) -> Option<(&'a String, &'a Value)> {
    let named = fields.get_key_value(name);
    named.or_else(|| fields.iter().find(|(_, of)| aliases(of).any(|alias| alias == name)))
}

pub(super) fn is_constant(schema: &Value) -> bool {
    schema.get("const").is_some()
}

/// Returns the field and the constant of a tagged variant, or the field of an externally tagged one.
fn tag(schema: &Value) -> Option<(&String, Option<&Value>)> {
    let fields = schema["properties"].as_object()?;
    let constant = fields.iter().find_map(|(name, of)| Some((name, Some(of.get("const")?))));
    let is_closed = schema["additionalProperties"] == Value::Bool(false);
    let only = (fields.len() == 1 && is_closed).then(|| fields.keys().next()).flatten();
    constant.or_else(|| only.map(|name| (name, None)))
}

pub(super) fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}

pub(super) fn is_variant(schema: &Value) -> bool {
    tag(schema).is_some()
}

/// Returns the name by which an alternative is recognized.
pub(super) fn label(schema: &Value) -> String {
    if let Some(constant) = schema.get("const") {
        return constant.as_str().map_or_else(|| constant.to_string(), str::to_owned);
    }
    match tag(schema) {
        Some((_, Some(constant))) => {
            constant.as_str().map_or_else(|| constant.to_string(), str::to_owned)
        }
        Some((name, None)) => name.clone(),
        None => schema["type"].as_str().unwrap_or("any").to_owned(),
    }
}

pub(super) fn all_shown(schemas: &[Value]) -> String {
    schemas.iter().map(shown).collect::<Vec<_>>().join(" or ")
}

/// Returns a type for a message.
pub(super) fn shown(schema: &Value) -> String {
    if is_constant(schema) || is_variant(schema) {
        return format!("`{}`", label(schema));
    }
    let of = schema["type"].as_str().unwrap_or("any");
    match (schema["format"].as_str(), schema["minItems"].as_u64()) {
        (Some(format), _) => format!("{of} ({format})"),
        (None, Some(count)) => format!("{of} of {count} items"),
        (None, None) => of.to_owned(),
    }
}

/// Returns the smallest and the greatest value of an integer.
pub(super) fn range(schema: &Value) -> (i128, i128) {
    if let Some(constant) = schema["const"].as_i64() {
        return (constant.into(), constant.into());
    }
    let by_format = match schema["format"].as_str().unwrap_or_default() {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int64" | "int" => (i64::MIN.into(), i64::MAX.into()),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint64" | "uint" => (0, u64::MAX.into()),
        _ => (i128::MIN, i128::MAX),
    };
    let bound = |key: &str| {
        let value = &schema[key];
        value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
    };
    let (least, greatest) = by_format;
    (
        bound("minimum").unwrap_or(least).max(least),
        bound("maximum").unwrap_or(greatest).min(greatest),
    )
}

pub(super) fn fits(inner: (i128, i128), outer: (i128, i128)) -> bool {
    inner.0 >= outer.0 && inner.1 <= outer.1
}

pub(super) fn is_string_within(written: &Value, read: &Value) -> bool {
    if is_constant(written) {
        return true;
    }
    let same = |key: &str| read.get(key).is_none() || read.get(key) == written.get(key);
    let length = |of: &Value, key: &str, default: u64| of[key].as_u64().unwrap_or(default);
    same("format")
        && same("pattern")
        && length(read, "minLength", 0) <= length(written, "minLength", 0)
        && length(read, "maxLength", u64::MAX) >= length(written, "maxLength", u64::MAX)
}
