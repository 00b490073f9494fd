//! The JSON Schemas of the types of the registry. Without the feature `schema` all types are opaque.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

#[cfg(feature = "schema")]
use crate::contract::{CallContract, Contract};
use crate::definition::{Parameter, Registry, WorkflowEntry};

/// The place of named types in a contract, and in the document.
const PLACES: (&str, &str) = ("#/types/", "#/components/schemas/");

/// The kind of the call that starts a workflow.
pub(super) const RUN: &str = "run";

/// The queue and the workflow type, and the kind and the name of the call.
type Place = [String; 4];

/// The schemas of the types of calls.
#[derive(Default)]
pub(super) struct Types {
    calls: BTreeMap<Place, Call>,
    named: BTreeMap<String, Value>,
}

/// The types of a call, and its doc comment.
#[derive(Default)]
pub(super) struct Call {
    inputs: Vec<Option<Value>>,
    output: Option<Value>,
    pub(super) description: String,
}

impl Types {
    /// Generates the schemas.
    #[cfg(feature = "schema")]
    pub(super) fn new(registry: &Registry) -> Self {
        let contract = Contract::of(registry);
        let mut types = Self::default();
        for queue in contract.queues.iter().chain(&contract.declared) {
            for workflow in &queue.workflows {
                let name = &workflow.run.name;
                let kinds = [
                    ("signal", &workflow.signals),
                    ("query", &workflow.queries),
                    ("update", &workflow.updates),
                ];
                types.add([&queue.name, name, RUN, ""], &workflow.run);
                for (kind, handlers) in kinds {
                    for handler in handlers {
                        types.add([&queue.name, name, kind, &handler.name], handler);
                    }
                }
            }
        }
        types.named = contract.types.into_iter().map(|(name, of)| (name, moved(of))).collect();
        types
    }

    #[cfg(not(feature = "schema"))]
    pub(super) fn new(_registry: &Registry) -> Self {
        Self::default()
    }

    #[cfg(feature = "schema")]
    fn add(&mut self, place: [&str; 4], call: &CallContract) {
        let inputs = call.inputs.iter().map(|input| input.of.schema.clone().map(moved));
        let output = call.output.as_ref();
        let output = output.and_then(|of| of.written.clone().or_else(|| of.schema.clone()));
        let call = Call {
            inputs: inputs.collect(),
            output: output.map(moved),
            description: call.description.clone(),
        };
        self.calls.insert(place.map(str::to_owned), call);
    }

    /// Returns the types of a call, if they are known.
    pub(super) fn call(&self, entry: &WorkflowEntry, kind: &str, name: &str) -> Option<&Call> {
        self.calls.get(&[entry.queue, entry.name, kind, name].map(str::to_owned))
    }

    /// Adds the named types to which a document refers, directly or through others.
    pub(super) fn add_referred(&self, document: &mut Value) {
        let mut missing = Vec::new();
        referred(document, &mut missing);
        let mut found = Map::new();
        while let Some(name) = missing.pop() {
            if let Some(schema) = self.named.get(&name)
                && !found.contains_key(&name)
            {
                referred(schema, &mut missing);
                found.insert(name, schema.clone());
            }
        }
        if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
            schemas.append(&mut found);
        }
    }
}

impl Call {
    fn input(&self, place: usize) -> Option<&Value> {
        self.inputs.get(place)?.as_ref()
    }
}

/// Returns the schema of inputs: an array with one value for each parameter.
pub(super) fn inputs(parameters: &[Parameter], call: Option<&Call>) -> Value {
    let (mut described, mut required) = (Vec::new(), 0);
    for (place, parameter) in parameters.iter().enumerate() {
        let (title, type_name) = (parameter.name, format!("`{}`", parameter.type_name));
        let mut input = json!({ "title": title, "description": type_name });
        if let Some(schema) = call.and_then(|call| call.input(place)) {
            if !takes_null(schema) {
                required = place + 1;
            }
            input["allOf"] = json!([schema]);
        }
        described.push(input);
    }
    let mut schema = json!({
        "type": "array",
        "minItems": required,
        "maxItems": parameters.len(),
        "description": "The inputs in the order of the parameters. Trailing optional ones may be left out.",
    });
    if !described.is_empty() {
        schema["prefixItems"] = Value::Array(described);
    }
    schema
}

/// Returns whether a schema allows `null`, so that a trailing input may be left out.
fn takes_null(schema: &Value) -> bool {
    let is_null = |name: &Value| name == "null";
    let of_type = match &schema["type"] {
        Value::Array(names) => names.iter().any(is_null),
        name => is_null(name),
    };
    let any = schema["anyOf"].as_array().into_iter().flatten();
    of_type || schema == &json!(true) || schema == &json!({}) || any.into_iter().any(takes_null)
}

/// Returns the schema of an output.
pub(super) fn output(type_name: &str, call: Option<&Call>) -> Value {
    let mut output = json!({ "description": format!("`{type_name}`") });
    if let Some(schema) = call.and_then(|call| call.output.as_ref()) {
        output["allOf"] = json!([schema]);
    }
    output
}

/// Moves the references of a schema to the place of types in the document.
#[cfg_attr(not(feature = "schema"), allow(dead_code))]
fn moved(mut schema: Value) -> Value {
    visit(&mut schema, &mut |reference| {
        if let Some(name) = reference.strip_prefix(PLACES.0) {
            *reference = format!("{}{name}", PLACES.1);
        }
    });
    schema
}

fn visit(schema: &mut Value, change: &mut impl FnMut(&mut String)) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(reference) if key == "$ref" => change(reference),
                    member => visit(member, change),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, change)),
        _ => {}
    }
}

/// Collects the names of the types to which a value refers.
fn referred(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            names.extend(reference.and_then(|it| it.strip_prefix(PLACES.1)).map(str::to_owned));
            members.values().for_each(|member| referred(member, names));
        }
        Value::Array(items) => items.iter().for_each(|item| referred(item, names)),
        _ => {}
    }
}
