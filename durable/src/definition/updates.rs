//! Adds the names of a workflow's updates to the rejection of an unknown update.
//!
//! SDK 1.1.1 rejects an unknown update itself, without the known names. Unknown queries and signals reach
//! the workflow adapter. Just before the rejection the SDK calls the definition of the workflow, and just
//! after it the failure converter of this crate, both on the same thread.

use std::cell::Cell;

type Definition = (&'static str, Vec<&'static str>);

thread_local! {
    static DEFINITION: Cell<Option<Definition>> = const { Cell::new(None) };
}

/// The beginning of the SDK's rejection.
const UNKNOWN: &str = "No update handler registered for update name ";

/// Notes the name and the updates of the workflow whose definition the SDK calls.
pub(crate) fn note_definition(workflow: &'static str, updates: Vec<&'static str>) {
    DEFINITION.set(Some((workflow, updates)));
}

/// Adds the known names to the rejection of an unknown update. Other messages stay unchanged.
pub(crate) fn add_known(message: &mut String) {
    let definition = DEFINITION.take();
    if !message.starts_with(UNKNOWN) {
        return;
    }
    if let Some((workflow, updates)) = definition {
        let names: Vec<_> = updates.iter().map(|update| format!("`{update}`")).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        *message = format!("{message}; workflow {workflow} has {names}");
    }
}
