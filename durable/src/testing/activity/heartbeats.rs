//! The heartbeats of an activity under test, which the test reads while it runs and afterwards.

use std::any::{Any, type_name};
use std::sync::Arc;

use temporalio_common::data_converters::{PayloadConversionError, TemporalDeserializable};
use tokio::sync::watch;

use crate::activity::RecordedHeartbeat;

/// The error of a heartbeat that cannot be read, or that was not recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeartbeatError {
    /// The heartbeat does not deserialise as the type that the test asked for.
    #[error("heartbeat {number} was recorded as `{recorded}`, which does not read as `{asked}`")]
    WrongType {
        /// The number of the heartbeat in the run, counted from 1.
        number: usize,
        /// The type that the activity recorded.
        recorded: &'static str,
        /// The type that the test asked for.
        asked: &'static str,
        /// The error of the deserialisation.
        source: PayloadConversionError,
    },
    /// The heartbeat was recorded by a method of the SDK's context, which does not reveal the details.
    #[error(
        "heartbeat {number} was recorded with the SDK's `ActivityContext`, which does not let a test \
         read it; record it with `durable::activity::ActivityContext`"
    )]
    Unreadable {
        /// The number of the heartbeat in the run, counted from 1.
        number: usize,
    },
    /// The activity ended before it recorded the heartbeat that the test waits for.
    #[error("there is no heartbeat {number}: the activity ended before it recorded one")]
    Ended {
        /// The number of the heartbeat in the run, counted from 1.
        number: usize,
    },
}

/// The heartbeats of one run, shared by the activity, its handle and the test.
#[derive(Clone, Default)]
pub(super) struct Heartbeats(Arc<watch::Sender<Log>>);

#[derive(Default)]
struct Log {
    /// Each heartbeat, or `None` for one that cannot be read.
    recorded: Vec<Option<RecordedHeartbeat>>,
    has_ended: bool,
}

impl Log {
    fn read<T: TemporalDeserializable + 'static>(&self, place: usize) -> Result<T, HeartbeatError> {
        let number = place + 1;
        let unreadable = HeartbeatError::Unreadable { number };
        let heartbeat = self.recorded[place].as_ref().ok_or(unreadable)?;
        heartbeat.decode().map_err(|source| HeartbeatError::WrongType {
            number,
            recorded: heartbeat.type_name(),
            asked: type_name::<T>(),
            source,
        })
    }
}

impl Heartbeats {
    /// Keeps what the SDK says that the activity recorded.
    pub(super) fn record(&self, details: Box<dyn Any>) {
        let heartbeat = details.downcast::<RecordedHeartbeat>().ok().map(|heartbeat| *heartbeat);
        self.0.send_modify(|log| log.recorded.push(heartbeat));
    }

    /// Returns a guard whose drop says that there will be no more heartbeats.
    pub(super) fn end_on_drop(&self) -> EndOnDrop {
        EndOnDrop(self.clone())
    }

    /// All heartbeats until now.
    pub(super) fn all<T: TemporalDeserializable + 'static>(
        &self,
    ) -> Result<Vec<T>, HeartbeatError> {
        let log = self.0.borrow();
        (0..log.recorded.len()).map(|place| log.read(place)).collect()
    }

    /// The heartbeat at a place, counted from 0, which is waited for.
    pub(super) async fn at<T: TemporalDeserializable + 'static>(
        &self,
        place: usize,
    ) -> Result<T, HeartbeatError> {
        let mut log = self.0.subscribe();
        // The sender is borrowed, so the wait ends only as it should; if not, the log says how far
        // the activity came.
        let _ = log.wait_for(|log| log.recorded.len() > place || log.has_ended).await;
        let log = self.0.borrow();
        let is_there = place < log.recorded.len();
        if is_there { log.read(place) } else { Err(HeartbeatError::Ended { number: place + 1 }) }
    }
}

/// Lives as long as the activity runs, also where that ends by a panic.
pub(super) struct EndOnDrop(Heartbeats);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.0.send_modify(|log| log.has_ended = true);
    }
}
