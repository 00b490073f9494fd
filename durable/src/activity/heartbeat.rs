//! Heartbeats that a test observes.
//!
//! The test context of SDK 1.1.1 returns the details of a heartbeat as a `Box<dyn Any>` that is not
//! `Send`. So in a test the context of this crate serializes the details first, like a worker does, and
//! the test reads what the next attempt would read.

use std::any::type_name;

use temporalio_common::data_converters::{
    ActivitySerializationContext, DecodablePayloads, GenericPayloadConverter as _,
    PayloadConversionError, PayloadConverter, RawValue, SerializationContext,
    SerializationContextData, TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use crate::definition::arguments::answer::Exact;

/// A marker that a test adds to the dependencies, so that contexts record [`RecordedHeartbeat`]s.
#[derive(Debug)]
pub(crate) struct ObserveHeartbeats;

/// The serialized details of a heartbeat, and the name of their type.
#[derive(Debug, Clone)]
pub(crate) struct RecordedHeartbeat {
    details: RawValue,
    type_name: &'static str,
}

impl RecordedHeartbeat {
    /// Serializes details.
    ///
    /// # Errors
    /// Returns the error of the type's own serialization.
    pub(crate) fn of<T: TemporalSerializable + 'static>(
        details: &T,
    ) -> Result<Self, PayloadConversionError> {
        let (context, converter) = (context(), PayloadConverter::default());
        let context = SerializationContext::new(&context, &converter);
        let details = RawValue::new(converter.to_payloads(&context, details)?);
        Ok(Self { details, type_name: type_name::<T>() })
    }

    /// Deserializes the details.
    ///
    /// # Errors
    /// Returns an error if they cannot be read as a `T`.
    pub(crate) fn decode<T: TemporalDeserializable + 'static>(
        &self,
    ) -> Result<T, PayloadConversionError> {
        let payloads = self.details.payloads.clone();
        let details = DecodablePayloads::new(payloads, PayloadConverter::default(), context());
        details.deserialize::<Exact<T>>().map(|Exact(details)| details)
    }

    /// Returns the serialized details.
    pub(crate) fn details(&self) -> RawValue {
        self.details.clone()
    }

    /// Returns the name of the recorded type.
    pub(crate) fn type_name(&self) -> &'static str {
        self.type_name
    }
}

/// Required by the SDK for recorded values. Its test context does not call it.
impl TemporalSerializable for RecordedHeartbeat {
    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<Payload>, PayloadConversionError> {
        self.details.to_payloads(context)
    }
}

fn context() -> SerializationContextData {
    SerializationContextData::Activity(ActivitySerializationContext::new())
}
