//! Checks the sizes of the values that workflow code sends, in a way that every replay repeats.
//!
//! A value that is too large becomes an error of its call, and no command. Another worker may have another
//! limit, but a replay must take the same decision. So each decision that differs from the default is
//! recorded as a patch marker in the history, and a replay follows the markers and not its own limits. The
//! default is that values of up to 2 MiB are sent.
//!
//! All commands of a workflow task have a limit, too. Each call adds what its command will contain, and one
//! that doesn't fit is refused. Commands whose calls can't fail, such as timers, are only counted: a task
//! that is too large because of them fails with a message ([`Sent::overflow`]). The failure with which a
//! run or an update ends gets what is left ([`limit_of_failure`]).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::call::{InvalidCall, ValueError};
use super::payload_limit::{DEFAULT_LIMIT, PayloadLimit, Value, size_of};

/// The size in bytes of a small value. Small values are checked only after [`MANY`], so that ordinary ones
/// need no lookup in a replay.
const SMALL: usize = 1024;

/// The size of the commands of a task in bytes, above which small values are checked. A replay counts what
/// the run counted, but for small differences, so this is far below the limits of servers.
const MANY: usize = 256 * 1024;

/// The estimated size of a command without its values and texts, in bytes.
const COMMAND: usize = 320;

/// The estimated size of the commands for a refusal in bytes: the marker, and the search attribute that
/// lists the markers.
const MARKER: usize = 2560;

/// The space in bytes that calls leave in a task for an output.
const FOR_OUTPUT: usize = 16 * 1024;

/// The space in bytes for the markers of refusals. The server accepts it beyond the limit.
const FOR_MARKERS: usize = 32 * 1024;

/// The run whose code a thread runs.
pub(crate) trait Run {
    fn is_replaying(&self) -> bool;

    /// Returns the length of the history up to the current workflow task, which identifies the task.
    fn task(&self) -> u32;

    /// Records a marker. In a replay it returns `true` only if the history has the marker.
    fn mark(&self, id: &str) -> bool;

    fn sent(&self) -> &Rc<Sent>;
}

/// The values that a run has sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// The number of checked values of the run that are not small.
    checked: Cell<u32>,
    /// The number of small values of the run.
    small: Cell<u32>,
    task: Cell<u32>,
    /// The estimated size of the current task's commands, in bytes.
    bytes: Cell<usize>,
    /// The bytes that the codecs add to the current task's commands, or take away, and those of the results
    /// of local activities. They are not part of `bytes`, because they may differ in a replay.
    added: Cell<isize>,
    /// The task in which a call did not fit. All that follow in it are refused, too, without a marker for
    /// each. A marker tells the first one of a later task.
    full: Cell<Option<u32>>,
    /// The number of calls that were made while a task was known as full.
    while_full: Cell<u32>,
}

impl Sent {
    /// Returns the size of the commands of this task.
    fn in_task(&self, task: u32) -> usize {
        if self.task.replace(task) != task {
            self.bytes.set(0);
            self.added.set(0);
        }
        self.bytes.get()
    }

    /// Returns the size of the commands of this task as they are sent.
    fn in_task_as_sent(&self, task: u32) -> usize {
        self.in_task(task).saturating_add_signed(self.added.get())
    }

    fn add(&self, task: u32, bytes: usize) {
        self.bytes.set(self.in_task(task).saturating_add(bytes));
    }

