//! The record of the calls of a mock.

use std::fmt;
use std::sync::{Arc, Mutex};

use temporalio_common::data_converters::{
    ActivitySerializationContext, GenericPayloadConverter as _, PayloadConverter,
    SerializationContext, SerializationContextData, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use crate::definition::Payload;
use crate::definition::arguments::decode;
use crate::testing::lock;

/// Runs a function with the context for serialising and deserialising recorded arguments.
pub(super) fn with_context<R>(f: impl FnOnce(&SerializationContext<'_>) -> R) -> R {
    let converter = PayloadConverter::default();
    let data = SerializationContextData::Activity(ActivitySerializationContext::new());
    f(&SerializationContext::new(&data, &converter))
}

/// Returns the arguments of a call as payloads, since values need not be `Clone`.
pub(super) fn record<T: TemporalSerializable + 'static>(input: &T) -> Vec<RawPayload> {
    // What was decoded out of payloads a moment ago becomes payloads again.
    with_context(|context| context.converter.to_payloads(context, input)).unwrap_or_default()
}

type Decode<Arguments> = fn(Vec<RawPayload>) -> Option<Arguments>;

/// Returns the value of recorded payloads.
pub(super) fn replayed<T: Payload>(payloads: Vec<RawPayload>) -> Option<T> {
    with_context(|context| decode(context, payloads)).ok()
}

/// The record of the calls of a mock: their number and their arguments.
///
/// Each attempt of an activity is a call. Clones share the record.
pub struct Calls<Arguments> {
    recorded: Arc<Mutex<Vec<Vec<RawPayload>>>>,
    decode: Decode<Arguments>,
}

impl<Arguments> Calls<Arguments> {
    pub(super) fn new(decode: Decode<Arguments>) -> Self {
        Self { recorded: Arc::default(), decode }
    }

    pub(super) fn log(&self) -> Log {
        Log(Arc::clone(&self.recorded))
    }

    /// Returns the number of calls.
    #[must_use]
    pub fn count(&self) -> usize {
        lock(&self.recorded).len()
    }

    /// Returns the arguments of each call as a tuple, such as `(order_id, amount)`, in the order of the
    /// calls.
    ///
    /// # Panics
    /// Panics if arguments cannot be serialised and deserialised again, which would be a fault of
    /// their `Serialize` or `Deserialize`.
    #[must_use]
    pub fn arguments(&self) -> Vec<Arguments> {
        let recorded = lock(&self.recorded).clone();
        recorded.into_iter().map(|call| self.decoded(call)).collect()
    }

    /// Returns the arguments of the last call, or `None` if there was no call.
    ///
    /// # Panics
    /// Panics as [`arguments`](Self::arguments) does.
    #[must_use]
    pub fn last(&self) -> Option<Arguments> {
        let last = lock(&self.recorded).last().cloned();
        last.map(|call| self.decoded(call))
    }

    fn decoded(&self, call: Vec<RawPayload>) -> Arguments {
        (self.decode)(call).expect("arguments that came as payloads become values again")
    }
}

impl<Arguments> Clone for Calls<Arguments> {
    fn clone(&self) -> Self {
        Self { recorded: Arc::clone(&self.recorded), decode: self.decode }
    }
}

impl<Arguments> fmt::Debug for Calls<Arguments> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("count", &self.count()).finish_non_exhaustive()
    }
}

/// The record of calls with arguments of any type.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<Vec<RawPayload>>>>);

impl Log {
    /// Adds a call, and returns the number of calls before it.
    pub(super) fn add(&self, arguments: Vec<RawPayload>) -> usize {
        let mut recorded = lock(&self.0);
        recorded.push(arguments);
        recorded.len() - 1
    }

    pub(super) fn count(&self) -> usize {
        lock(&self.0).len()
    }
}
