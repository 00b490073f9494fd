//! Reads and writes JSON numbers of more than 64 bits.
//!
//! The converter of SDK 1.1.1 reads JSON through `serde_json::Value`, which represents larger integers as
//! doubles. It writes `u128` and `i128` correctly. So JSON that it cannot read is read again directly
//! from the text.

use std::io::Cursor;
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use serde::de::{Deserializer, Visitor};
use serde_json::Value;
use serde_json::de::IoRead;
use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, PayloadConverter, SerializationContext,
    TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::deserializer::for_each_method;
use super::read_only::{Read, ReadOnly};
use crate::definition::debug;

/// Reads payloads that the SDK's converter could not read. Returns `None` if they are not JSON of the
/// type, or if another converter is set.
pub(crate) fn decode<T: TemporalDeserializable + 'static>(
    context: &SerializationContext<'_>,
    payloads: Vec<RawPayload>,
) -> Option<T> {
    // Only the SDK can create a composite converter, so this is the default one.
    if !matches!(context.converter, PayloadConverter::Composite(_)) {
        return None;
    }
    let converter = PayloadConverter::Serde(Arc::new(ReadOnly(read)));
    let context = SerializationContext::new(context.data, &converter);
    let decoded = T::from_payloads(&context, payloads.clone());
    decoded.or_else(|_| converter.from_payloads(&context, payloads)).ok()
}

/// A value serialized as JSON, with all digits of its numbers.
pub struct Json {
    text: Vec<u8>,
    /// The parsed value for a custom converter, which may write another format.
    value: OnceLock<Value>,
}

debug!([] Json[]:);

impl Json {
    /// Serializes a value.
    ///
    /// # Errors
    /// Returns the error of the value's `Serialize`.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Self> {
        Ok(Self { text: serde_json::to_vec(value)?, value: OnceLock::new() })
    }

    fn value(&self) -> &Value {
        self.value.get_or_init(|| serde_json::from_slice(&self.text).unwrap_or_default())
    }
}

impl TemporalSerializable for Json {
    fn as_serde(&self) -> Result<&dyn erased_serde::Serialize, PayloadConversionError> {
        Ok(self.value())
    }

    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<RawPayload, PayloadConversionError> {
        if self.text == b"null" || !matches!(context.converter, PayloadConverter::Composite(_)) {
            return context.converter.to_payload(context, self.value());
        }
        Ok(RawPayload {
            metadata: [("encoding".to_owned(), b"json/plain".to_vec())].into(),
            data: self.text.clone(),
            ..RawPayload::default()
        })
    }
}

/// Reads JSON directly from the text.
fn read(payload: RawPayload) -> Read {
    match payload.metadata.get("encoding").map_or(&[][..], Vec::as_slice) {
        b"json/plain" => {
            let text = serde_json::Deserializer::from_reader(Cursor::new(payload.data));
            Ok(Box::new(<dyn erased_serde::Deserializer>::erase(Text(text))))
        }
        b"binary/null" => Ok(Box::new(<dyn erased_serde::Deserializer>::erase(Value::Null))),
        _ => Err(PayloadConversionError::WrongEncoding),
    }
}

/// A deserializer of `serde_json` that owns its text.
struct Text(serde_json::Deserializer<IoRead<Cursor<Vec<u8>>>>);

/// Forwards each method of [`Deserializer`], and checks that no text follows the value.
macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(
            fn $method<V: Visitor<'de>>(
                mut self,
                $($argument: $type,)*
                visitor: V,
            ) -> Result<V::Value, Self::Error> {
                let value = Deserializer::$method(&mut self.0, $($argument,)* visitor)?;
                self.0.end()?;
                Ok(value)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Text {
    type Error = serde_json::Error;

    for_each_method!(forward);
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use temporalio_common::data_converters::SerializationContextData;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Account {
        id: u128,
        balance: Option<i128>,
    }

    fn back<T: Serialize + serde::de::DeserializeOwned + 'static>(value: &T) -> Option<T> {
        let converter = PayloadConverter::default();
        let context = SerializationContext::new(&SerializationContextData::None, &converter);
        let payload = converter.to_payload(&context, value).ok()?;
        let decoded = converter.from_payload::<T>(&context, payload.clone()).ok();
        decoded.or_else(|| decode(&context, vec![payload]))
    }

    #[test]
    fn reads_numbers_of_128_bits() {
        for number in [0, u128::from(u64::MAX), u128::from(u64::MAX) + 1, u128::MAX] {
            assert_eq!(back(&number), Some(number));
        }
        assert_eq!(back(&i128::MIN), Some(i128::MIN));
        let account = Account { id: u128::MAX, balance: Some(i128::MIN) };
        assert_eq!(back(&vec![account]).unwrap()[0].id, u128::MAX);
    }

    #[test]
    fn refuses_what_is_no_such_number() {
        let converter = PayloadConverter::default();
        let context = SerializationContext::new(&SerializationContextData::None, &converter);
        for text in ["1.5", "-1", "340282366920938463463374607431768211456", "1 2", "[1]"] {
            let payload = RawPayload {
                metadata: [("encoding".to_owned(), b"json/plain".to_vec())].into(),
                data: text.as_bytes().to_vec(),
                ..RawPayload::default()
            };
            assert!(decode::<u128>(&context, vec![payload]).is_none(), "{text}");
        }
    }

    #[test]
    fn writes_all_digits() {
        let converter = PayloadConverter::default();
        let context = SerializationContext::new(&SerializationContextData::None, &converter);
        let json = Json::of(&Account { id: u128::MAX, balance: None }).unwrap();
        let payload = converter.to_payload(&context, &json).unwrap();
        let text = String::from_utf8(payload.data).unwrap();
        assert_eq!(text, r#"{"id":340282366920938463463374607431768211455,"balance":null}"#);
    }
}
