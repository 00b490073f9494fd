//! The configured options of workflows and activities, which calls are merged with.

use super::keys::Temporal;
use super::section::Keys;
use crate::options::ConfiguredOptions;

/// Returns the options for all types and for single types. Options that aren't set stay empty.
pub(super) fn of(keys: &Temporal) -> ConfiguredOptions {
    let (workflows, activities) = (&keys.workflows.keys, &keys.activities.keys);
    let mut configured = ConfiguredOptions::default()
        .workflows(set(&workflows.all.0))
        .activities(set(&activities.all.0));
    for (name, chosen) in workflows.types.iter() {
        configured = configured.workflow(name, set(&chosen.keys.one.0));
    }
    for (name, chosen) in activities.types.iter() {
        configured = configured.activity(name, set(&chosen.keys.one.0));
    }
    configured
}

/// Returns the options that are set, and no built-in ones.
fn set<S: Keys<Owner: Default>>(keys: &S) -> S::Owner {
    let mut options = S::Owner::default();
    keys.fill(&mut options);
    options
}
