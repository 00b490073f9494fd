//! The updates of the workflow that the SDK looks at, for the rejection of one that it doesn't have.
//!
//! SDK 1.1.1 rejects an unknown update by itself and without the known names, unlike queries and
//! signals, which reach the workflow adapter. It asks for the definition of the workflow just before,
//! and has our converter make the failure just after, on the same thread.

use std::cell::Cell;

use super::HandlerDescription;

thread_local! {
    static ASKED_FOR: Cell<Option<(&'static str, &'static [HandlerDescription])>> = const { Cell::new(None) };
}

/// The beginning of the SDK's rejection.
const UNKNOWN: &str = "No update handler registered for update name ";

/// Notes the name and the updates of the workflow whose definition is asked for.
pub(crate) fn asked_for(workflow: &'static str, updates: &'static [HandlerDescription]) {
    ASKED_FOR.set(Some((workflow, updates)));
}

/// Adds the known names to the rejection of an unknown update. Every other message is left as it is.
pub(crate) fn add_known(message: &mut String) {
    let asked_for = ASKED_FOR.take();
    if !message.starts_with(UNKNOWN) {
        return;
    }
    if let Some((workflow, updates)) = asked_for {
        let names: Vec<_> = updates.iter().map(|update| format!("`{}`", update.name)).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        *message = format!("{message}; workflow {workflow} has {names}");
    }
}
