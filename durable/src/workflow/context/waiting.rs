//! Waits for time, for the workflow's state and for its cancellation.

use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::FusedFuture;
use temporalio_sdk::{
    CancellableFuture, TimerOptions, TimerResult, WaitConditionOptions, WorkflowCancellationError,
};

use crate::workflow::WorkflowContext;
use crate::workflow::implementation::adapter::WorkflowAdapter;
use crate::workflow::waits::{Listed, Place, Subject, Wait};

/// The maximum duration of a timer on server 1.32.0: 100 years.
const LONGEST_TIMER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

type Held = Result<(), WorkflowCancellationError>;

impl<W> WorkflowContext<W> {
    /// Waits until the workflow is asked to cancel, as reported by [`is_cancelled`](Self::is_cancelled).
    /// Resolves to the reason, if one was given.
    #[must_use]
    #[track_caller]
    pub fn cancelled(&self) -> impl FusedFuture<Output = Option<String>> + Unpin + '_ {
        let place = Location::caller();
        Wait::new(self.waits(), place, Subject::Cancellation, |_| {
            let token = self.requested();
            Box::pin(async move {
                token.cancelled().await;
                token.reason()
            })
        })
    }

    /// Waits until a condition on the state holds.
    ///
    /// [`summary`](Wait::summary) says in words what the workflow waits for.
    ///
    /// # Errors
    /// Returns an error if the workflow is cancelled first. `?` then ends the workflow as cancelled.
    #[track_caller]
    pub fn wait_condition<'a>(
        &'a self,
        condition: impl FnMut(&W) -> bool + 'a,
    ) -> Wait<'a, Result<(), WorkflowCancellationError>> {
        self.condition_at(Location::caller(), Subject::Condition { limit: None }, condition)
    }

    /// Waits until a condition on the state holds, listed as a wait for `subject`.
    pub(crate) fn condition_at<'a>(
        &'a self,
        place: Place,
        subject: Subject,
        condition: impl FnMut(&W) -> bool + 'a,
    ) -> Wait<'a, Held> {
        Wait::new(self.waits(), place, subject, |_| Box::pin(self.holds(condition)))
    }

    /// Waits until a condition on the state holds, without being listed.
    fn holds<'a>(
        &'a self,
        mut condition: impl FnMut(&W) -> bool + 'a,
    ) -> impl FusedFuture<Output = Held> + 'a {
        let options = WaitConditionOptions::builder().maybe_cancellation_token(self.token());
        let condition = move |adapter: &WorkflowAdapter<W>| condition(adapter.state());
        self.sdk.wait_condition_with_options(condition, options.build())
    }

    /// Waits until a condition on the state holds, for at most `timeout`. Resolves to `true` if the
    /// condition holds.
    ///
    /// The wait is a durable timer, so it continues if the worker restarts. It starts when the future is
    /// first polled. [`summary`](Wait::summary) says in words what the workflow waits for.
    ///
    /// # Errors
    /// Returns an error if the workflow is cancelled first. `?` then ends the workflow as cancelled.
    #[track_caller]
    pub fn wait_condition_timeout<'a>(
        &'a self,
        condition: impl FnMut(&W) -> bool + 'a,
        timeout: Duration,
    ) -> Wait<'a, Result<bool, WorkflowCancellationError>> {
        let timeout = timeout.min(LONGEST_TIMER);
        let subject = Subject::Condition { limit: Some(timeout) };
        Wait::new(self.waits(), Location::caller(), subject, move |summary| {
            Box::pin(self.holds_within(condition, with_summary(timeout, summary)))
        })
    }

    async fn holds_within(
        &self,
        mut condition: impl FnMut(&W) -> bool,
        timeout: TimerOptions,
    ) -> Result<bool, WorkflowCancellationError> {
        // No timer in the history if the condition already holds.
        if self.state(&mut condition) {
            return Ok(true);
        }
        let mut timer = self.sdk_timer(timeout);
        let mut holds = std::pin::pin!(self.holds(condition));
        temporalio_sdk::workflows::select! {
            held = holds => {
                timer.cancel();
                held.map(|()| true)
            }
            elapsed = timer => match elapsed {
                TimerResult::Fired => Ok(false),
                // The timer is cancelled only with the workflow, and the condition with it.
                TimerResult::Cancelled => holds.await.map(|()| true),
            },
        }
    }

    /// Waits for a duration, by a durable timer that continues if the worker restarts.
    ///
    /// The timer starts when the future is first polled, also in [`select!`](crate::workflow::select) and
    /// [`join!`](crate::workflow::join). Dropping the future does not cancel the timer. Use [`timer`](Self::timer)
    /// for one that can be cancelled. [`summary`](Wait::summary) says what the timer is for, in the web UI
    /// too:
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use durable::prelude::*;
    /// # #[workflow(queue = "orders")]
    /// # #[derive(Default)]
    /// # struct Order;
    /// # #[workflow_methods]
    /// # impl Order {
    /// # #[run]
    /// # async fn run(ctx: &mut WorkflowContext<Self>, id: u32) -> WorkflowResult<()> {
    /// ctx.sleep(Duration::from_secs(3600)).summary(format!("payment of order {id}")).await?;
    /// # Ok(())
    /// # }
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns an error if the workflow is cancelled first. `?` then ends the workflow as cancelled.
    #[track_caller]
    pub fn sleep(&self, duration: Duration) -> Wait<'_, Result<(), WorkflowCancellationError>> {
        let duration = duration.min(LONGEST_TIMER);
        let subject = Subject::Timer(duration);
        Wait::new(self.waits(), Location::caller(), subject, move |summary| {
            Box::pin(async move {
                match self.sdk_timer(with_summary(duration, summary)).await {
                    TimerResult::Fired => Ok(()),
                    TimerResult::Cancelled => self.holds(|_| false).await,
                }
            })
        })
    }

    /// Starts a durable timer immediately. It is cancelled with this context.
    ///
    /// A duration of more than 100 years is reduced to 100 years, the maximum of server 1.32.0.
    /// [`TimerOptions`] have a one-line summary for the web UI.
    #[track_caller]
    pub fn timer(
        &self,
        options: impl Into<TimerOptions>,
    ) -> impl CancellableFuture<Output = TimerResult> {
        self.timer_at(Location::caller(), options.into())
    }

    /// Starts a durable timer that is listed at a place.
    pub(crate) fn timer_at(&self, place: Place, options: TimerOptions) -> Timer<'_> {
        let subject = Subject::Timer(options.duration.min(LONGEST_TIMER));
        let listed = self.waits().add(subject, options.summary.clone(), place);
        Timer { running: Box::pin(self.sdk_timer(options)), listed: Some(listed) }
    }

    /// Starts a durable timer that is not listed.
    fn sdk_timer(&self, mut options: TimerOptions) -> impl CancellableFuture<Output = TimerResult> {
        // SDK 1.1.1 panics if a duration does not fit into a message.
        options.duration = options.duration.min(LONGEST_TIMER);
        options.cancellation_token = options.cancellation_token.or_else(|| self.token());
        self.sdk.timer(options)
    }
}

fn with_summary(duration: Duration, summary: Option<String>) -> TimerOptions {
    TimerOptions::builder(duration).maybe_summary(summary).build()
}

/// A running timer.
pub(crate) struct Timer<'a> {
    running: Pin<Box<dyn CancellableFuture<Output = TimerResult> + 'a>>,
    /// `None` after its end.
    listed: Option<Listed>,
}

impl Future for Timer<'_> {
    type Output = TimerResult;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<TimerResult> {
        let poll = self.running.poll_unpin(cx);
        if poll.is_ready() {
            self.listed = None;
        }
        poll
    }
}

impl FusedFuture for Timer<'_> {
    fn is_terminated(&self) -> bool {
        self.running.is_terminated()
    }
}

impl CancellableFuture for Timer<'_> {
    fn cancel(&self) {
        self.running.as_ref().get_ref().cancel();
    }
}
