//! Checks the sizes of the values that workflow code sends, in a way that every replay repeats.
//!
//! A value that is too large becomes an error of its call, and no command. Another worker may have another
//! limit, but a replay must take the same decision. So each decision that differs from the default is
//! recorded as a patch marker in the history, and a replay follows the markers and not its own limits. The
//! default is that values of up to 2 MiB are sent.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::call::{InvalidCall, ValueError};
use super::payload_limit::{DEFAULT_LIMIT, PayloadLimit, Value, size_of};

/// The size in bytes up to which a value is not checked, so that ordinary values need no lookup in a replay.
const UNCHECKED: usize = 1024;

/// The estimated size of a command without its values, in bytes.
const COMMAND: usize = 512;

/// The run whose code a thread runs.
pub(crate) trait Run {
    fn is_replaying(&self) -> bool;

    /// Returns the length of the history up to the current workflow task, which identifies the task.
    fn task(&self) -> u32;

    /// Records a marker. In a replay it returns `true` only if the history has the marker.
    fn mark(&self, id: &str) -> bool;

    fn sent(&self) -> &Sent;
}

/// The values that a run has sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// The number of checked values of the run.
    checked: Cell<u32>,
    task: Cell<u32>,
    /// The estimated size of the current task's commands, in bytes.
    bytes: Cell<usize>,
}

impl Sent {
    /// Returns the size of the commands of this task.
    fn in_task(&self, task: u32) -> usize {
        if self.task.replace(task) != task {
            self.bytes.set(0);
        }
        self.bytes.get()
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<dyn Run>>> = const { RefCell::new(None) };
}

/// Restores the run that the thread ran before.
struct Restored(Option<Rc<dyn Run>>);

impl Drop for Restored {
    fn drop(&mut self) {
        CURRENT.replace(self.0.take());
    }
}

/// Calls a function that runs code of a workflow.
pub(crate) fn within<R>(run: &Rc<dyn Run>, call: impl FnOnce() -> R) -> R {
    let _restored = Restored(CURRENT.replace(Some(Rc::clone(run))));
    call()
}

/// Checks a value that the current workflow code sends.
pub(crate) fn check(payloads: &[Payload], value: &Value) -> Result<(), ValueError> {
    check_within(payloads, value, PayloadLimit::value)
}

/// Checks a value that the current workflow code stores in a memo.
pub(crate) fn check_memo(payloads: &[Payload], value: &Value) -> Result<(), ValueError> {
    check_within(payloads, value, PayloadLimit::memo)
}

fn check_within(
    payloads: &[Payload],
    value: &Value,
    limit: fn(&PayloadLimit) -> usize,
) -> Result<(), ValueError> {
    let limits = PayloadLimit::of_workflows();
    let (size, limit) = (size_of(payloads), limit(&limits));
    let Some(run) = CURRENT.with_borrow(Clone::clone) else {
        return limits.check(payloads, value).map_err(ValueError::TooLarge);
    };
    let sent = run.sent();
    let total = sent.in_task(run.task()).saturating_add(size).saturating_add(COMMAND);
    if size > UNCHECKED {
        let number = sent.checked.get();
        sent.checked.set(number.wrapping_add(1));
        if decide(&*run, "payload", number, size > DEFAULT_LIMIT, size > limit) {
            return Err(ValueError::TooLarge(value.too_large(size, limit)));
        }
        if decide(&*run, "task", number, false, total > limits.task()) {
            return Err(ValueError::Call(too_many(value, total, limits.task())));
        }
    }
    sent.bytes.set(total);
    Ok(())
}

/// Returns `true` if a value is refused.
fn decide(run: &dyn Run, of: &str, number: u32, by_default: bool, by_limit: bool) -> bool {
    let differs = (run.is_replaying() || by_limit != by_default)
        && run.mark(&format!("durable-{of}-limit-{number}"));
    by_default != differs
}

fn too_many(value: &Value, total: usize, limit: usize) -> InvalidCall {
    let problem = format!(
        "with it, the calls of this workflow task have about {total} bytes, and the server accepts \
         {limit} in one task; wait for some calls first, for example with `join_all_bounded`, or store \
         large values elsewhere and pass references to them"
    );
    InvalidCall::new(value.to_string(), problem)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::payload_limit::PayloadLimit;
    use super::*;

    /// A run with the markers of its history.
    #[derive(Default)]
    struct Recorded {
        replayed: Option<HashSet<String>>,
        markers: RefCell<HashSet<String>>,
        task: Cell<u32>,
        sent: Sent,
    }

    impl Run for Recorded {
        fn is_replaying(&self) -> bool {
            self.replayed.is_some()
        }

        fn task(&self) -> u32 {
            self.task.get()
        }

        fn mark(&self, id: &str) -> bool {
            if let Some(replayed) = &self.replayed {
                return replayed.contains(id);
            }
            self.markers.borrow_mut().insert(id.to_owned())
        }

        fn sent(&self) -> &Sent {
            &self.sent
        }
    }

    /// Sends values of these sizes in KiB with a limit, and returns which are refused.
    fn send(run: Recorded, limit: PayloadLimit, sizes: &[usize]) -> (String, HashSet<String>) {
        limit.apply_to_workflows();
        let run = Rc::new(run);
        let current: Rc<dyn Run> = run.clone();
        let refused = sizes.iter().map(|kib| {
            let payload = Payload { data: vec![0; kib << 10], ..Payload::default() };
            let value = Value::new("input of activity", "charge");
            match within(&current, || check(&[payload], &value)) {
                Ok(()) => '.',
                Err(ValueError::TooLarge(_)) => 'v',
                Err(_) => 't',
            }
        });
        let refused = refused.collect();
        PayloadLimit::default().apply_to_workflows();
        (refused, run.markers.take())
    }

    #[test]
    fn replays_decisions_with_every_other_limit() {
        let limits = [PayloadLimit::default(), PayloadLimit::new(64 << 10), PayloadLimit::new(0)];
        let sizes = [1, 100, 1500, 1500, 1500, 3000, 1, 50];
        for (limit, refused, markers) in
            [(limits[0], "....tv..", 1), (limits[1], ".vvvvv..", 4), (limits[2], "........", 1)]
        {
            let (sent, marked) = send(Recorded::default(), limit, &sizes);
            assert_eq!((sent.as_str(), marked.len()), (refused, markers), "{limit:?}");
            for other in limits {
                let run = Recorded { replayed: Some(marked.clone()), ..Recorded::default() };
                assert_eq!(
                    send(run, other, &sizes).0,
                    refused,
                    "{limit:?}, replayed with {other:?}"
                );
            }
        }
    }

    #[test]
    fn counts_each_task_anew() {
        let run = Rc::new(Recorded::default());
        let current: Rc<dyn Run> = run.clone();
        let value = Value::new("input of activity", "charge");
        let payload = || [Payload { data: vec![0; 1500 << 10], ..Payload::default() }];
        for (task, fits) in [(3, true), (3, true), (3, false), (9, true)] {
            run.task.set(task);
            let checked = within(&current, || check(&payload(), &value));
            assert_eq!(checked.is_ok(), fits, "task {task}");
        }
    }
}
