//! Checks JSON values as the inputs of a definition before they are sent.

use serde_json::Value;
use temporalio_common::data_converters::{
    PayloadConverter, SerializationContext, SerializationContextData, TemporalDeserializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::{Parameter, arguments};

/// The error of JSON values that are not the inputs of a workflow, signal, query or update.
///
/// `Display` prints the parameter of the signature: `` input `order: Order`, at `items[0].price`: .. ``.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidInput(String);

/// Decodes values as the inputs of these parameters, like a worker does.
pub(super) fn decode<T: TemporalDeserializable + 'static>(
    values: &[Value],
    parameters: &[Parameter],
) -> Result<T, InvalidInput> {
    let converter = PayloadConverter::default();
    let context = SerializationContext::new(&SerializationContextData::None, &converter);
    let payloads = values.iter().map(payload).collect();
    arguments::decode(&context, payloads).map_err(|error| InvalidInput(error.describe(parameters)))
}

fn payload(value: &Value) -> RawPayload {
    RawPayload {
        metadata: [("encoding".to_owned(), b"json/plain".to_vec())].into(),
        data: value.to_string().into_bytes(),
        ..RawPayload::default()
    }
}
