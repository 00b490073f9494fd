//! Workflow ids: from a template, or random.

use std::fmt;

/// Creates a workflow id from the formatted template of `#[workflow]`.
#[must_use]
pub fn from_template(id: fmt::Arguments<'_>) -> Option<String> {
    Some(fmt::format(id))
}

/// Returns a random UUID as an id.
///
/// It is not for workflow code, in which ids must be the same on every replay.
#[must_use]
pub(crate) fn unique() -> String {
    uuid::Uuid::new_v4().to_string()
}
