//! Values whose types are unknown at compile time: payloads, and JSON that is converted to
//! payloads.

use std::fmt;

#[cfg(any(feature = "axum", feature = "cli"))]
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
#[cfg(any(feature = "axum", feature = "cli"))]
use serde_json::json;
use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, PayloadConverter, SerializationContext,
    SerializationContextData, TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use crate::definition::Payload;
use crate::definition::arguments::DecodeError;
use crate::definition::arguments::Values;
use crate::definition::arguments::answer::Exact;
use crate::error::{Error, Result, payload_error};

/// Inputs or an output whose types are unknown at compile time.
///
/// Inputs are given as JSON values, one payload each, or as payloads. An output can be read as
/// JSON, as a type, or as payloads. The client's data converter and codec apply.
///
/// ```
/// use durable::client::Payloads;
/// use serde_json::json;
///
/// let none = Payloads::none();
/// let one = Payloads::from(json!({ "order_id": "7" }));
/// let two = Payloads::from([json!("7"), json!(12.5)]);
/// assert_eq!(two.json()?, json!(["7", 12.5]));
/// # let _ = (none, one);
/// # Ok::<(), durable::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Payloads {
    values: Vec<Entry>,
}

#[derive(Clone, PartialEq)]
enum Entry {
    /// A value that is not converted yet.
    Json(Value),
    Payload(RawPayload),
}

impl Payloads {
    /// Returns no values.
    #[must_use]
    pub fn none() -> Self {
        Self { values: Vec::new() }
    }

    /// Returns the number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the value as JSON: `null` if there is none, and an array if there are several.
    ///
    /// An integer of more than 64 bits becomes a double. Use [`decode`](Self::decode) to read a
    /// `u128`.
    ///
    /// # Errors
    /// [`Error::WrongType`] if a payload is not JSON. Use [`decode`](Self::decode) or
    /// [`payloads`](Self::payloads) then.
    pub fn json(&self) -> Result<Value> {
        let mut values = self.values.iter().map(Entry::json).collect::<Result<Vec<_>>>()?;
        Ok(match values.len() {
            0 => Value::Null,
            1 => values.remove(0),
            _ => Value::Array(values),
        })
    }

    /// Returns the value as JSON like [`json`](Self::json). A payload that isn't JSON is an object of its
    /// encoding and its bytes in Base64.
    #[cfg(any(feature = "axum", feature = "cli"))]
    pub(crate) fn to_json(&self) -> Value {
        let one = |payload: RawPayload| {
            let encoding = payload.metadata.get("encoding").map_or(&[][..], Vec::as_slice);
            let encoding = String::from_utf8_lossy(encoding).into_owned();
            let data = BASE64_STANDARD.encode(&payload.data);
            let value = Entry::Payload(payload).json();
            value.unwrap_or_else(|_| json!({ "encoding": encoding, "data": data }))
        };
        let mut values: Vec<_> = self.payloads().unwrap_or_default().into_iter().map(one).collect();
        match values.len() {
            0 => Value::Null,
            1 => values.swap_remove(0),
            _ => values.into(),
        }
    }

    /// Deserializes the value with the SDK's standard converter.
    ///
    /// # Errors
    /// [`Error::WrongType`] if the value is not of the type.
    pub fn decode<T: Payload>(&self) -> Result<T> {
        let converter = PayloadConverter::default();
        let context = SerializationContext::new(&SerializationContextData::None, &converter);
        let decoded = self
            .to_payloads(&context)
            .and_then(|payloads| converter.from_payloads::<Exact<T>>(&context, payloads));
        decoded.map(|Exact(value)| value).map_err(wrong)
    }

    /// Returns the payloads. JSON is converted with the SDK's standard converter.
    ///
    /// # Errors
    /// [`Error::WrongType`] if a value cannot be converted.
    pub fn payloads(&self) -> Result<Vec<RawPayload>> {
        let converter = PayloadConverter::default();
        let context = SerializationContext::new(&SerializationContextData::None, &converter);
        self.to_payloads(&context).map_err(wrong)
    }
}

impl Entry {
    fn json(&self) -> Result<Value> {
        let payload = match self {
            Self::Json(value) => return Ok(value.clone()),
            Self::Payload(payload) => payload,
        };
        match payload.metadata.get("encoding").map_or(&[][..], Vec::as_slice) {
            b"json/plain" | b"json/protobuf" => {
                serde_json::from_slice(&payload.data).map_err(|error| unreadable(error.to_string()))
            }
            // A workflow without a result returns a payload without an encoding.
            b"binary/null" | b"" => Ok(Value::Null),
            other => {
                let other = String::from_utf8_lossy(other);
                Err(unreadable(format!("its encoding is `{other}`, which is not JSON")))
            }
        }
    }

    fn payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<RawPayload, PayloadConversionError> {
        match self {
            Self::Json(value) => context.converter.to_payload(context, value),
            Self::Payload(payload) => Ok(payload.clone()),
        }
    }
}

