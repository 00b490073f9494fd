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

/// Runs a function with the context in which recorded arguments become payloads and values again.
pub(super) fn with_context<R>(f: impl FnOnce(&SerializationContext<'_>) -> R) -> R {
    let converter = PayloadConverter::default();
    let data = SerializationContextData::Activity(ActivitySerializationContext::new());
    f(&SerializationContext::new(&data, &converter))
}

/// The arguments of a call, as payloads: values need not be `Clone`.
pub(super) fn record<T: TemporalSerializable + 'static>(input: &T) -> Vec<RawPayload> {
    // What was decoded out of payloads a moment ago becomes payloads again.
    with_context(|context| context.converter.to_payloads(context, input)).unwrap_or_default()
}

type Decode<Arguments> = fn(Vec<RawPayload>) -> Option<Arguments>;

/// Makes a value of recorded payloads.
pub(super) fn replayed<T: Payload>(payloads: Vec<RawPayload>) -> Option<T> {
    with_context(|context| decode(context, payloads)).ok()
}

/// The record of the calls of a mock: how many there were, and with what arguments.
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

    /// How often the mock was called.
    #[must_use]
    pub fn count(&self) -> usize {
        lock(&self.recorded).len()
    }

    /// The arguments of each call, in the order of the calls: a tuple, as in `(order_id, amount)`.
    ///
    /// # Panics
    /// When arguments do not survive the way to a payload and back, which would be a fault of their
    /// `Serialize` or `Deserialize`.
    #[must_use]
    pub fn arguments(&self) -> Vec<Arguments> {
        let recorded = lock(&self.recorded).clone();
        recorded.into_iter().map(|call| self.decoded(call)).collect()
    }

    /// The arguments of the last call, or `None` where there was none.
    ///
    /// # Panics
    /// Like [`arguments`](Self::arguments).
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

/// Where the calls are written, whatever their arguments.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<Vec<RawPayload>>>>);

impl Log {
    /// Adds a call, and tells how many there were before it.
    pub(super) fn add(&self, arguments: Vec<RawPayload>) -> usize {
        let mut recorded = lock(&self.0);
        recorded.push(arguments);
        recorded.len() - 1
    }

    pub(super) fn count(&self) -> usize {
        lock(&self.0).len()
    }
}
