//! Types as the languages have them, from JSON Schemas.

use serde_json::Value;

use crate::contract::model::TypeContract;
use crate::contract::schemas::referred;

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Type {
    Any,
    Null,
    Bool,
    Integer,
    Number,
    Text,
    Constant(Value),
    List(Box<Type>),
    Tuple(Vec<Type>),
    Map(Box<Type>),
    Object(Vec<Field>),
    Named(String),
    Union(Vec<Type>),
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) of: Type,
    pub(super) is_required: bool,
}

impl Type {
    /// Returns the type of the values that a caller writes.
    pub(super) fn written(of: &TypeContract) -> Self {
        // A caller may leave out what a worker doesn't need.
        of.schema.as_ref().map_or(Self::Any, Self::of)
    }

    /// Returns the type of the values that a caller reads.
    pub(super) fn read(of: &TypeContract) -> Self {
        of.written().map_or(Self::Any, Self::of)
    }

    pub(super) fn of(schema: &Value) -> Self {
        if let Some(name) = schema.get("$ref").and_then(referred) {
            return Self::Named(name.to_owned());
        }
        if let Some(constant) = schema.get("const") {
            return Self::Constant(constant.clone());
        }
        let list = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key)?.as_array());
        if let Some(list) = list {
            return Self::union(list.iter().map(Self::of).collect());
        }
        if let Some(list) = schema.get("enum").and_then(Value::as_array) {
            return Self::union(list.iter().cloned().map(Self::Constant).collect());
        }
        match schema.get("type") {
            Some(Value::Array(types)) => {
                let types = types.iter().filter_map(Value::as_str);
                Self::union(types.map(|of| Self::plain(of, schema)).collect())
            }
            Some(Value::String(of)) => Self::plain(of, schema),
            _ => Self::Any,
        }
    }

    fn union(mut types: Vec<Self>) -> Self {
        if types.len() == 1 { types.remove(0) } else { Self::Union(types) }
    }

    fn plain(of: &str, schema: &Value) -> Self {
        match of {
            "null" => Self::Null,
            "boolean" => Self::Bool,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::Text,
            "array" => {
                let items = schema["prefixItems"].as_array();
                let list = || Self::List(Box::new(schema.get("items").map_or(Self::Any, Self::of)));
                items.map_or_else(list, |items| Self::Tuple(items.iter().map(Self::of).collect()))
            }
            "object" => Self::object(schema),
            _ => Self::Any,
        }
    }

    fn object(schema: &Value) -> Self {
        let Some(fields) = schema["properties"].as_object() else {
            let value = schema.get("additionalProperties").filter(|it| it.is_object());
            return Self::Map(Box::new(value.map_or(Self::Any, Self::of)));
        };
        if schema.get("allOf").is_some() {
            return Self::Map(Box::new(Self::Any));
        }
        let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
        let fields = fields.iter().map(|(name, of)| Field {
            name: name.clone(),
            description: of["description"].as_str().unwrap_or_default().to_owned(),
            of: Self::of(of),
            is_required: required.iter().any(|it| it == name),
        });
        Self::Object(fields.collect())
    }
}
