//! The comparison of calls: their inputs, outputs and errors.

use super::comparer::{CALLERS, Comparer, OLD_WORKERS, RUNNING};
use super::finding::Affected;
use super::model::{CallContract, TypeContract};
use super::subset::{Kind, Mismatch, join, mismatches};

/// Those whom a type breaks, in the two directions in which its values travel.
pub(super) struct Slot {
    /// If new code can't read what old code wrote.
    new_reads_old: &'static [Affected],
    /// If old code can't read what new code writes.
    old_reads_new: &'static [Affected],
}

/// The slots of a call.
pub(super) struct Slots {
    input: Slot,
    output: Slot,
}

impl Slots {
    /// The input of a workflow is in its history, and the output in that of a parent.
    pub(super) const WORKFLOW: Self = Self {
        input: Slot { new_reads_old: &[CALLERS, RUNNING], old_reads_new: &[OLD_WORKERS] },
        output: Slot { new_reads_old: &[RUNNING], old_reads_new: &[CALLERS] },
    };
    /// A signal is in the history.
    pub(super) const SIGNAL: Self = Self {
        input: Slot { new_reads_old: &[CALLERS, RUNNING], old_reads_new: &[OLD_WORKERS] },
        output: Slot { new_reads_old: &[], old_reads_new: &[] },
    };
    /// A query leaves no trace.
    pub(super) const QUERY: Self = Self {
        input: Slot { new_reads_old: &[CALLERS], old_reads_new: &[OLD_WORKERS] },
        output: Slot { new_reads_old: &[OLD_WORKERS], old_reads_new: &[CALLERS] },
    };
    /// The input of an update is in the history.
    pub(super) const UPDATE: Self = Self {
        input: Slot { new_reads_old: &[CALLERS, RUNNING], old_reads_new: &[OLD_WORKERS] },
        output: Slot { new_reads_old: &[OLD_WORKERS], old_reads_new: &[CALLERS] },
    };
    /// Input and output are in the history of the workflow that calls.
    pub(super) const ACTIVITY: Self = Self {
        input: Slot { new_reads_old: &[RUNNING], old_reads_new: &[OLD_WORKERS] },
        output: Slot { new_reads_old: &[RUNNING], old_reads_new: &[OLD_WORKERS] },
    };
    /// The values of an error are in histories, and reach callers.
    pub(super) const ERROR: Self = Self {
        input: Slot { new_reads_old: &[], old_reads_new: &[] },
        output: Slot { new_reads_old: &[RUNNING], old_reads_new: &[CALLERS, OLD_WORKERS] },
    };
}

/// The comparison of calls.
pub(super) trait Calls {
    /// Compares a call.
    fn call(&mut self, place: &str, calls: (&CallContract, &CallContract), slots: &Slots);

    /// Compares an output or the values of an error.
    fn value(&mut self, place: (&str, &str), slots: &Slots, types: (&TypeContract, &TypeContract));
}

impl Calls for Comparer<'_> {
    fn call(&mut self, place: &str, (old, new): (&CallContract, &CallContract), slots: &Slots) {
        for (before, after) in old.inputs.iter().zip(&new.inputs) {
            let place = format!("{place}, input `{}`", before.name);
            self.types(&place, &slots.input, (&before.of, &after.of));
        }
        let common = old.inputs.len().min(new.inputs.len());
        for input in &new.inputs[common..] {
            let place = format!("{place}, input `{}`", input.name);
            let is_optional = reads_null(self, &input.of);
            let (message, more) = if is_optional {
                ("it is new, and optional; workers of the old version refuse it", &[][..])
            } else {
                ("it is new, and required", slots.input.new_reads_old)
            };
            let breaks = [more, slots.input.old_reads_new].concat();
            self.report("input-added", (&place, ""), message.to_owned(), &breaks);
        }
        for input in &old.inputs[common..] {
            let place = format!("{place}, input `{}`", input.name);
            let breaks = [slots.input.new_reads_old, slots.input.old_reads_new].concat();
            let message = "it is gone; workers refuse calls with it".to_owned();
            self.report("input-removed", (&place, ""), message, &breaks);
        }
        if let (Some(before), Some(after)) = (&old.output, &new.output) {
            self.value((place, "the output"), slots, (before, after));
        }
        match (&old.error, &new.error) {
            (Some(before), after) if after.as_ref() != Some(before) => {
                let after = after.as_ref().map_or("any", |it| it);
                let message = format!("the error type changes from `{before}` to `{after}`");
                let breaks = [CALLERS, RUNNING];
                self.report("error-type-changed", (place, ""), message, &breaks);
            }
            (None, Some(after)) => {
                let message = format!("the error type is `{after}`, where it was any");
                self.report("error-type-added", (place, ""), message, &[]);
            }
            _ => {}
        }
    }

    fn value(
        &mut self,
        (place, what): (&str, &str),
        slots: &Slots,
        types: (&TypeContract, &TypeContract),
    ) {
        self.types(&format!("{place}, {what}"), &slots.output, types);
    }
}

