//! Counts of a run's pending calls, which the server limits.
//!
//! Server 1.32.0 refuses the command that exceeds the limit, and SDK 1.1.1 then repeats the workflow task
//! for ever. The futures of children and signals are kept here, so they can be polled even if nothing
//! awaits them. The future of an activity borrows the context and cannot be kept. An activity counts as
//! pending if it was scheduled in the current workflow task, or was polled in this task without a result.
//! Other activities are not counted: refusing a call that the server would accept is worse.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt as _;
use futures_util::future::FusedFuture;

/// The server's default limit. It applies separately to pending activities, children, signals and
/// cancellations.
const LIMIT: usize = 2000;

/// The pending calls of a run.
#[derive(Clone, Default)]
pub(crate) struct Pending(Rc<Counts>);

#[derive(Default)]
struct Counts {
    /// The length of the history up to the current task, which identifies the task.
    task: Cell<u32>,
    /// The number of activities that are known to be pending.
    activities: Cell<usize>,
    /// The activity ids that calls have set, with the task in which each was pending.
    ids: RefCell<HashMap<String, u32>>,
    children: RefCell<Vec<Rc<dyn Call>>>,
    signals: RefCell<Vec<Rc<dyn Call>>>,
}

/// A pending call of a child or a signal.
trait Call {
    /// Returns `true` if its output was taken.
    fn is_over(&self) -> bool;

    /// Returns `true` if it has ended in the current task.
    fn has_ended(&self) -> bool;
}

/// The kinds of calls with a limit of their own, besides activities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Child,
    Signal,
}

impl Counts {
    fn begin(&self, task: u32) {
        if self.task.replace(task) != task {
            self.activities.set(0);
        }
    }

    fn of(&self, kind: Kind) -> &RefCell<Vec<Rc<dyn Call>>> {
        match kind {
            Kind::Child => &self.children,
            Kind::Signal => &self.signals,
        }
    }
}

impl Pending {
    /// Counts an activity that is called in this task.
    ///
    /// # Errors
    /// Returns an error if the limit is reached, or another activity has the id.
    pub(crate) fn activity(&self, task: u32, id: Option<&str>) -> Result<PendingActivity, String> {
        let counts = &self.0;
        counts.begin(task);
        if counts.activities.get() >= LIMIT {
            return Err(too_many("activities"));
        }
        if let Some(id) = id {
            let mut ids = counts.ids.borrow_mut();
            if ids.get(id) == Some(&task) {
                return Err(format!("another activity with the id `{id}` is pending"));
            }
            ids.insert(id.to_owned(), task);
        }
        counts.activities.set(counts.activities.get() + 1);
        let id = id.map(str::to_owned);
        Ok(PendingActivity { counts: Rc::clone(counts), id, task: Some(task) })
    }

    /// Checks that another call is allowed.
    ///
    /// # Errors
    /// Returns an error if the limit is reached.
    pub(crate) fn place(&self, kind: Kind) -> Result<(), String> {
        let calls = self.0.of(kind);
        if calls.borrow().len() < LIMIT {
            return Ok(());
        }
        // The calls are moved out while they are polled, because polling may run the code of an
        // interceptor.
        let mut polled = calls.take();
        polled.retain(|call| !call.has_ended());
        let full = polled.len() >= LIMIT;
        calls.borrow_mut().extend(polled);
        let plural = match kind {
            Kind::Child => "child workflows",
            Kind::Signal => "signals to other workflows",
        };
        if full { Err(too_many(plural)) } else { Ok(()) }
    }

    /// Adds a call.
    pub(crate) fn made<F: FusedFuture + Unpin + 'static>(
        &self,
        kind: Kind,
        future: F,
    ) -> Rc<PendingCall<F>>
    where
        F::Output: 'static,
    {
        let state = CallState { future, output: None, waker: Waker::noop().clone() };
        let call = Rc::new(PendingCall(RefCell::new(state)));
        let mut calls = self.0.of(kind).borrow_mut();
        if calls.len() >= 64 && calls.len().is_power_of_two() {
            calls.retain(|call| !call.is_over());
        }
        calls.push(Rc::<PendingCall<F>>::clone(&call));
        call
    }
}

fn too_many(plural: &str) -> String {
    format!(
        "{LIMIT} {plural} of this run are pending, which is the limit of the server; wait for some of \
         them first, for example with `join_all_bounded`"
    )
}

/// A call that can be awaited, and polled by others for its end.
pub(crate) struct PendingCall<F: FusedFuture>(RefCell<CallState<F>>);

struct CallState<F: FusedFuture> {
    future: F,
    /// The output, if the future became ready when polled for its end.
    output: Option<F::Output>,
    /// The waker of the task that awaits the call.
    waker: Waker,
}

