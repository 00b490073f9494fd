//! Payload converters of programs.
//!
//! SDK 1.1.1 calls such a converter directly and outside of its guards, and never asks the value how it is
//! to be serialized. So the panics of the converter are caught here, and what it makes is measured like any
//! other value.

use std::sync::Arc;

use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, PayloadConversionError, PayloadConverter, SerializationContextData,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::measured::Measure;
use crate::definition::arguments::panicked::Panicked;
use crate::definition::caught;

/// A converter of the program, which may panic.
struct ProgramConverter(Arc<dyn ErasedSerdePayloadConverter>);

/// Wraps the converter of a program. The standard one contains no code of the program.
pub(super) fn guarded(converter: &PayloadConverter) -> PayloadConverter {
    match converter {
        PayloadConverter::Serde(converter) => {
            PayloadConverter::Serde(Arc::new(ProgramConverter(Arc::clone(converter))))
        }
        other => other.clone(),
    }
}

impl ErasedSerdePayloadConverter for ProgramConverter {
    fn to_payload(
        &self,
        context: &SerializationContextData,
        value: &dyn erased_serde::Serialize,
    ) -> Result<Payload, PayloadConversionError> {
        // Taken first, because the converter may serialize other values.
        let measure = Measure::take_next();
        let payload = caught(|| self.0.to_payload(context, value)).unwrap_or_else(|message| {
            Err(Panicked::new("the payload converter or its `Serialize`", &message).into())
        });
        let Some(measure) = measure else { return payload };
        let payloads = measure.check(payload.map(|payload| vec![payload]))?;
        payloads.into_iter().next().ok_or(PayloadConversionError::WrongEncoding)
    }

    fn from_payload(
        &self,
        context: &SerializationContextData,
        payload: Payload,
    ) -> Result<Box<dyn erased_serde::Deserializer<'static>>, PayloadConversionError> {
        caught(|| self.0.from_payload(context, payload))
            .unwrap_or_else(|message| Err(Panicked::new("the payload converter", &message).into()))
    }
}
