//! Workflow ids: what a template makes of an input, and what stands in where there is no template.

use std::fmt;

/// The id that a template, expanded by `#[workflow]`, makes of its input.
#[must_use]
pub fn from_template(id: fmt::Arguments<'_>) -> Option<String> {
    Some(fmt::format(id))
}

/// An id that no other workflow has: a random UUID.
///
/// For callers outside a workflow; inside one, ids must be the same on every replay.
#[must_use]
pub(crate) fn unique() -> String {
    uuid::Uuid::new_v4().to_string()
}
