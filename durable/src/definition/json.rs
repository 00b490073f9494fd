//! Checks JSON values as the inputs of a definition before they are sent.

use std::fmt;

use serde_json::Value;
use temporalio_common::data_converters::{
    PayloadConverter, SerializationContext, SerializationContextData, TemporalDeserializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::Parameter;
use super::arguments::{self, DecodeError, Values};
use super::caught;

/// The error of JSON values that are not the inputs of a workflow, signal, query or update.
///
/// `Display` prints the parameter of the signature: `` input `order: Order`, at `items[0].price`: .. ``.
/// The value itself is not printed, unless `durable::error::show_values` was called.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.print(Values::AsSet))]
pub struct InvalidInput {
    error: DecodeError,
    parameters: Vec<Parameter>,
}

impl InvalidInput {
    /// Formats the error, with or without the values.
    pub(crate) fn print(&self, values: Values) -> String {
        self.error.describe_with(&self.parameters, values)
    }
}

/// The place of the value, for answers to requests.
#[cfg(feature = "axum")]
impl InvalidInput {
    /// Returns the parameter and the path within its value, as far as they are known.
    pub(crate) fn place(&self) -> (Option<&'static str>, Option<String>) {
        let Some((place, path)) = self.error.place() else { return (None, None) };
        (self.parameters.get(place).map(|parameter| parameter.name), path)
    }
}

impl fmt::Debug for InvalidInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InvalidInput").field(&self.to_string()).finish()
    }
}

/// Decodes values as the inputs of these parameters, like a worker does.
pub(super) fn decode<T: TemporalDeserializable + 'static>(
    values: &[Value],
    parameters: &[Parameter],
) -> Result<T, InvalidInput> {
    let converter = PayloadConverter::default();
    let context = SerializationContext::new(&SerializationContextData::None, &converter);
    let payloads = values.iter().map(payload).collect();
    arguments::decode(&context, payloads)
        .map_err(|error| InvalidInput { error, parameters: parameters.to_vec() })
}

/// Decodes the body of a request, which is JSON, like a worker decodes an input.
#[cfg(feature = "axum")]
pub(crate) fn decode_body<T: TemporalDeserializable + 'static>(
    body: Vec<u8>,
) -> Result<T, DecodeError> {
    let converter = PayloadConverter::default();
    let context = SerializationContext::new(&SerializationContextData::None, &converter);
    arguments::decode(&context, vec![of_json(body)])
}

/// Returns the id that a template gives for the values.
pub(super) fn identified(
    values: &[Value],
    parameters: &[Parameter],
    identify: impl FnOnce() -> Option<String>,
) -> Result<Option<String>, InvalidInput> {
    caught(identify).map_err(|message| InvalidInput {
        error: DecodeError::without_id(values.len(), &message),
        parameters: parameters.to_vec(),
    })
}

fn payload(value: &Value) -> RawPayload {
    of_json(value.to_string().into_bytes())
}

fn of_json(data: Vec<u8>) -> RawPayload {
    let metadata = [("encoding".to_owned(), b"json/plain".to_vec())].into();
    RawPayload { metadata, data, ..RawPayload::default() }
}
