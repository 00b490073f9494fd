//! Names on the command line: found in the registry, or refused with the nearest known name.

use super::exit::{Outcome, Problem};
use crate::config::Config;
pub(super) use crate::definition::HandlerKind as Kind;
use crate::definition::{CANCEL, HandlerDescription, Queue, Registry, STATE, WorkflowEntry};

/// Returns the handlers of this kind that every workflow has.
fn built_in(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Signal => &[CANCEL],
        Kind::Query => &[STATE],
        Kind::Update => &[],
    }
}

/// Returns all queues: those that are served here, and those that are only declared.
fn queues(registry: &Registry) -> impl Iterator<Item = (&'static str, &Queue)> {
    registry.queues().chain(registry.declared())
}

fn workflows(registry: &Registry) -> impl Iterator<Item = &WorkflowEntry> {
    queues(registry).flat_map(|(_, queue)| queue.workflows())
}

/// Returns the workflow type of this name. `queue` tells which one is meant if several queues have it.
pub(super) fn workflow<'a>(
    registry: &'a Registry,
    name: &str,
    queue: Option<&str>,
) -> Outcome<&'a WorkflowEntry> {
    if let Some(queue) = queue {
        let known: Vec<_> = queues(registry).map(|(name, _)| name).collect();
        if !known.contains(&queue) {
            return Err(unknown("this program", "queue", queue, &known));
        }
    }
    let named: Vec<_> = workflows(registry).filter(|entry| entry.name == name).collect();
    let here: Vec<_> =
        named.iter().filter(|entry| queue.is_none_or(|queue| entry.queue == queue)).collect();
    match here.as_slice() {
        [one] => Ok(one),
        [] if named.is_empty() => {
            let known: Vec<_> = workflows(registry).map(|entry| entry.name).collect();
            Err(unknown("this program", "workflow type", name, &known))
        }
        [] => Err(Problem::misuse(format!(
            "workflow type `{name}` is not on queue `{}`, but on {}",
            queue.unwrap_or_default(),
            listed(named.iter().map(|entry| entry.queue)),
        ))),
        // Two declarations on one queue are the same workflow type.
        [first, rest @ ..] if rest.iter().all(|entry| entry.queue == first.queue) => Ok(first),
        several => Err(Problem::misuse(format!(
            "workflow type `{name}` is on the queues {}; choose one with --queue",
            listed(several.iter().map(|entry| entry.queue)),
        ))),
    }
}

/// Returns the handler of this name. It's `None` for a handler that every workflow has, for one of
/// Temporal's own (`__stack_trace`), and for any handler of a type that this program doesn't know.
pub(super) fn handler(
    registry: &Registry,
    workflow_type: &str,
    queue: &str,
    kind: Kind,
    name: &str,
) -> Outcome<Option<HandlerDescription>> {
    let named = || workflows(registry).filter(|entry| entry.name == workflow_type);
    let Some(entry) = named().find(|entry| entry.queue == queue).or_else(|| named().next()) else {
        return Ok(None);
    };
    let handlers = entry.handlers(kind);
    if let Some(handler) = handlers.iter().find(|handler| handler.name == name) {
        return Ok(Some(*handler));
    }
    if built_in(kind).contains(&name) || name.starts_with("__") {
        return Ok(None);
    }
    let known = handlers.iter().map(|handler| handler.name).chain(built_in(kind).iter().copied());
    let known: Vec<_> = known.collect();
    Err(unknown(&format!("workflow type `{workflow_type}`"), kind.name(), name, &known))
}

/// Returns the names of all workflow types.
pub(super) fn workflow_types(registry: &Registry) -> Vec<String> {
    workflows(registry).map(|entry| entry.name.to_owned()).collect()
}

/// Returns the names of all activity types.
pub(super) fn activity_types(registry: &Registry) -> Vec<String> {
    let activities = queues(registry).flat_map(|(_, queue)| queue.activities());
    activities.map(|entry| entry.name.to_owned()).collect()
}

/// Returns the names of all queues.
pub(super) fn queue_names(registry: &Registry) -> Vec<String> {
    queues(registry).map(|(name, _)| name.to_owned()).collect()
}

/// Returns the names of all handlers of this kind.
pub(super) fn handlers(registry: &Registry, kind: Kind) -> Vec<String> {
    let own = workflows(registry).flat_map(|entry| entry.handlers(kind));
    let own = own.map(|handler| handler.name);
    own.chain(built_in(kind).iter().copied()).map(str::to_owned).collect()
}

/// Checks that this program serves every queue that was asked for.
pub(super) fn served(registry: &Registry, asked: &[String]) -> Outcome {
    let known: Vec<_> = registry.queues().map(|(name, _)| name).collect();
    match asked.iter().find(|queue| !known.contains(&queue.as_str())) {
        Some(queue) if !known.is_empty() => Err(unknown("this program", "queue", queue, &known)),
        _ => Ok(()),
    }
}

/// Returns the error for an unknown name, with the nearest known one and all known ones.
fn unknown(owner: &str, what: &str, name: &str, known: &[&str]) -> Problem {
    let nearest = Config::nearest(name, known);
    let meant = nearest.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let known = match known {
        [] => "it has none".to_owned(),
        known => format!("it has {}", listed(known.iter().copied())),
    };
    Problem::misuse(format!("{owner} has no {what} `{name}`{meant}\n  {known}"))
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    names.sort();
    names.dedup();
    names.join(", ")
}
