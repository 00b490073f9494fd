//! The comparison of two contracts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::calls::{Calls, Slots};
use super::comparer::{CALLERS, Comparer, OLD_WORKERS, RUNNING};
use super::finding::{Affected, Comparison};
use super::model::{
    ActivityContract, CallContract, Contract, ErrorContract, QueueContract, WorkflowContract,
};
use super::renames::{self, Pairs};

pub(super) fn compare(old: &Contract, new: &Contract) -> Comparison {
    let mut comparer = Comparer { old, new, findings: Vec::new() };
    comparer.workflows();
    comparer.activities();
    comparer.errors();
    comparer.search_attributes();
    let mut comparison = Comparison { findings: comparer.findings };
    comparison.sort();
    comparison
}

/// A workflow or activity with its queue.
type Placed<'a, T> = (&'a QueueContract, &'a T);

impl Comparer<'_> {
    fn workflows(&mut self) {
        let (old, new) = (self.old, self.new);
        let [old, new] = [old, new].map(|contract| {
            let all = contract.queues.iter();
            all.flat_map(|queue| queue.workflows.iter().map(move |it| (queue, it))).collect()
        });
        let pairs = renames::pair(old, new, |it| &it.run, renames::workflows);
        self.items(&pairs, "workflow", |it| &it.run, &[CALLERS, RUNNING]);
        for (old, new) in &pairs.same {
            self.workflow(*old, *new);
        }
    }

    fn activities(&mut self) {
        let (old, new) = (self.old, self.new);
        let [old, new] = [old, new].map(|contract| {
            let all = contract.queues.iter();
            all.flat_map(|queue| queue.activities.iter().map(move |it| (queue, it))).collect()
        });
        let pairs = renames::pair(old, new, |it| &it.run, renames::activities);
        self.items(&pairs, "activity", |it| &it.run, &[OLD_WORKERS, RUNNING]);
        for (old, new) in &pairs.same {
            self.activity(*old, *new);
        }
    }

    /// Reports what is added, removed, renamed and moved.
    fn items<'a, T>(
        &mut self,
        pairs: &Pairs<Placed<'a, T>>,
        kind: &'static str,
        run: fn(&T) -> &CallContract,
        breaks: &[Affected],
    ) {
        let is_workflow = kind == "workflow";
        let codes = if is_workflow {
            ["workflow-added", "workflow-removed", "workflow-renamed", "workflow-moved"]
        } else {
            ["activity-added", "activity-removed", "activity-renamed", "activity-moved"]
        };
        let [added, removed, renamed, moved] = codes;
        for (queue, item) in &pairs.added {
            let place = place(kind, run(item), queue);
            self.report(added, (&place, ""), "it is new".to_owned(), &[]);
        }
        for (queue, item) in &pairs.removed {
            let place = place(kind, run(item), queue);
            self.report(removed, (&place, ""), "it is gone".to_owned(), breaks);
        }
        for ((old_queue, old), (queue, new)) in &pairs.same {
            let place = place(kind, run(old), old_queue);
            let (name, new_name) = (&run(old).name, &run(new).name);
            if name != new_name {
                let message = format!("it is renamed to `{new_name}`");
                self.report(renamed, (&place, ""), message, breaks);
            }
            if old_queue.name != queue.name {
                let message = format!("it is moved to queue `{}`", queue.name);
                let everybody = [breaks, &[OLD_WORKERS]].concat();
                self.report(moved, (&place, ""), message, &everybody);
            }
        }
    }

    fn workflow(
        &mut self,
        (queue, old): Placed<'_, WorkflowContract>,
        (_, new): Placed<'_, WorkflowContract>,
    ) {
        let place = place("workflow", &old.run, queue);
        self.call(&place, (&old.run, &new.run), &Slots::WORKFLOW);
        if old.id_template != new.id_template {
            let shown = |it: &Option<String>| {
                it.as_ref().map_or_else(|| "a UUID".to_owned(), |it| format!("`{it}`"))
            };
            let message = format!(
                "the id template changes from {} to {}",
                shown(&old.id_template),
                shown(&new.id_template)
            );
            self.report("id-template-changed", (&place, ""), message, &[CALLERS]);
        }
        self.options(&place, &old.options, &new.options);
        let signals = (&old.signals[..], &new.signals[..]);
        self.handlers(&place, "signal", signals, &Slots::SIGNAL, &[CALLERS, RUNNING]);
        let queries = (&old.queries[..], &new.queries[..]);
        self.handlers(&place, "query", queries, &Slots::QUERY, &[CALLERS]);
        let updates = (&old.updates[..], &new.updates[..]);
        self.handlers(&place, "update", updates, &Slots::UPDATE, &[CALLERS, RUNNING]);
    }

    fn handlers(
        &mut self,
        workflow: &str,
        kind: &str,
        (old, new): (&[CallContract], &[CallContract]),
        slots: &Slots,
        breaks: &[Affected],
    ) {
        let [added, removed, renamed] = match kind {
            "signal" => ["signal-added", "signal-removed", "signal-renamed"],
            "query" => ["query-added", "query-removed", "query-renamed"],
            _ => ["update-added", "update-removed", "update-renamed"],
        };
        let pairs = renames::handlers(old, new);
        let place = |call: &CallContract| format!("{workflow}, {kind} `{}`", call.name);
        for handler in pairs.added {
            self.report(added, (&place(handler), ""), "it is new".to_owned(), &[]);
        }
        for handler in pairs.removed {
            self.report(removed, (&place(handler), ""), "it is gone".to_owned(), breaks);
        }
        for (old, new) in pairs.same {
            if old.name != new.name {
                let message = format!("it is renamed to `{}`", new.name);
                self.report(renamed, (&place(old), ""), message, breaks);
            }
            self.call(&place(old), (old, new), slots);
        }
    }

    fn activity(
        &mut self,
        (queue, old): Placed<'_, ActivityContract>,
        (_, new): Placed<'_, ActivityContract>,
    ) {
        let place = place("activity", &old.run, queue);
        self.call(&place, (&old.run, &new.run), &Slots::ACTIVITY);
        self.options(&place, &old.options, &new.options);
    }

    fn options(
        &mut self,
        place: &str,
        old: &BTreeMap<String, Value>,
        new: &BTreeMap<String, Value>,
    ) {
        let types = |options: &BTreeMap<String, Value>| {
            options.get("retry").and_then(|it| it.get("nonRetryableErrorTypes")).cloned()
        };
        if types(old) != types(new) {
            let message = "the error types that are not retried change".to_owned();
            self.report("retryability-changed", (place, "retry"), message, &[RUNNING]);
        }
        let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        for name in names {
            let plain = |options: &BTreeMap<String, Value>| {
                let mut value = options.get(name).cloned();
                if let Some(Value::Object(members)) = &mut value {
                    members.remove("nonRetryableErrorTypes");
                }
                value.filter(|value| *value != Value::Object(serde_json::Map::new()))
            };
            let (before, after) = (plain(old), plain(new));
            if before != after {
                let shown =
                    |it: Option<Value>| it.map_or_else(|| "unset".to_owned(), |it| it.to_string());
                let message = format!("it changes from {} to {}", shown(before), shown(after));
                let place = format!("{place}, option `{name}`");
                self.report("option-changed", (&place, ""), message, &[]);
            }
        }
    }

    fn errors(&mut self) {
        let (old, new) = (self.old, self.new);
        for (name, old) in &old.errors {
            let place = format!("error `{name}`");
            // A type that is gone is reported at the calls that returned it.
            let Some(new) = new.errors.get(name) else { continue };
            self.error(&place, old, new);
        }
    }

    fn error(&mut self, place: &str, old: &ErrorContract, new: &ErrorContract) {
        for (kind, before) in &old.kinds {
            let place = format!("{place}, kind `{kind}`");
            let Some(after) = new.kinds.get(kind) else {
                let message = "it is gone".to_owned();
                self.report("error-kind-removed", (&place, ""), message, &[CALLERS, RUNNING]);
                continue;
            };
            if before.retryable != after.retryable {
                let message = if after.retryable {
                    "it was not retried, and now it is"
                } else {
                    "it was retried, and now it is not"
                };
                let breaks = [OLD_WORKERS, RUNNING];
                self.report("retryability-changed", (&place, ""), message.to_owned(), &breaks);
            }
            if (before.benign, before.next_retry_delay) != (after.benign, after.next_retry_delay) {
                let message =
                    "the delay of its retry, or whether it is expected, changes".to_owned();
                self.report("option-changed", (&place, ""), message, &[]);
            }
        }
        for kind in new.kinds.keys().filter(|kind| !old.kinds.contains_key(*kind)) {
            let place = format!("{place}, kind `{kind}`");
            self.report("error-kind-added", (&place, ""), "it is new".to_owned(), &[]);
        }
        self.value((place, "the values"), &Slots::ERROR, (&old.values, &new.values));
    }

    fn search_attributes(&mut self) {
        let (old, new) = (&self.old.search_attributes, &self.new.search_attributes);
        for (name, kind) in old {
            let place = format!("search attribute `{name}`");
            match new.get(name) {
                None => {
                    let message = "it is gone".to_owned();
                    let breaks = [CALLERS, RUNNING];
                    self.report("search-attribute-removed", (&place, ""), message, &breaks);
                }
                Some(changed) if changed != kind => {
                    let message = format!("its type changes from {kind} to {changed}");
                    let breaks = [CALLERS, OLD_WORKERS, RUNNING];
                    self.report("search-attribute-changed", (&place, ""), message, &breaks);
                }
                Some(_) => {}
            }
        }
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
            let place = format!("search attribute `{name}`");
            self.report("search-attribute-added", (&place, ""), "it is new".to_owned(), &[]);
        }
    }
}

fn place(kind: &str, call: &CallContract, queue: &QueueContract) -> String {
    format!("{kind} `{}` (queue `{}`)", call.name, queue.name)
}
