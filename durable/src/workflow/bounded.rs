//! Waiting for many futures, with a limit on those that run at once.

use std::future::Future;
use std::iter::Fuse;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::FusedFuture;

use crate::definition::debug;

/// Waits for all futures, with at most `limit` of them running at once, and returns their outputs in the
/// order of the futures. A limit of 0 counts as 1.
///
/// A future is taken from the iterator, and its activity is scheduled, as soon as fewer than `limit` are
/// running. Like [`join_all`](super::join_all), this is deterministic: the running futures are polled in
/// the order in which they were taken.
///
/// ```no_run
/// use durable::prelude::*;
/// use durable::workflow::join_all_bounded;
///
/// #[activity(queue = "images", start_to_close_timeout = "1m")]
/// async fn resize(image: String) -> Result<String, ActivityError> {
///     Ok(image)
/// }
///
/// #[workflow(queue = "images")]
/// #[derive(Default)]
/// struct Gallery;
///
/// #[workflow_methods]
/// impl Gallery {
///     #[run]
///     async fn run(ctx: &mut WorkflowContext<Self>, images: Vec<String>) -> WorkflowResult<usize> {
///         let calls = images.into_iter().map(|image| resize::execute(ctx, image));
///         let resized = join_all_bounded(10, calls).await;
///         Ok(resized.into_iter().filter(Result::is_ok).count())
///     }
/// }
/// ```
pub fn join_all_bounded<I>(limit: usize, futures: I) -> JoinAllBounded<I::IntoIter>
where
    I: IntoIterator<Item: Future>,
{
    JoinAllBounded {
        limit: limit.max(1),
        waiting: futures.into_iter().fuse(),
        running: Vec::new(),
        outputs: Vec::new(),
        done: false,
    }
}

/// The future that [`join_all_bounded`] returns.
#[must_use = "futures do nothing unless they are awaited"]
pub struct JoinAllBounded<I: Iterator<Item: Future>> {
    limit: usize,
    waiting: Fuse<I>,
    running: Vec<Running<I::Item>>,
    outputs: Vec<Option<<I::Item as Future>::Output>>,
    done: bool,
}

debug!([I: Iterator<Item: Future>] JoinAllBounded[I]: limit, done);

struct Running<F> {
    /// The index of its output.
    place: usize,
    future: Pin<Box<F>>,
}

impl<I: Iterator<Item: Future>> JoinAllBounded<I> {
    /// Takes futures up to the limit, and returns whether any was taken.
    fn fill(&mut self) -> bool {
        let before = self.outputs.len();
        while self.running.len() < self.limit
            && let Some(future) = self.waiting.next()
        {
            self.running.push(Running { place: self.outputs.len(), future: Box::pin(future) });
            self.outputs.push(None);
        }
        self.outputs.len() > before
    }

    /// Polls the running futures, and keeps the pending ones.
    fn advance(&mut self, cx: &mut Context<'_>) {
        let outputs = &mut self.outputs;
        self.running.retain_mut(|running| match running.future.as_mut().poll(cx) {
            Poll::Ready(output) => {
                outputs[running.place] = Some(output);
                false
            }
            Poll::Pending => true,
        });
    }
}

impl<I: Iterator<Item: Future>> Future for JoinAllBounded<I> {
    type Output = Vec<<I::Item as Future>::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.advance(cx);
        // A new future must be polled once. It may be ready at once, which makes room for another one.
        while self.fill() {
            self.advance(cx);
        }
        if !self.running.is_empty() {
            return Poll::Pending;
        }
        self.done = true;
        Poll::Ready(std::mem::take(&mut self.outputs).into_iter().flatten().collect())
    }
}

impl<I: Iterator<Item: Future>> FusedFuture for JoinAllBounded<I> {
    fn is_terminated(&self) -> bool {
        self.done
    }
}

/// The futures are boxed, so nothing is pinned in place.
impl<I: Iterator<Item: Future>> Unpin for JoinAllBounded<I> {}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{Ready, pending, ready};

    use futures_util::FutureExt as _;

    use super::join_all_bounded;

    #[test]
    fn outputs_come_in_the_order_of_the_futures() {
        let outputs = join_all_bounded(2, (0..5).map(ready)).now_or_never();
        assert_eq!(outputs, Some(vec![0, 1, 2, 3, 4]));
    }

    #[test]
    fn no_future_is_no_output() {
        let none: [Ready<u32>; 0] = [];
        assert_eq!(join_all_bounded(2, none).now_or_never(), Some(vec![]));
    }

    #[test]
    fn no_more_are_taken_than_there_is_room_for() {
        for (limit, expected) in [(0, 1), (1, 1), (3, 3), (9, 5)] {
            let taken = Cell::new(0);
            let futures = (0..5).map(|_| {
                taken.set(taken.get() + 1);
                pending::<()>()
            });
            assert!(join_all_bounded(limit, futures).now_or_never().is_none());
            assert_eq!(taken.get(), expected, "limit {limit}");
        }
    }
}
