//! Calls that are refused before they are made.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::FusedFuture;
use temporalio_sdk::CancellableFuture;

/// A call that was never scheduled. It is ready at once, and cancelling it does nothing.
pub(super) struct Refused<T>(pub(super) Option<T>);

impl<T> Future for Refused<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        self.0.take().map_or(Poll::Pending, Poll::Ready)
    }
}

impl<T> FusedFuture for Refused<T> {
    fn is_terminated(&self) -> bool {
        self.0.is_none()
    }
}

/// The result is moved out and never polled in place.
impl<T> Unpin for Refused<T> {}

impl<T> CancellableFuture for Refused<T> {
    fn cancel(&self) {}
}
