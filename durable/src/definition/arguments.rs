//! Decodes the inputs that arrive from outside, and says precisely what was wrong with those that
//! do not decode.
//!
//! [`Decoded`] is what workers register as the input of an annotated item: decoding it never fails,
//! so that the layer, and not the SDK, answers bad input. Plain SDK 1.1.1 retries such a workflow
//! task for ever.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::{Deserializer, Visitor};
use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, GenericPayloadConverter as _, PayloadConversionError,
    PayloadConverter, SerializationContext, SerializationContextData, TemporalDeserializable,
    TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::{Parameter, Payload};

/// An input that was decoded, or the reason why it could not be.
#[derive(Debug)]
pub struct Decoded<T>(pub(crate) Result<T, DecodeError>);

impl<T: Payload> TemporalDeserializable for Decoded<T> {
    fn from_serde(
        converter: &dyn ErasedSerdePayloadConverter,
        context: &SerializationContext<'_>,
        payload: RawPayload,
    ) -> Result<Self, PayloadConversionError> {
        let decoded = T::from_serde(converter, context, payload.clone());
        Ok(Self(decoded.map_err(|error| DecodeError::explain::<T>(context, vec![payload], error))))
    }

    fn from_payloads(
        context: &SerializationContext<'_>,
        payloads: Vec<RawPayload>,
    ) -> Result<Self, PayloadConversionError> {
        Ok(Self(decode(context, payloads)))
    }
}

impl<T: Payload> TemporalSerializable for Decoded<T> {
    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<RawPayload>, PayloadConversionError> {
        match &self.0 {
            Ok(value) => context.converter.to_payloads(context, value),
            Err(error) => Err(PayloadConversionError::EncodingError(error.reason.clone().into())),
        }
    }
}

/// Decodes the payloads of one call.
pub(crate) fn decode<T: TemporalDeserializable + 'static>(
    context: &SerializationContext<'_>,
    payloads: Vec<RawPayload>,
) -> Result<T, DecodeError> {
    context
        .converter
        .from_payloads(context, payloads.clone())
        .map_err(|error| DecodeError::explain::<T>(context, payloads, error))
}

/// Why inputs could not be decoded, as far as it can be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecodeError {
    received: usize,
    /// Which input, and where within it, the decoder gave up.
    place: Option<(usize, String)>,
    reason: String,
}

impl DecodeError {
    /// Decodes once more, this time keeping track of the place, which costs too much to do always.
    fn explain<T: TemporalDeserializable + 'static>(
        context: &SerializationContext<'_>,
        payloads: Vec<RawPayload>,
        error: PayloadConversionError,
    ) -> Self {
        let received = payloads.len();
        let trace = Arc::new(Mutex::new(Trace::default()));
        let converter = PayloadConverter::Serde(Arc::new(TracingConverter(Arc::clone(&trace))));
        let context = SerializationContext::new(context.data, &converter);
        let traced = match T::from_payloads(&context, payloads.clone()) {
            Err(PayloadConversionError::WrongEncoding) => {
                converter.from_payloads::<T>(&context, payloads)
            }
            traced => traced,
        };
        let trace = trace.lock().unwrap_or_else(PoisonError::into_inner);
        let place = match (&traced, trace.started) {
            (Ok(_), _) | (_, 0) => None,
            (Err(_), started) => Some((started - 1, trace.path.clone().unwrap_or_default())),
        };
        let reason = match traced.err().unwrap_or(error) {
            PayloadConversionError::EncodingError(source) => source.to_string(),
            other => other.to_string(),
        };
        Self { received, place, reason }
    }

    /// The error in the words of the signature: `input`order: Order`, at `items[0].price`: ..`.
    pub(crate) fn describe(&self, parameters: &[Parameter]) -> String {
        if self.received != parameters.len() && self.place.is_none() {
            return format!(
                "expected {} ({}), got {}",
                count(parameters.len()),
                list(parameters),
                count(self.received),
            );
        }
        let mut text = String::new();
        let (index, path) = self.place.clone().unwrap_or_default();
        if let Some(parameter) = parameters.get(index) {
            let _ = write!(text, "input `{parameter}`");
        } else {
            text.push_str("input");
        }
        if !path.is_empty() && path != "." {
            let _ = write!(text, ", at `{path}`");
        }
        let _ = write!(text, ": {}", self.reason);
        text
    }
}

fn count(inputs: usize) -> String {
    match inputs {
        0 => "no input".to_owned(),
        1 => "1 input".to_owned(),
        many => format!("{many} inputs"),
    }
}

