//! Heartbeats that a test observes, kept as the server would keep them.
//!
//! The SDK's test context hands over the details of a heartbeat as `Box<dyn Any>`, which cannot be sent
//! to where the test reads them. So under a test the context of this crate serialises the details
//! first, which is what a worker does; a test then reads what the next attempt would.

use std::any::type_name;

use temporalio_common::data_converters::{
    ActivitySerializationContext, DecodablePayloads, GenericPayloadConverter as _,
    PayloadConversionError, PayloadConverter, RawValue, SerializationContext,
    SerializationContextData, TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

/// What a test puts among the dependencies, so that contexts record [`RecordedHeartbeat`]s.
#[derive(Debug)]
pub(crate) struct ObserveHeartbeats;

/// The details of a heartbeat, serialised, and the name of the type that they were.
#[derive(Debug, Clone)]
pub(crate) struct RecordedHeartbeat {
    details: RawValue,
    type_name: &'static str,
}

impl RecordedHeartbeat {
    /// Serialises details.
    ///
    /// # Errors
    /// Those of the type's own serialisation.
    pub(crate) fn of<T: TemporalSerializable + 'static>(
        details: &T,
    ) -> Result<Self, PayloadConversionError> {
        let (context, converter) = (context(), PayloadConverter::default());
        let context = SerializationContext::new(&context, &converter);
        let details = RawValue::new(converter.to_payloads(&context, details)?);
        Ok(Self { details, type_name: type_name::<T>() })
    }

    /// Deserialises the details.
    ///
    /// # Errors
    /// When they do not fit the type.
    pub(crate) fn decode<T: TemporalDeserializable + 'static>(
        &self,
    ) -> Result<T, PayloadConversionError> {
        let payloads = self.details.payloads.clone();
        DecodablePayloads::new(payloads, PayloadConverter::default(), context()).deserialize()
    }

    /// The details as they travel.
    pub(crate) fn details(&self) -> RawValue {
        self.details.clone()
    }

    /// The name of the type that was recorded.
    pub(crate) fn type_name(&self) -> &'static str {
        self.type_name
    }
}

/// The SDK asks it of everything that is recorded; its test context then leaves the value as it is.
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
