//! Values that are measured when they are serialized.

use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, GenericPayloadConverter as _, PayloadConversionError,
    SerializationContext, TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::call::ValueError;
use super::payload_limit::{PayloadLimit, Value};
use super::task_size;
use crate::definition::Guarded;
use crate::definition::arguments::panicked::serializing;

/// A value that is measured when it is serialized. Its `Serialize` and `Drop` may panic, because the SDK
/// calls them outside of its guards.
pub(crate) struct Measured<T> {
    inner: Guarded<T>,
    value: Value,
    bound: Bound,
}

/// The limit of a measured value.
#[derive(Debug, Clone)]
pub(crate) enum Bound {
    /// It is not sent and may have any size.
    None,
    Limit(PayloadLimit),
    /// Workflow code sends it.
    Workflow,
}

impl<T> Measured<T> {
    pub(crate) fn new(inner: T, value: Value, bound: Bound) -> Self {
        Self { inner: Guarded::new(inner), value, bound }
    }

    fn read(inner: T) -> Self {
        Self::new(inner, Value::new("value", ""), Bound::None)
    }
}

impl<T: TemporalSerializable + 'static> TemporalSerializable for Measured<T> {
    fn as_serde(&self) -> Result<&dyn erased_serde::Serialize, PayloadConversionError> {
        self.inner.get().as_serde()
    }

    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Payload, PayloadConversionError> {
        let serialize = || context.converter.to_payload(context, self.inner.get());
        let payload = serializing(serialize);
        let payload = payload.map_err(|error| self.value.unserializable(&error))?;
        self.check(std::slice::from_ref(&payload))?;
        Ok(payload)
    }

    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<Payload>, PayloadConversionError> {
        let serialize = || context.converter.to_payloads(context, self.inner.get());
        let payloads = serializing(serialize);
        let payloads = payloads.map_err(|error| self.value.unserializable(&error))?;
        self.check(&payloads)?;
        Ok(payloads)
    }
}

impl<T> Measured<T> {
    fn check(&self, payloads: &[Payload]) -> Result<(), ValueError> {
        match &self.bound {
            Bound::None => Ok(()),
            Bound::Limit(limit) => limit.check(payloads, &self.value).map_err(ValueError::TooLarge),
            Bound::Workflow => task_size::check(payloads, &self.value),
        }
    }
}

/// Unused; the SDK's definitions require the traits of both directions.
impl<T: TemporalDeserializable + 'static> TemporalDeserializable for Measured<T> {
    fn from_serde(
        converter: &dyn ErasedSerdePayloadConverter,
        context: &SerializationContext<'_>,
        payload: Payload,
    ) -> Result<Self, PayloadConversionError> {
        T::from_serde(converter, context, payload).map(Self::read)
    }

    fn from_payloads(
        context: &SerializationContext<'_>,
        payloads: Vec<Payload>,
    ) -> Result<Self, PayloadConversionError> {
        context.converter.from_payloads(context, payloads).map(Self::read)
    }
}
