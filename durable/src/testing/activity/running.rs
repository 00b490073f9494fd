//! An activity under test while it runs: what the test can do to it, and wait for.

use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt as _;
use temporalio_common::data_converters::TemporalDeserializable;
use temporalio_sdk::activities::ExecutableActivity;
use temporalio_sdk::testing::{ActivityEnvironment, ActivityEnvironmentError};
use tokio::task::JoinHandle;

use super::alone::Alone;
use super::heartbeats::{HeartbeatError, Heartbeats};
use crate::activity::ActivityError;
use crate::definition::debug;
use crate::definition::{Activity, Dependencies, WorkerShutdown};

/// An activity that [`ActivityTest::start`](super::ActivityTest::start) started; awaiting it waits for its end.
///
/// Dropping it aborts the activity at its next `.await`; a blocking one goes on, unseen.
///
/// ```
/// use durable::prelude::*;
/// use durable::testing::ActivityTest;
///
/// #[activity(queue = "reports", heartbeat_timeout = "30s")]
/// async fn watch(ctx: ActivityContext) -> Result<String, ActivityError> {
///     ctx.record_heartbeat("watching").await?;
///     tokio::select! {
///         () = ctx.cancelled() => Err(ActivityError::cancelled()),
///         () = ctx.worker_shutdown() => Ok("stopped".to_owned()),
///     }
/// }
///
/// # #[durable::main]
/// # async fn main() -> Result<(), ActivityError> {
/// let mut watching = ActivityTest::new().start::<watch>(());
/// assert_eq!(watching.next_heartbeat::<String>().await?, "watching");
/// watching.shut_down_worker();
/// assert_eq!(watching.await?, "stopped");
///
/// let watching = ActivityTest::new().start::<watch>(());
/// watching.cancel();
/// assert!(matches!(watching.await, Err(ActivityError::Cancelled { .. })));
/// # Ok(())
/// # }
/// ```
#[must_use = "dropping a running activity aborts it"]
pub struct RunningActivity<A: Activity> {
    task: JoinHandle<Result<A::Output, ActivityError>>,
    environment: Arc<ActivityEnvironment>,
    shutdown: Arc<WorkerShutdown>,
    heartbeats: Heartbeats,
    /// The number of heartbeats that the test has waited for.
    awaited: usize,
}

debug!([A: Activity] RunningActivity[A]: activity = A::NAME);

impl<A: Activity> RunningActivity<A> {
    /// Starts it on the runtime of the caller.
    pub(super) fn start(
        environment: ActivityEnvironment,
        input: A::Input,
        shutdown: Arc<WorkerShutdown>,
        heartbeats: Heartbeats,
    ) -> Self
    where
        A: ExecutableActivity<Implementer = Dependencies>,
        A::Input: Send + Sync,
        A::Output: Send + Sync,
    {
        let environment = Arc::new(environment);
        let (running, end) = (Arc::clone(&environment), heartbeats.end_on_drop());
        let task = tokio::spawn(async move {
            let _end = end;
            match running.run(Alone::<A>::definition(), input).await {
                Ok(output) => Ok(output),
                Err(ActivityEnvironmentError::Activity(error)) => {
                    Err(ActivityError::from_sdk(error))
                }
                Err(other) => Err(other.into()),
            }
        });
        Self { task, environment, shutdown, heartbeats, awaited: 0 }
    }

    /// Cancels the activity, as its workflow would.
    pub fn cancel(&self) {
        self.environment.cancel();
    }

    /// Tells the activity that its worker was asked to stop.
    ///
    /// A worker cancels it too when the drain timeout is over; here that is [`cancel`](Self::cancel).
    pub fn shut_down_worker(&self) {
        self.shutdown.announce();
    }

    /// Waits for the first heartbeat that no earlier call returned.
    ///
    /// # Errors
    /// [`HeartbeatError`] when the activity ends without one, or it is not a `T`.
    pub async fn next_heartbeat<T: TemporalDeserializable + 'static>(
        &mut self,
    ) -> Result<T, HeartbeatError> {
        let heartbeat = self.heartbeats.at(self.awaited).await;
        if !matches!(heartbeat, Err(HeartbeatError::Ended { .. })) {
            self.awaited += 1;
        }
        heartbeat
    }
}

impl<A: Activity> Future for RunningActivity<A> {
    type Output = Result<A::Output, ActivityError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match ready!(self.task.poll_unpin(cx)) {
            Ok(ended) => Poll::Ready(ended),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                // Only `drop` aborts the task; else it is the runtime that shuts down.
                Err(_) => Poll::Pending,
            },
        }
    }
}

impl<A: Activity> Drop for RunningActivity<A> {
    fn drop(&mut self) {
        self.task.abort();
    }
}
