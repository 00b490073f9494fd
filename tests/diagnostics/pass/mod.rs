//! Annotations that the macros must accept, and what the registry then says of them.
//!
//! They are no `trybuild` cases, because one such case makes `trybuild` generate code for all
//! dependencies where it otherwise checks them.

mod application_error;
mod conditions;
mod contexts;
mod crate_path;
mod deprecated;
mod equal_names;
mod function_body;
mod hygiene;
mod init;
mod inputs;
mod macro_rules;
mod names;
mod nondeterminism_allowed;
mod nondeterminism_near_misses;
mod options;
mod same_name;
mod state;
mod strict;
mod test_attribute;
mod types;

use durable::Registry;
use durable::definition::{ActivityEntry, Parameter, WorkflowEntry};

/// Returns the registry's entry of an activity, which must be registered.
fn activity(queue: &str, name: &str) -> ActivityEntry {
    let registry = Registry::collect().expect("nothing here contradicts itself");
    let found = registry.activities().find(|entry| entry.queue == queue && entry.name == name);
    found.expect("an annotated activity is registered").clone()
}

/// Returns the registry's entry of a workflow, which must be registered.
fn workflow(queue: &str, name: &str) -> WorkflowEntry {
    let registry = Registry::collect().expect("nothing here contradicts itself");
    let found = registry.workflows().find(|entry| entry.queue == queue && entry.name == name);
    found.expect("an annotated workflow is registered").clone()
}

/// Parameters as they are written.
fn written(parameters: &[Parameter]) -> Vec<String> {
    parameters.iter().map(ToString::to_string).collect()
}
