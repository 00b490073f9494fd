//! Results of local activities. The workflow task that gets one records it in a marker.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::FusedFuture;
use temporalio_sdk::CancellableFuture;

use super::values::{Outcome, Running};
use crate::error::task_size;

/// The future of a local activity's result, which counts it among the commands of the workflow task.
pub(super) struct Recorded<'a>(pub(super) Running<'a>);

impl Future for Recorded<'_> {
    type Output = Outcome;

    #[allow(clippy::result_large_err, reason = "the error is the SDK's")]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let poll = self.0.as_mut().poll(cx);
        if let Poll::Ready(result) = &poll {
            task_size::count_recorded(match result {
                Ok(output) => task_size::sent_size(std::slice::from_ref(&output.payload)),
                Err(error) => error.failure().map_or(0, prost::Message::encoded_len),
            });
        }
        poll
    }
}

impl FusedFuture for Recorded<'_> {
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl CancellableFuture for Recorded<'_> {
    fn cancel(&self) {
        self.0.as_ref().get_ref().cancel();
    }
}
