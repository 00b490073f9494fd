//! Markers that no `#[workflow_methods]` has read, because the attribute is missing.

use std::collections::BTreeSet;
use std::sync::Mutex;

/// Returns true if no marker of the file was reported before.
///
/// Each marker is expanded by itself and knows of no other, and five handlers without
/// `#[workflow_methods]` are one mistake. Only what is said depends on it: the first report ends the
/// compilation, whoever was first.
pub(crate) fn is_first_of(file: String) -> bool {
    static REPORTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    REPORTED.lock().map_or(true, |mut reported| reported.insert(file))
}
