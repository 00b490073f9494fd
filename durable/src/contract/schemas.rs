//! The JSON Schemas of a contract: of values that are read and of values that are written, with one name for
//! types whose two schemas are equal.

use std::collections::{BTreeMap, BTreeSet};

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::model::TypeContract;
use crate::definition::TypeSchema;

/// The place of the named types in a contract.
pub(super) const TYPES: &str = "#/types/";

/// The suffix of the name of a type whose written values have another schema.
const WRITTEN: &str = ".written";

/// Generates the schemas.
pub(super) struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let settings = || {
            let settings = SchemaSettings::draft2020_12();
            settings.with(|settings| {
                settings.definitions_path = "/types".into();
                settings.meta_schema = None;
            })
        };
        Self {
            read: settings().for_deserialize().into_generator(),
            written: settings().for_serialize().into_generator(),
        }
    }

    /// Describes a type. The schema of its written values is always there, until [`finish`] drops it.
    pub(super) fn describe(&mut self, name: &str, schema: TypeSchema) -> TypeContract {
        let generate = |generator: &mut SchemaGenerator| {
            schema.generate(generator).map(schemars::Schema::to_value)
        };
        let (read, written) = (generate(&mut self.read), generate(&mut self.written));
        TypeContract { name: name.to_owned(), schema: read, written }
    }

    /// Returns the named types.
    pub(super) fn finish(mut self) -> Types {
        let mut named = self.read.take_definitions(true).into_iter().collect::<BTreeMap<_, _>>();
        let written = self.written.take_definitions(true);
        let mut differing = BTreeSet::new();
        loop {
            let more = written.iter().filter(|(name, schema)| {
                !differing.contains(*name)
                    && (named.get(*name) != Some(*schema) || refers(schema, &differing))
            });
            let more: Vec<_> = more.map(|(name, _)| name.clone()).collect();
            if more.is_empty() {
                break;
            }
            differing.extend(more);
        }
        for (name, mut schema) in written {
            if differing.contains(&name) {
                rename(&mut schema, &differing);
                named.insert(format!("{name}{WRITTEN}"), schema);
            }
        }
        Types { named, differing }
    }
}

/// The named types, and the names of those whose written values have another schema.
pub(super) struct Types {
    pub(super) named: BTreeMap<String, Value>,
    differing: BTreeSet<String>,
}

impl Types {
    /// Drops the schema of the written values if it is that of the values that are read.
    pub(super) fn settle(&self, described: &mut TypeContract) {
        if let Some(written) = &mut described.written {
            rename(written, &self.differing);
        }
        if described.written == described.schema {
            described.written = None;
        }
    }
}

/// Returns the name to which a `$ref` refers.
pub(super) fn referred(reference: &Value) -> Option<&str> {
    reference.as_str()?.strip_prefix(TYPES)
}

fn refers(schema: &Value, names: &BTreeSet<String>) -> bool {
    match schema {
        Value::Object(members) => {
            let refers_itself =
                members.get("$ref").and_then(referred).is_some_and(|name| names.contains(name));
            refers_itself || members.values().any(|member| refers(member, names))
        }
        Value::Array(items) => items.iter().any(|item| refers(item, names)),
        _ => false,
    }
}

fn rename(schema: &mut Value, names: &BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                let name = if key == "$ref" { referred(member) } else { None };
                match name.filter(|name| names.contains(*name)) {
                    Some(name) => *member = format!("{TYPES}{name}{WRITTEN}").into(),
                    None => rename(member, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, names)),
        _ => {}
    }
}
