//! Values that are measured when they are serialized.
//!
//! The standard converter serializes such a value through [`Measured`] itself. SDK 1.1.1 calls a converter of
//! the program without it, so the [`Measure`] is left to [`program_converter`](super::program_converter).

use std::cell::RefCell;

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
    measure: Measure,
}

/// The name and the limit of a measured value.
#[derive(Debug, Clone)]
pub(super) struct Measure {
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

thread_local! {
    /// The measure of the value that a converter of the program serializes next on this thread.
    static NEXT: RefCell<Option<Measure>> = const { RefCell::new(None) };
}

impl Measure {
    /// Takes the measure of the value that a converter of the program serializes now, if it has one.
    pub(super) fn take_next() -> Option<Self> {
        NEXT.take()
    }

    /// Names the value in the error of its serialization, and checks its size.
    pub(super) fn check(
        &self,
        payloads: Result<Vec<Payload>, PayloadConversionError>,
    ) -> Result<Vec<Payload>, PayloadConversionError> {
        let payloads = payloads.map_err(|error| self.value.unserializable(&error))?;
        self.check_size(&payloads)?;
        Ok(payloads)
    }

    fn check_size(&self, payloads: &[Payload]) -> Result<(), ValueError> {
        match &self.bound {
            Bound::None => Ok(()),
            Bound::Limit(limit) => limit.check(payloads, &self.value).map_err(ValueError::TooLarge),
            Bound::Workflow => task_size::check(payloads, &self.value),
        }
    }
}

impl<T> Measured<T> {
    pub(crate) fn new(inner: T, value: Value, bound: Bound) -> Self {
        Self::of_type(std::any::type_name::<T>(), inner, value, bound)
    }

    /// Measures a value that stands for one of another type.
    pub(crate) fn of_type(type_name: &'static str, inner: T, value: Value, bound: Bound) -> Self {
        let inner = Guarded::of_type(type_name, inner);
        Self { inner, measure: Measure { value, bound } }
    }

    fn read(inner: T) -> Self {
        Self::new(inner, Value::new("value", ""), Bound::None)
    }
}

impl<T: TemporalSerializable + 'static> TemporalSerializable for Measured<T> {
    /// Returns the value for a converter of the program, which the SDK calls next on this thread.
    fn as_serde(&self) -> Result<&dyn erased_serde::Serialize, PayloadConversionError> {
        let value = self.inner.get().as_serde();
        let value = value.map_err(|error| self.measure.value.unserializable(&error))?;
        NEXT.set(Some(self.measure.clone()));
        Ok(value)
    }

    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Payload, PayloadConversionError> {
        let serialize = || context.converter.to_payload(context, self.inner.get());
        let payloads = self.measure.check(serializing(serialize).map(|payload| vec![payload]))?;
        payloads.into_iter().next().ok_or(PayloadConversionError::WrongEncoding)
    }

    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<Payload>, PayloadConversionError> {
        let serialize = || context.converter.to_payloads(context, self.inner.get());
        self.measure.check(serializing(serialize))
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
