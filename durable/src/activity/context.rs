//! The context that an activity gets: the SDK's, with the worker's shutdown added.

use std::fmt;
use std::future::pending;
use std::ops::Deref;
use std::sync::Arc;

use temporalio_common::data_converters::{PayloadConversionError, TemporalSerializable};

#[cfg(feature = "testing")]
use super::heartbeat::{ObserveHeartbeats, RecordedHeartbeat};
use crate::definition::{Dependencies, WorkerShutdown};

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
            #[cfg(feature = "testing")]
            is_observed: dependencies
                .is_some_and(|dependencies| dependencies.get::<ObserveHeartbeats>().is_some()),
        }
    }

    /// Records a heartbeat: that the activity lives, and what the next attempt needs to go on from
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
        self.sdk.record_heartbeat(details).await
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
            .field("is_cancelled", &self.sdk.is_cancelled())
            .field("worker_is_shutting_down", &self.worker_is_shutting_down())
            .finish_non_exhaustive()
    }
}
