//! Activities that are called as functions, known by the calls of the same name that are right.
//!
//! A macro does not see what a name stands for. But what is somewhere in the block called by
//! `charge::execute(ctx, ..)` is an activity, and then `charge(..)` is its function.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use syn::ExprPath;

use super::{Lint, table};

/// The functions that call an activity from a workflow.
const CALLS: &[&str] = &["execute", "start", "execute_local"];

/// The paths of activities.
pub(super) type Known = BTreeSet<Vec<String>>;

/// The activity that is called by a path, in the form of all activities.
pub(super) fn called(resolved: &[String]) -> Option<&[String]> {
    let (function, activity) = resolved.split_last()?;
    // `Order::start(..)` may be anything; functions have small letters.
    let is_function = activity.last()?.starts_with(|first: char| first.is_lowercase());
    (is_function && CALLS.contains(&&**function)).then_some(activity)
}

/// Refuses a call by a plain path, where that is an activity.
pub(super) fn refuse(lint: &mut Lint, path: &ExprPath) {
    if path.qself.is_none() {
        let resolved = lint.scopes.resolve(&path.path);
        if lint.is_activity(resolved) {
            lint.refuse(&table::ACTIVITY, &super::without_arguments(path));
        }
    }
}

/// The same for what is read as tokens.
pub(super) fn refuse_tokens(lint: &mut Lint, segments: &[Ident], written: &TokenStream) {
    let names = segments.iter().map(ToString::to_string).collect();
    let resolved = lint.scopes.resolve_names(names);
    if lint.is_activity(resolved) {
        lint.refuse(&table::ACTIVITY, written);
    }
}
