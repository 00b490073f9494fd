//! JSON as the inputs of something annotated: whether it fits, before anything is sent.

use serde_json::Value;
use temporalio_common::data_converters::{
    PayloadConverter, SerializationContext, SerializationContextData, TemporalDeserializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::{Parameter, arguments};

/// JSON that is not what a workflow, signal, query or update takes.
///
/// It displays in the words of the signature: `` input `order: Order`, at `items[0].price`: .. ``.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidInput(String);

/// Reads values as the inputs of these parameters, as a worker would read them.
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