impl Comparer<'_> {
    /// Compares a type, in both directions.
    fn types(&mut self, place: &str, slot: &Slot, (old, new): (&TypeContract, &TypeContract)) {
        let (Some(old_read), Some(old_written), Some(new_read), Some(new_written)) =
            (old.schema.as_ref(), old.written(), new.schema.as_ref(), new.written())
        else {
            let is_comparable = old.schema.is_some() == new.schema.is_some();
            if old.name != new.name && is_comparable {
                let message = format!(
                    "the type changes from `{}` to `{}`, without a schema",
                    old.name, new.name
                );
                let breaks = [slot.new_reads_old, slot.old_reads_new].concat();
                self.report("opaque-type-changed", (place, ""), message, &breaks);
            }
            return;
        };
        let (old_types, new_types) = (&self.old.types, &self.new.types);
        let narrowed = mismatches((old_written, old_types), (new_read, new_types));
        let widened = mismatches((new_written, new_types), (old_read, old_types));
        for mismatch in &narrowed {
            self.narrowed(place, slot, mismatch, &widened);
        }
        for mismatch in &widened {
            self.widened(place, slot, mismatch, &narrowed);
        }
    }

    /// Reports what new code can't read of what old code wrote.
    fn narrowed(&mut self, place: &str, slot: &Slot, it: &Mismatch, back: &[Mismatch]) {
        let at = (place, it.path.as_str());
        let breaks = slot.new_reads_old;
        match &it.kind {
            Kind::Missing => {
                self.report("field-required", at, "it is new, and required".to_owned(), breaks);
            }
            Kind::SometimesMissing => {
                let message = "it was optional, and is required".to_owned();
                self.report("optional-to-required", at, message, breaks);
            }
            Kind::Null => {
                let message = "it could be null, and is required".to_owned();
                self.report("optional-to-required", at, message, breaks);
            }
            Kind::Refused => {
                let message = "it is gone, and unknown fields are denied".to_owned();
                self.report("field-removed", at, message, breaks);
            }
            Kind::Ignored => {
                let is_needed = |it: &&Mismatch| matches!(it.kind, Kind::Missing);
                // It is reported in the other direction.
                if !back.iter().filter(is_needed).any(|other| other.path == it.path) {
                    self.report("field-ignored", at, "it is gone, and ignored".to_owned(), &[]);
                }
            }
            Kind::Renamed(name) => {
                let message = format!("it is renamed to `{name}`");
                let breaks = [slot.new_reads_old, slot.old_reads_new].concat();
                self.report("field-renamed", at, message, &breaks);
            }
            Kind::Variant(name) => {
                let message = format!("the variant `{name}` is gone");
                self.report("variant-removed", at, message, breaks);
            }
            Kind::Type { written, read } => {
                let is_changed = is_type_of(back, &it.path);
                let code = if is_changed { "type-changed" } else { "type-narrowed" };
                let message = format!("the type changes from {written} to {read}");
                self.report(code, at, message, breaks);
            }
        }
    }

    /// Reports what old code can't read of what new code writes.
    fn widened(&mut self, place: &str, slot: &Slot, it: &Mismatch, forth: &[Mismatch]) {
        let at = (place, it.path.as_str());
        let breaks = slot.old_reads_new;
        match &it.kind {
            Kind::Missing | Kind::SometimesMissing => {
                let message = match it.kind {
                    Kind::Missing => "it is gone",
                    _ => "it was always there, and is optional",
                };
                let is_renamed = forth
                    .iter()
                    .any(|other| other.path == it.path && matches!(other.kind, Kind::Renamed(_)));
                if !is_renamed {
                    self.report("field-removed", at, message.to_owned(), breaks);
                }
            }
            Kind::Null => {
                let message = "it was required, and can be null".to_owned();
                self.report("required-to-optional", at, message, breaks);
            }
            Kind::Refused | Kind::Ignored => {
                let (parent, name) = parent(&it.path);
                let is_told = forth.iter().any(|other| match &other.kind {
                    Kind::Renamed(new) => new == name && self::parent(&other.path).0 == parent,
                    Kind::Missing => other.path == it.path,
                    _ => false,
                });
                if it.kind == Kind::Refused {
                    let message = "it is new, and the old version denies unknown fields".to_owned();
                    self.report("field-refused", at, message, breaks);
                } else if !is_told {
                    self.report("field-added", at, "it is new".to_owned(), &[]);
                }
            }
            Kind::Renamed(name) => {
                let old = join(parent(&it.path).0, name);
                let is_told = forth
                    .iter()
                    .any(|other| other.path == old && matches!(other.kind, Kind::Renamed(_)));
                if !is_told {
                    let written = parent(&it.path).1;
                    let message =
                        format!("it is written as `{written}`, which the old version doesn't read");
                    self.report("field-renamed", (place, &old), message, breaks);
                }
            }
            Kind::Variant(name) => {
                let message = format!("the variant `{name}` is new");
                self.report("variant-added", at, message, breaks);
            }
            Kind::Type { written, read } => {
                let is_changed = is_type_of(forth, &it.path);
                let code = if is_changed { "type-changed" } else { "type-widened" };
                let message = format!("the type changes from {read} to {written}");
                self.report(code, at, message, breaks);
            }
        }
    }
}

fn is_type_of(mismatches: &[Mismatch], path: &str) -> bool {
    mismatches.iter().any(|it| it.path == path && matches!(it.kind, Kind::Type { .. }))
}

/// Returns the path of the value that has the field, and the field.
fn parent(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

fn reads_null(comparer: &Comparer<'_>, of: &TypeContract) -> bool {
    let null = serde_json::json!({ "type": "null" });
    let types = &comparer.new.types;
    of.schema.as_ref().is_some_and(|schema| mismatches((&null, types), (schema, types)).is_empty())
}