fn unreadable(reason: String) -> Error {
    wrong(PayloadConversionError::EncodingError(DecodeError::unreadable(reason).into()))
}

fn wrong(error: PayloadConversionError) -> Error {
    Error::WrongType { what: "payload".to_owned(), cause: payload_error(error).into() }
}

impl Default for Payloads {
    fn default() -> Self {
        Self::none()
    }
}

/// Converts one value.
impl From<Value> for Payloads {
    fn from(value: Value) -> Self {
        Self { values: vec![Entry::Json(value)] }
    }
}

/// Several values, in the order of the parameters.
impl<const N: usize> From<[Value; N]> for Payloads {
    fn from(values: [Value; N]) -> Self {
        Self::from(Vec::from(values))
    }
}

/// Several values, in the order of the parameters.
impl From<Vec<Value>> for Payloads {
    fn from(values: Vec<Value>) -> Self {
        Self { values: values.into_iter().map(Entry::Json).collect() }
    }
}

impl From<Vec<RawPayload>> for Payloads {
    fn from(payloads: Vec<RawPayload>) -> Self {
        Self { values: payloads.into_iter().map(Entry::Payload).collect() }
    }
}

impl TemporalSerializable for Payloads {
    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<RawPayload, PayloadConversionError> {
        match self.values.as_slice() {
            [one] => one.payload(context),
            _ => Err(PayloadConversionError::WrongEncoding),
        }
    }

    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<RawPayload>, PayloadConversionError> {
        self.values.iter().map(|value| value.payload(context)).collect()
    }
}

impl TemporalDeserializable for Payloads {
    fn from_payload(
        _: &SerializationContext<'_>,
        payload: RawPayload,
    ) -> Result<Self, PayloadConversionError> {
        Ok(Self::from(vec![payload]))
    }

    fn from_payloads(
        _: &SerializationContext<'_>,
        payloads: Vec<RawPayload>,
    ) -> Result<Self, PayloadConversionError> {
        Ok(Self::from(payloads))
    }
}

/// Prints the kinds and sizes of the values. The values themselves are printed only if the process
/// [shows values](crate::error::show_values).
impl fmt::Debug for Payloads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for value in &self.values {
            match (value.json(), value) {
                (Ok(json), _) if Values::AsSet.are_shown() => {
                    list.entry(&format_args!("{json}"));
                }
                (_, Entry::Payload(payload)) => {
                    let encoding = payload.metadata.get("encoding").map_or(&[][..], Vec::as_slice);
                    let encoding = String::from_utf8_lossy(encoding);
                    list.entry(&format_args!("{} bytes of {encoding}", payload.data.len()));
                }
                (_, Entry::Json(value)) => {
                    let size = serde_json::to_vec(value).map_or(0, |json| json.len());
                    list.entry(&format_args!("{size} bytes of JSON"));
                }
            }
        }
        list.finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn encoded(encoding: &str, data: &[u8]) -> Payloads {
        Payloads::from(vec![RawPayload {
            metadata: [("encoding".to_owned(), encoding.as_bytes().to_vec())].into(),
            data: data.to_vec(),
            ..RawPayload::default()
        }])
    }

    #[test]
    fn json_goes_through_payloads_and_back() {
        let two = Payloads::from([json!("7"), json!({ "amount": 12.5 })]);
        let raw = Payloads::from(two.payloads().unwrap());
        assert_eq!(raw.len(), 2);
        assert_eq!(raw.json().unwrap(), json!(["7", { "amount": 12.5 }]));
        assert_eq!(format!("{raw:?}"), "[3 bytes of json/plain, 15 bytes of json/plain]");
        assert_eq!(Payloads::from(json!(["a"])).len(), 1, "an array is one value");
    }

    #[test]
    fn reads_missing_values_as_null() {
        assert_eq!(Payloads::none().json().unwrap(), Value::Null);
        assert_eq!(encoded("binary/null", b"").json().unwrap(), Value::Null);
        let nothing = Payloads::from(vec![RawPayload::default()]);
        assert_eq!(nothing.json().unwrap(), Value::Null);
    }

    #[test]
    fn decodes_a_value_as_a_type() {
        assert_eq!(encoded("json/plain", b"\"7\"").decode::<String>().unwrap(), "7");
        let error = encoded("json/plain", b"\"7\"").decode::<u32>().unwrap_err();
        assert!(matches!(error, Error::WrongType { .. }), "{error:?}");
    }

    #[test]
    fn refuses_to_read_other_encodings_as_json() {
        let binary = encoded("binary/plain", b"\x00\x01");
        let error = format!("{:?}", binary.json().unwrap_err());
        assert!(error.contains("its encoding is `binary/plain`"), "{error}");
        assert_eq!(format!("{binary:?}"), "[2 bytes of binary/plain]");
        assert_eq!(binary.payloads().unwrap()[0].data, b"\x00\x01");
    }
}
