//! The tables of handlers: entries by name, and what is said of names that are not there.

use temporalio_sdk::workflows::WorkflowError;

use super::handlers::HandlerError;

/// A handler table's entry has a name.
pub(super) trait Named: 'static {
    fn name(&self) -> &'static str;
}

/// Its own handlers, and those built in that it has none of the same name of.
pub(super) fn with_built_in<H: Named>(
    own: &'static [H],
    built_in: &'static [H],
) -> impl Iterator<Item = &'static H> + Clone {
    let missing = built_in.iter().filter(|handler| find(own.iter(), handler.name()).is_none());
    own.iter().chain(missing)
}

pub(super) fn find<H: Named>(
    mut handlers: impl Iterator<Item = &'static H>,
    name: &str,
) -> Option<&'static H> {
    handlers.find(|handler| handler.name() == name)
}

pub(super) fn known<H: Named>(
    handlers: impl Iterator<Item = &'static H> + Clone,
    kind: &str,
    workflow: &str,
    name: &str,
) -> Result<&'static H, WorkflowError> {
    find(handlers.clone(), name).ok_or_else(|| {
        let reason = format!("there is none of that name; there is {}", names(handlers));
        bad_call(kind, workflow, name, &reason)
    })
}

pub(super) fn names<H: Named>(handlers: impl Iterator<Item = &'static H>) -> String {
    let names: Vec<_> = handlers.map(|handler| format!("`{}`", handler.name())).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

pub(super) fn bad_call(kind: &str, workflow: &str, name: &str, reason: &str) -> WorkflowError {
    let error: HandlerError = format!("{kind} `{name}` of workflow {workflow}: {reason}").into();
    WorkflowError::Execution(error)
}
