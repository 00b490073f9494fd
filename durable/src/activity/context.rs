//! The context of an activity: the SDK's, with the worker's shutdown added.

use std::fmt;
use std::future::pending;
use std::ops::Deref;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;
use temporalio_common::data_converters::{PayloadConversionError, TemporalSerializable};

use super::StopReason;
#[cfg(feature = "testing")]
use super::heartbeat::{ObserveHeartbeats, RecordedHeartbeat};
use crate::definition::arguments::DecodeError;
use crate::definition::arguments::answer::Exact;
use crate::definition::exact::Json;
use crate::definition::{Dependencies, TaskToken, WorkerShutdown};
use crate::error::measured::{Bound, Measured};
use crate::error::payload_error;
use crate::error::payload_limit::{PayloadLimit, Value};
use crate::error::server_limits::WorkerLimits;
use crate::metrics::Metrics;

/// The context of a running activity, which the function takes as a parameter: `ctx: ActivityContext`.
///
/// It dereferences to the SDK's [`temporalio_sdk::activities::ActivityContext`], which has further
/// methods, such as `info`, `heartbeat_details` and `client`. The documentation of
/// [`#[activity]`](macro@crate::activity) has an example.
#[derive(Clone)]
pub struct ActivityContext {
    sdk: temporalio_sdk::activities::ActivityContext,
    /// `None` if the activity is not run by a worker of this crate.
    shutdown: Option<Arc<WorkerShutdown>>,
    limit: PayloadLimit,
    /// `true` if a test reads the heartbeats.
    #[cfg(feature = "testing")]
    is_observed: bool,
}

/// Returns the limits of the worker that runs an activity.
pub(super) fn limit_of(dependencies: Option<&Arc<Dependencies>>) -> PayloadLimit {
    let limits = dependencies.and_then(|dependencies| dependencies.get::<WorkerLimits>());
    limits.map_or_else(PayloadLimit::default, |limits| limits.get())
}

impl ActivityContext {
    pub(crate) fn new(
        sdk: temporalio_sdk::activities::ActivityContext,
        dependencies: Option<&Arc<Dependencies>>,
    ) -> Self {
        Self {
            sdk,
            shutdown: dependencies.and_then(|dependencies| dependencies.get()),
            limit: limit_of(dependencies),
            #[cfg(feature = "testing")]
            is_observed: dependencies
                .is_some_and(|dependencies| dependencies.get::<ObserveHeartbeats>().is_some()),
        }
    }

