//! The subscriber of the program that started workers, for code that runs on other threads.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use tracing::dispatcher::{self, DefaultGuard, Dispatch};
use tracing::subscriber::NoSubscriber;

use super::silence;

/// The subscriber that is current where this is made. `None` if there is none at that time; a global one that is
/// set later is current everywhere.
#[derive(Clone)]
pub(crate) struct CallersSubscriber(Option<Dispatch>);

impl CallersSubscriber {
    pub(crate) fn current() -> Self {
        let current = dispatcher::get_default(Dispatch::clone);
        Self((!current.is::<NoSubscriber>()).then_some(current))
    }

    /// Makes the subscriber that of the calling thread, which serves workflows, until the guard is dropped.
    pub(crate) fn of_this_thread(&self) -> ThreadGuard {
        silence::forget();
        ThreadGuard { _guard: self.0.as_ref().map(dispatcher::set_default) }
    }

    /// Calls a function with this subscriber if the thread has no other.
    pub(crate) fn within<T>(&self, call: impl FnOnce() -> T) -> T {
        let has_other = || dispatcher::get_default(|current| !current.is::<NoSubscriber>());
        match &self.0 {
            Some(subscriber) if !has_other() => dispatcher::with_default(subscriber, call),
            _ => call(),
        }
    }

    /// Polls a future with this subscriber if the thread has no other.
    pub(crate) fn around<F: Future + Unpin>(self, future: F) -> impl Future<Output = F::Output> {
        Within { subscriber: self, future }
    }
}

impl fmt::Debug for CallersSubscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallersSubscriber")
    }
}

struct Within<F> {
    subscriber: CallersSubscriber,
    future: F,
}

impl<F: Future + Unpin> Future for Within<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Self { subscriber, future } = &mut *self;
        subscriber.within(|| Pin::new(future).poll(cx))
    }
}

/// The subscriber of a thread that serves workflows.
pub(crate) struct ThreadGuard {
    _guard: Option<DefaultGuard>,
}

impl Drop for ThreadGuard {
    fn drop(&mut self) {
        silence::forget();
    }
}