impl<F: FusedFuture + Unpin> PendingCall<F> {
    /// Polls for the output, which is returned once.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut state = self.0.borrow_mut();
        if let Some(output) = state.output.take() {
            return Poll::Ready(output);
        }
        if state.future.is_terminated() {
            return Poll::Pending;
        }
        state.waker.clone_from(cx.waker());
        state.future.poll_unpin(cx)
    }

    /// Returns `true` if the output was taken.
    pub(crate) fn is_terminated(&self) -> bool {
        let state = self.0.borrow();
        state.output.is_none() && state.future.is_terminated()
    }

    /// Calls a function with the future.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&F) -> R) -> R {
        f(&self.0.borrow().future)
    }
}

impl<F: FusedFuture + Unpin> Call for PendingCall<F> {
    fn is_over(&self) -> bool {
        self.0.try_borrow().is_ok_and(|call| call.output.is_none() && call.future.is_terminated())
    }

    fn has_ended(&self) -> bool {
        // It is borrowed while it is polled, which means that it has not ended.
        let Ok(mut state) = self.0.try_borrow_mut() else { return false };
        if state.future.is_terminated() {
            return true;
        }
        // Polls with the waker of the awaiting task, which would otherwise not be woken.
        let waker = state.waker.clone();
        match state.future.poll_unpin(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => {
                state.output = Some(output);
                true
            }
            Poll::Pending => false,
        }
    }
}

/// A scheduled activity without a result.
pub(crate) struct PendingActivity {
    counts: Rc<Counts>,
    id: Option<String>,
    /// The last task in which it was counted. `None` once it has a result.
    task: Option<u32>,
}

impl PendingActivity {
    /// Updates the counts by the result of polling the activity in this task.
    pub(crate) fn polled<T>(&mut self, task: u32, poll: Poll<T>) -> Poll<T> {
        let Some(counted) = self.task else { return poll };
        let counts = &self.counts;
        counts.begin(task);
        if poll.is_ready() {
            if counted == task {
                counts.activities.set(counts.activities.get().saturating_sub(1));
            }
            self.task = None;
            if let Some(id) = &self.id {
                counts.ids.borrow_mut().remove(id);
            }
        } else if counted != task {
            counts.activities.set(counts.activities.get() + 1);
            self.task = Some(task);
            if let Some(id) = &self.id {
                counts.ids.borrow_mut().insert(id.clone(), task);
            }
        }
        poll
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    fn full(pending: &Pending, task: u32) -> Vec<PendingActivity> {
        (0..LIMIT).map(|_| pending.activity(task, None).unwrap()).collect()
    }

    #[test]
    fn refuses_activity_above_limit() {
        let pending = Pending::default();
        drop(full(&pending, 3));
        let refused = pending.activity(3, None).err().unwrap();
        assert!(refused.starts_with("2000 activities of this run are pending"), "{refused}");
        assert!(pending.place(Kind::Child).is_ok());
    }

    #[test]
    fn allows_another_activity_after_a_result() {
        let pending = Pending::default();
        let mut calls = full(&pending, 3);
        assert!(pending.activity(3, None).is_err());
        assert!(calls[0].polled(3, Poll::Ready(())).is_ready());
        assert!(pending.activity(3, None).is_ok());
        assert!(pending.activity(3, None).is_err());
    }

    #[test]
    fn counts_polled_activities_in_later_task() {
        let pending = Pending::default();
        let mut calls = full(&pending, 3);
        for call in &mut calls {
            assert!(call.polled::<()>(9, Poll::Pending).is_pending());
        }
        assert!(pending.activity(9, None).is_err());
        assert!(pending.activity(12, None).is_ok(), "the others were not polled");
    }

    #[test]
    fn refuses_id_of_pending_activity() {
        let pending = Pending::default();
        let mut first = pending.activity(3, Some("a")).unwrap();
        assert!(pending.activity(3, Some("a")).is_err());
        assert!(pending.activity(3, Some("b")).is_ok());
        let _ = first.polled(3, Poll::Ready(()));
        assert!(pending.activity(3, Some("a")).is_ok());
    }

    #[test]
    fn polls_calls_for_their_end_and_keeps_their_output() {
        let never = || Box::pin(pending::<u32>().fuse());
        let calls = Pending::default();
        for _ in 1..LIMIT {
            calls.made(Kind::Child, never());
        }
        let ended = calls.made(Kind::Child, Box::pin(ready(7).fuse()));
        assert!(calls.place(Kind::Child).is_ok());
        let another = calls.made(Kind::Child, never());
        assert!(calls.place(Kind::Child).is_err());
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(ended.poll(&mut cx), Poll::Ready(7));
        assert!(ended.is_terminated() && !another.is_terminated());
    }
}
