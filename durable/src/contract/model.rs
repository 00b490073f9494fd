//! The content of a contract. It is the format of the file too.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of the format.
pub(super) const FORMAT: u32 = 1;

/// The contract of a program's workflows and activities with their callers, with running workflows, and with
/// workers of other versions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Contract {
    /// The version of this format.
    pub format: u32,
    /// The task queues that the program serves, sorted by name.
    pub queues: Vec<QueueContract>,
    /// The workflows and activities that the program only calls, by task queue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<QueueContract>,
    /// The error types, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: BTreeMap<String, ErrorContract>,
    /// The search attributes that the program declares, and their types, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub search_attributes: BTreeMap<String, String>,
    /// The named types, as JSON Schemas to which the others refer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, Value>,
}

/// The workflows and activities of a task queue.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct QueueContract {
    /// The task queue.
    pub name: String,
    /// The workflows, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<WorkflowContract>,
    /// The activities, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activities: Vec<ActivityContract>,
}

/// A workflow.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WorkflowContract {
    /// The types of the run, and the doc comment.
    #[serde(flatten)]
    pub run: CallContract,
    /// The id template of the annotation; without one an id is a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_template: Option<String>,
    /// The options that the annotation sets. Durations are in milliseconds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, Value>,
    /// The signals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<CallContract>,
    /// The queries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queries: Vec<CallContract>,
    /// The updates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub updates: Vec<CallContract>,
}

/// An activity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ActivityContract {
    /// The types, and the doc comment.
    #[serde(flatten)]
    pub run: CallContract,
    /// The options that the annotation sets. Durations are in milliseconds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, Value>,
}

/// The call of a workflow, activity, signal, query or update.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallContract {
    /// The name on the server.
    pub name: String,
    /// The doc comment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The inputs in order. Each is a payload.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputContract>,
    /// The output; a signal has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<TypeContract>,
    /// The error type, if it derives `ApplicationError`. Other errors are possible in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// An input.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct InputContract {
    /// The parameter's name, which isn't sent.
    pub name: String,
    /// The type.
    #[serde(flatten)]
    pub of: TypeContract,
}

/// A type.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TypeContract {
    /// The type as written in the source.
    #[serde(rename = "type")]
    pub name: String,
    /// The JSON Schema of the values that are read. A type without one is opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// The JSON Schema of the values that are written, if it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Value>,
}

impl TypeContract {
    /// Returns the schema of the values that are written.
    pub(super) fn written(&self) -> Option<&Value> {
        self.written.as_ref().or(self.schema.as_ref())
    }
}

/// An error type.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ErrorContract {
    /// The doc comment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The kinds, by the type name under which a failure is recorded.
    pub kinds: BTreeMap<String, ErrorKindContract>,
    /// The values, which are the failure's details.
    pub values: TypeContract,
}

/// A kind of an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ErrorKindContract {
    /// `true` if the error is retried.
    pub retryable: bool,
    /// `true` if the error is expected.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub benign: bool,
    /// The delay before the next attempt in milliseconds, if it isn't that of the retry policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_retry_delay: Option<u64>,
}