    /// Records a heartbeat with details of any type that the data converter supports. The next attempt
    /// reads them with `heartbeat_details`.
    ///
    /// For details that are `Serialize`, use [`heartbeat`](Self::heartbeat). The worker limits the rate at
    /// which it sends heartbeats, so they can be recorded often.
    ///
    /// # Errors
    /// Returns an error if the details cannot be serialized, or are
    /// [too large](crate::error::PAYLOAD_TOO_LARGE).
    pub async fn record_heartbeat<T: TemporalSerializable + 'static>(
        &self,
        details: T,
    ) -> Result<(), PayloadConversionError> {
        #[cfg(feature = "testing")]
        if self.is_observed {
            return self.sdk.record_heartbeat(RecordedHeartbeat::of(&details)?).await;
        }
        let value = Value::new("heartbeat of activity", self.sdk.info().activity_type.clone());
        self.sdk
            .record_heartbeat(Measured::new(details, value, Bound::Limit(self.limit.clone())))
            .await
    }

    /// Records a heartbeat with the progress of the activity. The next attempt reads it with
    /// [`progress`](Self::progress).
    ///
    /// The worker sends at most one heartbeat in 80 % of the heartbeat timeout, and then the last one
    /// recorded. So heartbeats can be recorded often, and after a crash the next attempt may read an
    /// earlier one. The server reports a cancellation in its response to a heartbeat, so an activity
    /// without heartbeats does not notice it. In a local activity, which has no heartbeats, this does
    /// nothing.
    ///
    /// # Errors
    /// Returns an error if the progress cannot be serialized, or is
    /// [too large](crate::error::PAYLOAD_TOO_LARGE).
    pub async fn heartbeat<T: Serialize + Sync + ?Sized>(
        &self,
        progress: &T,
    ) -> Result<(), PayloadConversionError> {
        let progress = Json::of(progress)
            .map_err(|error| PayloadConversionError::EncodingError(error.into()))?;
        self.record_heartbeat(progress).await
    }

    /// Returns the progress in the last heartbeat of an earlier attempt that the server received, or
    /// `None` if there is none.
    ///
    /// An attempt whose worker does not know the encoding of the progress, for example because it lacks the
    /// codec, ends here and fails with the encoding's name. It is retried as the activity's options say, so
    /// a worker with the codec continues where the last attempt was.
    ///
    /// Also returns `None`, and logs a warning, if the progress is not a `T`, for example because the
    /// type was changed. The activity then starts from the beginning.
    /// [`heartbeat_details`](temporalio_sdk::activities::ActivityContext::heartbeat_details) returns an
    /// error instead.
    #[must_use]
    pub fn progress<T: DeserializeOwned + 'static>(&self) -> Option<T> {
        let recorded = self.sdk.heartbeat_details().deserialize::<Exact<T>>();
        let recorded = recorded.map(|recorded| recorded.map(|Exact(progress)| progress));
        recorded.unwrap_or_else(|error| {
            let info = self.sdk.info();
            if DecodeError::is_of_codec(&error) {
                // Without a panic, whose hook would print the place in the library.
                let name = &info.activity_type;
                resume_unwind(Box::new(format!(
                    "the last heartbeat of activity `{name}`: {}",
                    payload_error(error)
                )));
            }
            tracing::warn!(
                activity_type = info.activity_type,
                activity_id = info.activity_id,
                workflow_id = info.workflow_id,
                attempt = info.attempt,
                expected = std::any::type_name::<T>(),
                error = %payload_error(error),
                "the last heartbeat has another type; the activity starts from the beginning"
            );
            None
        })
    }

    /// Returns the token by which another process completes an activity that returns
    /// [`ActivityError::WillCompleteAsync`](super::ActivityError::WillCompleteAsync). That process passes
    /// it to [`Client::activity`](crate::Client::activity).
    #[must_use]
    pub fn task_token(&self) -> TaskToken {
        TaskToken::new(self.sdk.info().task_token.clone())
    }

    /// Returns the metrics of the program, with the labels `activity_type`, `workflow_type` and `task_queue`.
    pub fn metrics(&self) -> Metrics {
        Metrics::of(|| {
            let info = self.sdk.info();
            [
                ("activity_type", info.activity_type.clone()),
                ("workflow_type", info.workflow_type.clone().unwrap_or_default()),
                ("task_queue", info.task_queue.clone()),
            ]
        })
    }

    /// Waits until the activity should stop, and returns the reason.
    ///
    /// A shutdown of the worker is reported immediately, so that the activity can end within the
    /// [drain timeout](crate::Workers::drain_timeout) before it is cancelled. The server reports a
    /// cancellation in its response to a heartbeat.
    ///
    /// ```
    /// use durable::prelude::*;
    ///
    /// #[activity(queue = "reports", heartbeat_timeout = "30s")]
    /// async fn print(ctx: ActivityContext, pages: u32) -> Result<u32, ActivityError> {
    ///     for page in ctx.progress().unwrap_or(1)..=pages {
    ///         ctx.heartbeat(&page).await?;
    ///         tokio::select! {
    ///             reason = ctx.stopped() => return Err(reason.into()),
    ///             () = tokio::time::sleep(Duration::from_secs(1)) => {}   // one page
    ///         }
    ///     }
    ///     Ok(pages)
    /// }
    /// ```
    pub async fn stopped(&self) -> StopReason {
        tokio::select! {
            biased;
            () = self.worker_shutdown() => StopReason::WorkerShutdown,
            () = self.cancelled() => {
                let deadline = self.sdk.info().deadline;
                if deadline.is_some_and(|deadline| deadline <= SystemTime::now()) {
                    StopReason::TimedOut
                } else {
                    StopReason::Cancelled
                }
            }
        }
    }

    /// Waits until the activity is cancelled: by its workflow, by the server, or because its worker shuts
    /// down and the [drain timeout](crate::Workers::drain_timeout) has expired.
    pub async fn cancelled(&self) {
        tokio::select! {
            () = self.sdk.cancelled() => {}
            () = self.drain_over() => {}
        }
    }

    /// Returns `true` if the activity was cancelled, for any of the reasons of
    /// [`cancelled`](Self::cancelled).
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.sdk.is_cancelled() || self.local_shutdown().is_some_and(WorkerShutdown::is_drain_over)
    }

    /// Returns the shutdown for a local activity, which SDK 1.1.1 does not cancel when the drain timeout
    /// has expired.
    fn local_shutdown(&self) -> Option<&WorkerShutdown> {
        self.shutdown.as_deref().filter(|_| self.sdk.info().is_local)
    }

    async fn drain_over(&self) {
        match self.local_shutdown() {
            Some(shutdown) => shutdown.drain_over().await,
            None => pending().await,
        }
    }

    /// Returns `true` as soon as the worker of this activity has begun to shut down.
    ///
    /// The activity is cancelled later, when the [drain timeout](crate::Workers::drain_timeout) has
    /// expired.
    #[must_use]
    pub fn worker_is_shutting_down(&self) -> bool {
        self.shutdown.as_ref().is_some_and(|shutdown| shutdown.is_announced())
    }

    /// Waits until the worker of this activity begins to shut down. A cancellation does not end the wait.
    ///
    /// An activity that then returns an error is retried on another worker, where it can read the
    /// progress that it recorded with its last heartbeat.
    pub async fn worker_shutdown(&self) {
        match &self.shutdown {
            Some(shutdown) => shutdown.announced().await,
            None => pending().await,
        }
    }
}

impl Deref for ActivityContext {
    type Target = temporalio_sdk::activities::ActivityContext;

    fn deref(&self) -> &Self::Target {
        &self.sdk
    }
}

impl fmt::Debug for ActivityContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActivityContext")
            .field("info", self.sdk.info())
            .field("is_cancelled", &self.is_cancelled())
            .field("worker_is_shutting_down", &self.worker_is_shutting_down())
            .finish_non_exhaustive()
    }
}
