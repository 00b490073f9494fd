//! Waits for timers and conditions.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::{FusedFuture, LocalBoxFuture};

use super::list::{Entry, Place, Subject, Waits};
use crate::definition::debug;

/// A wait of workflow code for a timer or a condition, as `sleep`, `wait_condition` and
/// `wait_condition_timeout` of [`WorkflowContext`](crate::workflow::WorkflowContext) return it.
///
/// It starts when it is awaited, or first polled in [`join!`](crate::workflow::join) or
/// [`select!`](crate::workflow::select). Until then its summary can be set.
#[must_use = "a wait starts only when it is awaited"]
pub struct Wait<'a, T> {
    state: State<'a, T>,
    subject: Subject,
    summary: Option<String>,
    entry: Entry,
}

debug!([T] Wait['_, T]:);

/// Starts a wait with its summary.
type Start<'a, T> = Box<dyn FnOnce(Option<String>) -> LocalBoxFuture<'a, T> + 'a>;

enum State<'a, T> {
    New(Start<'a, T>),
    Running(LocalBoxFuture<'a, T>),
    Over,
}

impl<'a, T> Wait<'a, T> {
    pub(crate) fn new(
        waits: &Waits,
        place: Place,
        subject: Subject,
        start: impl FnOnce(Option<String>) -> LocalBoxFuture<'a, T> + 'a,
    ) -> Self {
        let state = State::New(Box::new(start));
        Self { state, subject, summary: None, entry: Entry::new(waits, place) }
    }

    /// Sets a one-line summary, which may be any text, for example one that depends on the state.
    ///
    /// The web UI shows it with the timer in the history. A condition without a timeout is not in the
    /// history. Each wait is in the answer to the query `__stack_trace` with its summary.
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = Some(summary.into());
        self
    }
}

impl<T> Future for Wait<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        if let State::New(_) = this.state
            && let State::New(start) = std::mem::replace(&mut this.state, State::Over)
        {
            this.state = State::Running(start(this.summary.clone()));
        }
        let State::Running(running) = &mut this.state else { return Poll::Pending };
        let poll = running.as_mut().poll(cx);
        if poll.is_ready() {
            this.state = State::Over;
        }
        let (subject, summary) = (&this.subject, &this.summary);
        this.entry.polled(poll.is_pending(), || (subject.clone(), summary.clone()));
        poll
    }
}

impl<T> FusedFuture for Wait<'_, T> {
    fn is_terminated(&self) -> bool {
        matches!(self.state, State::Over)
    }
}

/// The running future is boxed, so nothing is pinned in place.
impl<T> Unpin for Wait<'_, T> {}