    /// Returns the message with which a task fails whose commands are too large although no call was
    /// refused.
    pub(crate) fn overflow(&self, task: u32) -> Option<String> {
        let (total, limit) = (self.in_task_as_sent(task), PayloadLimit::of_workflows().task());
        (total > limit.saturating_add(FOR_MARKERS)).then(|| {
            format!(
                "the commands of this workflow task have about {total} bytes, and the server accepts \
                 {limit} in one task; start fewer timers and calls before the code waits for some of them, and \
                 return less from local activities"
            )
        })
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<dyn Run>>> = const { RefCell::new(None) };
    /// The values of the run whose method has just ended on this thread. The SDK converts the method's
    /// error next.
    static ENDED: RefCell<Option<Rc<Sent>>> = const { RefCell::new(None) };
}

/// Notes that a method of a run has ended, or that another one begins (`None`).
pub(crate) fn note_ended(sent: Option<&Rc<Sent>>) {
    ENDED.replace(sent.map(Rc::clone));
}

/// Returns the limit of the failure with which a method of a workflow has just ended: what the other
/// commands of the task leave.
pub(super) fn limit_of_failure(limit: &PayloadLimit) -> PayloadLimit {
    let left = |sent: &Rc<Sent>| limit.task().saturating_sub(sent.in_task_as_sent(sent.task.get()));
    ENDED.with_borrow(|sent| match sent {
        Some(sent) => limit.clone().at_most(left(sent)),
        None => limit.clone(),
    })
}

/// Counts the failure with which a method of a workflow has just ended.
pub(super) fn count_failure(bytes: usize) {
    if let Some(sent) = ENDED.take() {
        sent.add(sent.task.get(), bytes.saturating_add(COMMAND));
    }
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
    check_as(Role::Call, payloads, value, PayloadLimit::value)
}

/// Checks a value that the current workflow code stores in a memo.
pub(crate) fn check_memo(payloads: &[Payload], value: &Value) -> Result<(), ValueError> {
    check_as(Role::Call, payloads, value, PayloadLimit::memo)
}

/// Checks the output of a workflow or update, or the input of a continued workflow.
pub(crate) fn check_end(payloads: &[Payload], value: &Value) -> Result<(), ValueError> {
    check_as(Role::End, payloads, value, PayloadLimit::value)
}

/// Checks a command of the current workflow code that has no such value, for example a search attribute.
pub(crate) fn check_bytes(bytes: usize, value: &Value) -> Result<(), ValueError> {
    let Some(run) = CURRENT.with_borrow(Clone::clone) else { return Ok(()) };
    check_task(&*run, Size { plain: bytes, sent: bytes }, (Role::Call, None), value)
}

/// Counts what is added to a command of the current workflow code.
pub(crate) fn count(bytes: usize) {
    if let Some(run) = CURRENT.with_borrow(Clone::clone) {
        run.sent().add(run.task(), bytes);
    }
}

/// Returns the size in bytes of a value that the current workflow code got, as it is sent. It is exact if
/// the task has no room for it.
pub(crate) fn sent_size(payloads: &[Payload]) -> usize {
    let limits = PayloadLimit::of_workflows();
    let left = CURRENT.with_borrow(|run| {
        let run = run.as_ref()?;
        Some(limits.task().saturating_sub(run.sent().in_task_as_sent(run.task())))
    });
    limits.sent_size(payloads, left.unwrap_or(usize::MAX))
}

/// Counts a result that the current workflow task records: that of a local activity, in bytes.
///
/// It is not part of [`Sent::bytes`], because a replay may get the result in another task.
pub(crate) fn count_recorded(bytes: usize) {
    let Some(run) = CURRENT.with_borrow(Clone::clone) else { return };
    let sent = run.sent();
    sent.in_task(run.task());
    sent.added.set(sent.added.get().saturating_add_unsigned(bytes.saturating_add(COMMAND)));
}

/// The role of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Call,
    End,
}

/// The size of values before the codecs, and as they are sent.
#[derive(Clone, Copy)]
struct Size {
    plain: usize,
    sent: usize,
}

fn check_as(
    role: Role,
    payloads: &[Payload],
    value: &Value,
    limit: fn(&PayloadLimit) -> usize,
) -> Result<(), ValueError> {
    let limits = PayloadLimit::of_workflows();
    let (plain, limit) = (size_of(payloads), limit(&limits));
    let Some(run) = CURRENT.with_borrow(Clone::clone) else {
        return limits.check(payloads, value).map_err(ValueError::TooLarge);
    };
    // Exact if the value or the task would be refused.
    let left = limits.task().saturating_sub(run.sent().in_task_as_sent(run.task()));
    let size = Size { plain, sent: limits.sent_size(payloads, limit.min(left)) };
    if plain <= SMALL {
        return check_task(&*run, size, (role, None), value);
    }
    let number = next(&run.sent().checked);
    // The default doesn't depend on the codecs, which may be others in a replay.
    if decide(&*run, "payload", number, plain > DEFAULT_LIMIT, size.sent > limit) {
        return Err(ValueError::TooLarge(value.too_large(size.sent, limit)));
    }
    check_task(&*run, size, (role, Some(number)), value)
}

/// Checks that a command fits in the task, and counts it. The number is that of a value that is not small.
fn check_task(
    run: &dyn Run,
    size: Size,
    (role, number): (Role, Option<u32>),
    value: &Value,
) -> Result<(), ValueError> {
    let (sent, limit) = (run.sent(), PayloadLimit::of_workflows().task());
    let plain = sent.in_task(run.task()).saturating_add(size.plain).saturating_add(COMMAND);
    let added =
        sent.added.get().saturating_add_unsigned(size.sent).saturating_sub_unsigned(size.plain);
    let total = plain.saturating_add_signed(added);
    let room = if role == Role::End { limit } else { limit - FOR_OUTPUT.min(limit / 16) };
    let is_checked = number.is_some() || plain > MANY;
    let (of, number) = match number {
        Some(number) => ("task", number),
        None => ("small", next(&sent.small)),
    };
    if let (Role::Call, Some(full)) = (role, sent.full.get()) {
        if !decide(run, "room", next(&sent.while_full), false, run.task() != full) {
            return Err(ValueError::Call(too_many(value, total, room)));
        }
        sent.full.set(None);
    }
    if is_checked && decide(run, of, number, false, total > room) {
        sent.full.set(Some(run.task()));
        return Err(ValueError::Call(too_many(value, total, room)));
    }
    sent.bytes.set(plain);
    sent.added.set(added);
    Ok(())
}

fn next(count: &Cell<u32>) -> u32 {
    let number = count.get();
    count.set(number.wrapping_add(1));
    number
}

/// Returns `true` if a value is refused.
fn decide(run: &dyn Run, of: &str, number: u32, by_default: bool, by_limit: bool) -> bool {
    let differs = (run.is_replaying() || by_limit != by_default)
        && run.mark(&format!("durable-{of}-limit-{number}"));
    if differs {
        run.sent().add(run.task(), MARKER);
    }
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
mod tests;
