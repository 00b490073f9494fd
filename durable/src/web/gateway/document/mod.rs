//! The `OpenAPI` 3.1 document of a gateway, made of the types of the registry.

mod answers;
mod schedules;
mod schemas;
mod types;
mod workflows;

use serde_json::{Map, Value, json};

use super::catalogue::Catalogue;
use super::limits::Limits;
use crate::definition::Registry;
use types::{Call, RUN, Types};

/// Builds the document. It has only what the gateway allows.
pub(super) fn build(
    registry: &Registry,
    catalogue: &Catalogue,
    limits: &Limits,
    has_hook: bool,
) -> Value {
    let types = Types::new(registry);
    let mut paths = Map::new();
    workflows::list(&mut paths, catalogue, limits, has_hook);
    schedules::list(&mut paths, catalogue, limits, has_hook);
    for (entry, operations) in catalogue.types() {
        let of = Type { entry, operations, has_hook, types: &types };
        workflows::add(&mut paths, &of);
        schedules::add(&mut paths, &of);
    }
    let tags = catalogue.types().map(|(entry, _)| json!({ "name": entry.name }));
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Workflows",
            "description": "Starts, follows and ends the workflows of this program.",
            "version": "1",
        },
        "servers": [{ "url": "." }],
        "tags": tags.collect::<Value>(),
        "paths": paths,
        "components": { "schemas": schemas::components(), "responses": answers::components() },
    });
    types.add_referred(&mut document);
    document
}

/// A workflow type with its operations.
struct Type<'a> {
    entry: &'a crate::definition::WorkflowEntry,
    operations: &'a std::collections::BTreeSet<super::Operation>,
    has_hook: bool,
    types: &'a Types,
}

impl Type<'_> {
    /// Returns the types of a call.
    fn call(&self, kind: &str, name: &str) -> Option<&Call> {
        self.types.call(self.entry, kind, name)
    }

    /// Returns the doc comment of the workflow.
    fn about(&self) -> &str {
        self.call(RUN, "").map_or("", |call| &call.description)
    }

    /// Describes an operation on this type.
    fn operation(&self, name: &str, summary: &str) -> Operation {
        let id = format!("{name}:{}", self.entry.name);
        Operation::new(&id, self.entry.name, summary, self.has_hook)
    }

    /// Returns a path with the name of the type.
    fn path(&self, before: &str, after: &str) -> String {
        format!("{before}/{}{after}", super::location::encoded(self.entry.name))
    }
}

/// An operation of the document.
struct Operation(Value);

impl Operation {
    fn new(id: &str, tag: &str, summary: &str, has_hook: bool) -> Self {
        let mut operation = json!({
            "operationId": id,
            "tags": [tag],
            "summary": summary,
            "parameters": [],
            "responses": {},
        });
        for status in answers::COMMON {
            operation["responses"][status] = answers::named(status);
        }
        if has_hook {
            operation["responses"]["401"] = answers::named("401");
        }
        Self(operation)
    }

    fn description(mut self, text: &str) -> Self {
        if !text.is_empty() {
            self.0["description"] = json!(text);
        }
        self
    }

    fn parameter(mut self, parameter: Value) -> Self {
        if let Some(all) = self.0["parameters"].as_array_mut() {
            all.push(parameter);
        }
        self
    }

    /// Adds a body of JSON, with the answers to bodies that can't be read.
    fn body(mut self, schema: &Value) -> Self {
        self.0["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": schema } } });
        self.problems(&["413", "415"])
    }

    /// Adds answers that are problems.
    fn problems(mut self, statuses: &[&str]) -> Self {
        for status in statuses {
            self.0["responses"][status] = answers::named(status);
        }
        self
    }

    /// Adds an answer of JSON.
    fn answer(mut self, status: &str, description: &str, schema: &Value) -> Self {
        self.0["responses"][status] = answers::json(description, schema, &[]);
        self
    }

    /// Adds an answer of JSON with headers.
    fn answer_with(
        mut self,
        status: &str,
        description: &str,
        schema: &Value,
        headers: &[&str],
    ) -> Self {
        self.0["responses"][status] = answers::json(description, schema, headers);
        self
    }

    /// Adds the operation to a path.
    fn add(self, paths: &mut Map<String, Value>, path: String, method: &str) {
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = self.0;
    }
}
