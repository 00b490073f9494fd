//! The context that an activity gets: the SDK's, with the worker's shutdown added.

use std::fmt;
use std::future::pending;
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;
use temporalio_common::data_converters::{PayloadConversionError, TemporalSerializable};

use super::StopReason;
#[cfg(feature = "testing")]
use super::heartbeat::{ObserveHeartbeats, RecordedHeartbeat};
use crate::definition::exact::{Exact, Json};
use crate::definition::{Dependencies, TaskToken, WorkerShutdown};
use crate::error::payload_error;
use crate::error::payload_limit::{Measured, PayloadLimit, Value};

/// The context of an activity that asks for one: `ctx: ActivityContext`.
///
/// It dereferences to the SDK's [`temporalio_sdk::activities::ActivityContext`], whose methods are all
/// there: `info`, `heartbeat_details`, `cancelled`, `client` and so on. What is defined here tells a
/// worker that is going away from a cancellation, and lets a test see heartbeats; the page of
/// [`#[activity]`](macro@crate::activity) has an example.
#[derive(Clone)]
pub struct ActivityContext {
    sdk: temporalio_sdk::activities::ActivityContext,
    /// There is none where something else than a worker of this crate runs the activity.
    shutdown: Option<Arc<WorkerShutdown>>,
    limit: PayloadLimit,
    /// Whether a test wants to read the heartbeats.
    #[cfg(feature = "testing")]
    is_observed: bool,
}

impl ActivityContext {
    pub(crate) fn new(
        sdk: temporalio_sdk::activities::ActivityContext,
        dependencies: Option<&Arc<Dependencies>>,
    ) -> Self {
        Self {
            sdk,
            shutdown: dependencies.and_then(|dependencies| dependencies.get()),
            limit: dependencies
                .and_then(|dependencies| dependencies.get::<PayloadLimit>())
                .map_or_else(PayloadLimit::default, |limit| *limit),
            #[cfg(feature = "testing")]
            is_observed: dependencies
                .is_some_and(|dependencies| dependencies.get::<ObserveHeartbeats>().is_some()),
        }
    }

    /// Records a heartbeat in a form of your own: that the activity lives, and what the next attempt needs to go on from
    /// here, which finds it in `heartbeat_details`.
    ///
    /// The worker does not send every one, so it is fine to record many.
    ///
    /// # Errors
    /// When the details cannot be serialised.
    pub async fn record_heartbeat<T: TemporalSerializable + 'static>(
        &self,
        details: T,
    ) -> Result<(), PayloadConversionError> {
        #[cfg(feature = "testing")]
        if self.is_observed {
            return self.sdk.record_heartbeat(RecordedHeartbeat::of(&details)?).await;
        }
        let value = Value::new("heartbeat of activity", self.sdk.info().activity_type.clone());
        self.sdk.record_heartbeat(Measured { inner: details, value, limit: self.limit }).await
    }

    /// Records how far the activity has come: that it lives, and what the next attempt needs to go on
    /// from here, which finds it in [`progress`](Self::progress).
    ///
    /// The worker sends at most one heartbeat in 80 % of the heartbeat timeout, and the last one when
    /// that time is over; so it is fine to record many, and after a crash the next attempt may find an
    /// earlier one. A cancellation is told with the answer to a heartbeat, so an activity that records
    /// none is not told. A local activity has no heartbeats; recording one does nothing.
    ///
    /// # Errors
    /// When the progress cannot be serialised, or is
    /// [too large](crate::error::PAYLOAD_TOO_LARGE).
    pub async fn heartbeat<T: Serialize + Sync + ?Sized>(
        &self,
        progress: &T,
    ) -> Result<(), PayloadConversionError> {
        let progress = Json::of(progress)
            .map_err(|error| PayloadConversionError::EncodingError(error.into()))?;
        self.record_heartbeat(progress).await
    }

    /// What an earlier attempt recorded with the last of its heartbeats that the server has, or `None`
    /// on a first attempt.
    ///
    /// It is `None`, too, where it is not a `T`, as after a change of the type: the activity then
    /// begins anew, as it does where no heartbeat got through, and a warning is logged.
    /// [`heartbeat_details`](temporalio_sdk::activities::ActivityContext::heartbeat_details) makes an
    /// error of it.
    #[must_use]
    pub fn progress<T: DeserializeOwned + 'static>(&self) -> Option<T> {
        let recorded = self.sdk.heartbeat_details().deserialize::<Exact<T>>();
        recorded.map(|recorded| recorded.map(|Exact(progress)| progress)).unwrap_or_else(|error| {
            let info = self.sdk.info();
            tracing::warn!(
                activity_type = info.activity_type,
                activity_id = info.activity_id,
                workflow_id = info.workflow_id,
                attempt = info.attempt,
                expected = std::any::type_name::<T>(),
                error = %payload_error(error),
                "the last heartbeat has another type; the activity begins anew"
            );
            None
        })
    }

    /// By what the activity is completed that ends with
    /// [`ActivityError::WillCompleteAsync`](super::ActivityError::WillCompleteAsync): it goes to
    /// whoever has the output, who hands it to [`Client::activity`](crate::Client::activity).
    #[must_use]
    pub fn task_token(&self) -> TaskToken {
        TaskToken::new(self.sdk.info().task_token.clone())
    }

    /// Waits until the activity is to stop, and tells why; it never ends otherwise.
    ///
    /// A worker that goes away is told at once, before it cancels anything, so that the activity can
    /// come to an end within the [drain timeout](crate::Workers::drain_timeout). A cancellation is told
    /// with the answer to a heartbeat.
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

    /// Waits until the activity is cancelled: by its workflow, by the server, or because its worker stops
    /// and the [drain timeout](crate::Workers::drain_timeout) is over.
    pub async fn cancelled(&self) {
        tokio::select! {
            () = self.sdk.cancelled() => {}
            () = self.drain_over() => {}
        }
    }

    /// Whether the activity was cancelled, as [`cancelled`](Self::cancelled) tells.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.sdk.is_cancelled() || self.local_shutdown().is_some_and(WorkerShutdown::is_drain_over)
    }

    /// The SDK 1.1.1 does not cancel local activities when the drain timeout is over.
    fn local_shutdown(&self) -> Option<&WorkerShutdown> {
        self.shutdown.as_deref().filter(|_| self.sdk.info().is_local)
    }

    async fn drain_over(&self) {
        match self.local_shutdown() {
            Some(shutdown) => shutdown.drain_over().await,
            None => pending().await,
        }
    }

    /// Whether the worker that runs this activity was asked to stop.
    ///
    /// It is true at once, while a cancellation comes only when the
    /// [drain timeout](crate::Workers::drain_timeout) is over. A cancellation by the workflow does not
    /// make it true.
    #[must_use]
    pub fn worker_is_shutting_down(&self) -> bool {
        self.shutdown.as_ref().is_some_and(|shutdown| shutdown.is_announced())
    }

    /// Waits until the worker that runs this activity is asked to stop; it never ends otherwise, also
    /// not when the activity is cancelled.
    ///
    /// An activity that then returns an error is tried again, on a worker that still runs or on the
    /// next one, and finds there what it recorded with its last heartbeat.
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