fn list(parameters: &[Parameter]) -> String {
    parameters.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// How far a traced decoding came.
#[derive(Debug, Default)]
struct Trace {
    started: usize,
    path: Option<String>,
}

/// Reads JSON payloads like the SDK's converter does, and notes where a decoder gives up.
struct TracingConverter(Arc<Mutex<Trace>>);

impl ErasedSerdePayloadConverter for TracingConverter {
    fn to_payload(
        &self,
        _: &SerializationContextData,
        _: &dyn erased_serde::Serialize,
    ) -> Result<RawPayload, PayloadConversionError> {
        Err(PayloadConversionError::WrongEncoding)
    }

    fn from_payload(
        &self,
        _: &SerializationContextData,
        payload: RawPayload,
    ) -> Result<Box<dyn erased_serde::Deserializer<'static>>, PayloadConversionError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).started += 1;
        let encoding = payload.metadata.get("encoding").map_or(&[][..], Vec::as_slice);
        let value = match encoding {
            b"json/plain" => serde_json::from_slice(&payload.data)
                .map_err(|error| PayloadConversionError::EncodingError(error.into()))?,
            b"binary/null" => serde_json::Value::Null,
            other => {
                let other = String::from_utf8_lossy(other);
                let reason = format!("its encoding is `{other}`, and `json/plain` is expected");
                return Err(PayloadConversionError::EncodingError(reason.into()));
            }
        };
        let deserializer = TracingDeserializer { value, trace: Arc::clone(&self.0) };
        Ok(Box::new(<dyn erased_serde::Deserializer>::erase(deserializer)))
    }
}

/// A JSON value that reports the path at which a visitor refused it.
///
/// `serde_path_to_error` borrows its track, and the SDK wants a `'static` deserializer; so the value
/// is owned here and the path is handed over when the visit has ended.
struct TracingDeserializer {
    value: serde_json::Value,
    trace: Arc<Mutex<Trace>>,
}

/// Forwards each method of [`Deserializer`] to a tracked one.
macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(
            fn $method<V: Visitor<'de>>(
                self,
                $($argument: $type,)*
                visitor: V,
            ) -> Result<V::Value, Self::Error> {
                let mut track = serde_path_to_error::Track::new();
                let tracked = serde_path_to_error::Deserializer::new(self.value, &mut track);
                let result = tracked.$method($($argument,)* visitor);
                if result.is_err() {
                    let mut trace = self.trace.lock().unwrap_or_else(PoisonError::into_inner);
                    trace.path = Some(track.path().to_string());
                }
                result
            }
        )*
    };
}

impl<'de> Deserializer<'de> for TracingDeserializer {
    type Error = serde_json::Error;

    forward! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use temporalio_common::data_converters::MultiArgs2;

    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Item {
        price: f64,
    }

    #[derive(Debug, Serialize, Deserialize)]
    struct Order {
        id: String,
        items: Vec<Item>,
    }

    const ORDER: &[Parameter] = &[Parameter::new("order", "Order")];
    const CHARGE: &[Parameter] =
        &[Parameter::new("order_id", "String"), Parameter::new("amount", "f64")];

    fn json(data: &str) -> RawPayload {
        RawPayload {
            metadata: [("encoding".to_owned(), b"json/plain".to_vec())].into(),
            data: data.as_bytes().to_vec(),
            ..RawPayload::default()
        }
    }

    fn refused<T: Payload + std::fmt::Debug>(
        payloads: Vec<RawPayload>,
        parameters: &[Parameter],
    ) -> String {
        let converter = PayloadConverter::default();
        let context = SerializationContext::new(&SerializationContextData::None, &converter);
        let decoded: Decoded<T> = converter.from_payloads(&context, payloads).unwrap();
        decoded.0.unwrap_err().describe(parameters)
    }

    #[test]
    fn a_wrong_type_is_named_with_its_path() {
        assert_eq!(
            refused::<Order>(vec![json(r#"{"id":"1","items":[{"price":"free"}]}"#)], ORDER),
            "input `order: Order`, at `items[0].price`: \
             invalid type: string \"free\", expected f64"
        );
    }

    #[test]
    fn a_missing_field_is_named() {
        assert_eq!(
            refused::<Order>(vec![json(r#"{"items":[]}"#)], ORDER),
            "input `order: Order`: missing field `id`"
        );
    }

    #[test]
    fn the_input_of_several_is_named() {
        assert_eq!(
            refused::<MultiArgs2<String, f64>>(vec![json("\"7\""), json("\"ten\"")], CHARGE),
            "input `amount: f64`: invalid type: string \"ten\", expected f64"
        );
    }

    #[test]
    fn a_wrong_number_of_inputs_is_counted() {
        assert_eq!(
            refused::<MultiArgs2<String, f64>>(vec![json("\"7\"")], CHARGE),
            "expected 2 inputs (order_id: String, amount: f64), got 1 input"
        );
        assert_eq!(
            refused::<Order>(vec![], ORDER),
            "expected 1 input (order: Order), got no input"
        );
    }

    #[test]
    fn a_foreign_encoding_is_named() {
        let mut payload = json("{}");
        payload.metadata.insert("encoding".to_owned(), b"binary/encrypted".to_vec());
        assert_eq!(
            refused::<Order>(vec![payload], ORDER),
            "input `order: Order`: its encoding is `binary/encrypted`, and `json/plain` is expected"
        );
    }

    #[test]
    fn broken_json_is_said() {
        let text = refused::<Order>(vec![json("{")], ORDER);
        assert!(text.starts_with("input `order: Order`: EOF while parsing"), "{text}");
    }
}
