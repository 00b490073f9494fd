//! Decodes several inputs, including missing ones.

use std::vec;

use serde::de::value::Error as NoValue;
use serde::de::{Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, SerializationContext,
    TemporalDeserializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use crate::definition::Payload;
use crate::definition::read_only::ReadOnly;

/// The payloads of several inputs, which are decoded one after the other.
pub(in crate::definition) struct ReceivedPayloads<'a> {
    context: &'a SerializationContext<'a>,
    payloads: vec::IntoIter<RawPayload>,
    place: usize,
    optional: &'a [MayBeMissing],
}

/// Returns `true` if an input of a type may be left out.
pub(in crate::definition) type MayBeMissing = fn(&SerializationContext<'_>) -> bool;

impl<'a> ReceivedPayloads<'a> {
    /// Creates the payloads of as many inputs as `optional` has.
    ///
    /// # Errors
    /// Returns an error if there are too many payloads, or fewer than required.
    pub(in crate::definition) fn new(
        context: &'a SerializationContext<'a>,
        payloads: Vec<RawPayload>,
        optional: &'a [MayBeMissing],
    ) -> Result<Self, PayloadConversionError> {
        let fits = match optional.get(payloads.len()..) {
            Some(missing) => missing.iter().all(|may_be_missing| may_be_missing(context)),
            None => false,
        };
        let given = Self { context, payloads: payloads.into_iter(), place: 0, optional };
        if fits { Ok(given) } else { Err(given.wrong_number()) }
    }

    /// Decodes the next input.
    pub(in crate::definition) fn next<T: Payload>(&mut self) -> Result<T, PayloadConversionError> {
        let Some(payload) = self.payloads.next() else {
            return missing(self.context).map_err(|_| self.wrong_number());
        };
        let place = self.place;
        self.place += 1;
        let decoded = self.context.converter.from_payload(self.context, payload);
        decoded.map_err(|error| Fault::Input { place, error }.into())
    }

    fn wrong_number(&self) -> PayloadConversionError {
        let needed = self.optional.iter().rposition(|may_be_missing| !may_be_missing(self.context));
        Fault::Number { required: needed.map_or(0, |last| last + 1) }.into()
    }
}

/// Returns `true` if an input of this type may be left out.
pub(in crate::definition) fn may_be_missing<T: Payload>(
    context: &SerializationContext<'_>,
) -> bool {
    missing::<T>(context).is_ok()
}

/// Returns the value of an input that was left out: `None` if its type is an `Option`, also under an
/// alias. Serde does the same for a missing field.
pub(super) fn missing<T: TemporalDeserializable + 'static>(
    context: &SerializationContext<'_>,
) -> Result<T, PayloadConversionError> {
    T::from_serde(
        &ReadOnly(|_| Ok(Box::new(<dyn erased_serde::Deserializer>::erase(Missing)) as _)),
        context,
        RawPayload::default(),
    )
}

/// A deserializer that contains only a `None`.
struct Missing;

impl<'de> Deserializer<'de> for Missing {
    type Error = NoValue;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NoValue> {
        Err(NoValue::custom("it is missing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NoValue> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The error of several inputs, as the source of the SDK's error.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// There are too many payloads, or fewer than required.
    #[error("the number of inputs is wrong")]
    Number { required: usize },
    /// The input at this place cannot be decoded.
    #[error("{error}")]
    Input { place: usize, error: PayloadConversionError },
}

impl From<Fault> for PayloadConversionError {
    fn from(fault: Fault) -> Self {
        Self::EncodingError(fault.into())
    }
}

impl Fault {
    /// Returns the fault inside an error. Any other error is that of a single input.
    pub(super) fn of(error: PayloadConversionError) -> Self {
        match error {
            PayloadConversionError::EncodingError(source) => match source.downcast::<Self>() {
                Ok(fault) => *fault,
                Err(source) => Self::only(PayloadConversionError::EncodingError(source)),
            },
            other => Self::only(other),
        }
    }

    fn only(error: PayloadConversionError) -> Self {
        Self::Input { place: 0, error }
    }
}
