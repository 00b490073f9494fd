//! Recognizes what is renamed or moved between two contracts.

use super::model::{ActivityContract, CallContract, QueueContract, WorkflowContract};

/// The items of two contracts.
pub(super) struct Pairs<T> {
    /// The old and the new form of an item. The names differ if it is renamed.
    pub(super) same: Vec<(T, T)>,
    pub(super) added: Vec<T>,
    pub(super) removed: Vec<T>,
}

type Placed<'a, T> = (&'a QueueContract, &'a T);

/// Pairs items: first of equal name and queue, then of equal name, then of similar form and name.
pub(super) fn pair<'a, T>(
    old: Vec<Placed<'a, T>>,
    new: Vec<Placed<'a, T>>,
    run: fn(&T) -> &CallContract,
    alike: fn(&T, &T) -> bool,
) -> Pairs<Placed<'a, T>> {
    let mut pairs = Pairs { same: Vec::new(), added: new, removed: old };
    let name = |item: &T| run(item).name.clone();
    settle(&mut pairs, |(one_queue, one), (queue, other)| {
        f64::from(u8::from(name(one) == name(other) && one_queue.name == queue.name))
    });
    settle(&mut pairs, |(_, one), (_, other)| f64::from(u8::from(name(one) == name(other))));
    settle(&mut pairs, |(one_queue, one), (queue, other)| {
        let is_alike = alike(one, other) && one_queue.name == queue.name;
        if is_alike { similarity(run(one), run(other)) } else { 0.0 }
    });
    pairs
}

/// Pairs handlers of a workflow.
pub(super) fn handlers<'a>(
    old: &'a [CallContract],
    new: &'a [CallContract],
) -> Pairs<&'a CallContract> {
    let (removed, added) = (old.iter().collect(), new.iter().collect());
    let mut pairs = Pairs { same: Vec::new(), added, removed };
    settle(&mut pairs, |one, other| f64::from(u8::from(one.name == other.name)));
    settle(
        &mut pairs,
        |one, other| {
            if is_same_signature(one, other) { similarity(one, other) } else { 0.0 }
        },
    );
    pairs
}

/// The least similarity of two names.
const SIMILAR: f64 = 0.75;

/// Moves the most similar items to the pairs, until no two are similar.
fn settle<T: Copy>(pairs: &mut Pairs<T>, score: impl Fn(T, T) -> f64) {
    loop {
        let mut best: Option<(usize, usize, f64)> = None;
        for (place, one) in pairs.removed.iter().enumerate() {
            for (other_place, other) in pairs.added.iter().enumerate() {
                let score = score(*one, *other);
                if score >= SIMILAR && best.is_none_or(|(_, _, best)| score > best) {
                    best = Some((place, other_place, score));
                }
            }
        }
        let Some((place, other_place, _)) = best else { return };
        pairs.same.push((pairs.removed.remove(place), pairs.added.remove(other_place)));
    }
}

/// Returns the similarity of names, which counts more if the doc comments are equal.
fn similarity(one: &CallContract, other: &CallContract) -> f64 {
    let names = strsim::jaro_winkler(&one.name.to_lowercase(), &other.name.to_lowercase());
    let is_described = !one.description.is_empty() && one.description == other.description;
    if is_described { names.max(SIMILAR) } else { names }
}

fn is_same_signature(one: &CallContract, other: &CallContract) -> bool {
    let types = |call: &CallContract| {
        let inputs = call.inputs.iter().map(|it| it.of.name.clone());
        (inputs.collect::<Vec<_>>(), call.output.as_ref().map(|it| it.name.clone()))
    };
    types(one) == types(other)
}

/// Returns `true` for workflows with the same types and mostly the same handlers.
pub(super) fn workflows(one: &WorkflowContract, other: &WorkflowContract) -> bool {
    let handlers = |workflow: &WorkflowContract| {
        let all = workflow.signals.iter().chain(&workflow.queries).chain(&workflow.updates);
        all.map(|it| it.name.clone()).collect::<Vec<_>>()
    };
    let (one_has, other_has) = (handlers(one), handlers(other));
    let common = one_has.iter().filter(|name| other_has.contains(name)).count();
    is_same_signature(&one.run, &other.run) && common * 2 >= one_has.len().max(other_has.len())
}

/// Returns `true` for activities with the same types.
pub(super) fn activities(one: &ActivityContract, other: &ActivityContract) -> bool {
    is_same_signature(&one.run, &other.run)
}
