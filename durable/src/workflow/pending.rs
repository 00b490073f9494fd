//! How many calls of a run are pending, as the server limits them.
//!
//! Server 1.32.0 refuses the command that is one too many, and SDK 1.1.1 then repeats the workflow task
//! for ever. Children and signals can be asked whether they have ended, also where nobody waits for
//! them. The future of an activity borrows the context and cannot be kept: an activity is known to be
//! pending if it was scheduled in the current workflow task, or if it was polled in this task and had no
//! result. Others are not counted, as to refuse a call that the server would take is worse.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt as _;
use futures_util::future::FusedFuture;

/// The server's limit of pending activities, of children, of signals and of cancellations, each for
/// itself, as it is configured by default.
const LIMIT: usize = 2000;

/// The pending calls of a run.
#[derive(Clone, Default)]
pub(super) struct Pending(Rc<Counts>);

#[derive(Default)]
struct Counts {
    /// The length of the history up to the current task, which tells one task from another.
    task: Cell<u32>,
    /// The activities that are pending for certain.
    activities: Cell<usize>,
    /// The activity ids that calls have set, and the task in which each was pending.
    ids: RefCell<HashMap<String, u32>>,
    children: RefCell<Vec<Rc<dyn Call>>>,
    signals: RefCell<Vec<Rc<dyn Call>>>,
}

/// A call that can be asked.
trait Call {
    /// Whether its output was handed out.
    fn is_over(&self) -> bool;

    /// Whether it has ended, as far as this task knows.
    fn has_ended(&self) -> bool;
}

/// What has a limit of its own, besides activities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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
    /// Takes a place for an activity that is called in this task.
    ///
    /// # Errors
    /// What is wrong, where the limit is reached, or another activity has the id.
    pub(super) fn activity(&self, task: u32, id: Option<&str>) -> Result<PendingActivity, String> {
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

    /// Tells whether there is a place for another call.
    ///
    /// # Errors
    /// What is wrong, where the limit is reached.
    pub(super) fn place(&self, kind: Kind) -> Result<(), String> {
        let calls = self.0.of(kind);
        if calls.borrow().len() < LIMIT {
            return Ok(());
        }
        // Taken out while they are asked, as that may be the code of an interceptor.
        let mut asked = calls.take();
        asked.retain(|call| !call.has_ended());
        let full = asked.len() >= LIMIT;
        calls.borrow_mut().extend(asked);
        let plural = match kind {
            Kind::Child => "child workflows",
            Kind::Signal => "signals to other workflows",
        };
        if full { Err(too_many(plural)) } else { Ok(()) }
    }

    /// Takes note of a call that was made.
    pub(super) fn made<F: FusedFuture + Unpin + 'static>(
        &self,
        kind: Kind,
        future: F,
    ) -> Rc<PendingCall<F>>
    where
        F::Output: 'static,
    {
        let asked = Asked { future, output: None, waker: Waker::noop().clone() };
        let call = Rc::new(PendingCall(RefCell::new(asked)));
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
        "{LIMIT} {plural} of this run are pending, and the server takes no more; wait for some of them \
         first, as `join_all_bounded` does"
    )
}

/// A call that can be waited for, and asked whether it has ended.
pub(super) struct PendingCall<F: FusedFuture>(RefCell<Asked<F>>);

struct Asked<F: FusedFuture> {
    future: F,
    /// What the future gave when it was only asked.
    output: Option<F::Output>,
    /// Who waits for it.
    waker: Waker,
}

impl<F: FusedFuture + Unpin> PendingCall<F> {
    /// Polls for the output, which is there once.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut asked = self.0.borrow_mut();
        if let Some(output) = asked.output.take() {
            return Poll::Ready(output);
        }
        if asked.future.is_terminated() {
            return Poll::Pending;
        }
        asked.waker.clone_from(cx.waker());
        asked.future.poll_unpin(cx)
    }

    /// Whether the output was handed out.
    pub(super) fn is_terminated(&self) -> bool {
        let asked = self.0.borrow();
        asked.output.is_none() && asked.future.is_terminated()
    }

    /// Does something with the future itself.
    pub(super) fn with<R>(&self, f: impl FnOnce(&F) -> R) -> R {
        f(&self.0.borrow().future)
    }
}

impl<F: FusedFuture + Unpin> Call for PendingCall<F> {
    fn is_over(&self) -> bool {
        self.0.try_borrow().is_ok_and(|call| call.output.is_none() && call.future.is_terminated())
    }

    fn has_ended(&self) -> bool {
        // It is borrowed while it is polled, and then it has not ended.
        let Ok(mut asked) = self.0.try_borrow_mut() else { return false };
        if asked.future.is_terminated() {
            return true;
        }
        // By the waker of who waits, who would not be told otherwise.
        let waker = asked.waker.clone();
        match asked.future.poll_unpin(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => {
                asked.output = Some(output);
                true
            }
            Poll::Pending => false,
        }
    }
}

/// An activity that was scheduled, until it has a result.
pub(super) struct PendingActivity {
    counts: Rc<Counts>,
    id: Option<String>,
    /// The last task in which it was counted; none once it has a result.
    task: Option<u32>,
}

impl PendingActivity {
    /// Takes note of what polling it gave, in this task.
    pub(super) fn polled<T>(&mut self, task: u32, poll: Poll<T>) -> Poll<T> {
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
    fn refuses_the_activity_that_the_server_would() {
        let pending = Pending::default();
        drop(full(&pending, 3));
        let refused = pending.activity(3, None).err().unwrap();
        assert!(refused.starts_with("2000 activities of this run are pending"), "{refused}");
        assert!(pending.place(Kind::Child).is_ok());
    }

    #[test]
    fn takes_another_activity_once_one_has_a_result() {
        let pending = Pending::default();
        let mut calls = full(&pending, 3);
        assert!(pending.activity(3, None).is_err());
        assert!(calls[0].polled(3, Poll::Ready(())).is_ready());
        assert!(pending.activity(3, None).is_ok());
        assert!(pending.activity(3, None).is_err());
    }

    #[test]
    fn counts_in_a_later_task_the_activities_that_are_waited_for() {
        let pending = Pending::default();
        let mut calls = full(&pending, 3);
        for call in &mut calls {
            assert!(call.polled::<()>(9, Poll::Pending).is_pending());
        }
        assert!(pending.activity(9, None).is_err());
        assert!(pending.activity(12, None).is_ok(), "nothing is known of the others");
    }

    #[test]
    fn refuses_an_id_of_a_pending_activity() {
        let pending = Pending::default();
        let mut first = pending.activity(3, Some("a")).unwrap();
        assert!(pending.activity(3, Some("a")).is_err());
        assert!(pending.activity(3, Some("b")).is_ok());
        let _ = first.polled(3, Poll::Ready(()));
        assert!(pending.activity(3, Some("a")).is_ok());
    }

    #[test]
    fn asks_calls_whether_they_have_ended_and_keeps_their_output() {
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
