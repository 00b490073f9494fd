//! Encodes what SDK 1.1.1 sends plain: the summary, the details and the headers of a start.

use temporalio_client::tonic::Status;
use temporalio_common::data_converters::{
    DataConverter, SerializationContextData, WorkflowSerializationContext,
};
use temporalio_common::protos::temporal::api::common::v1::{Header, Payload};
use temporalio_common::protos::temporal::api::sdk::v1::UserMetadata;
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeWorkflowExecutionResponse, StartWorkflowExecutionRequest,
};

use crate::definition::arguments::encoding;

fn context() -> SerializationContextData {
    SerializationContextData::Workflow(WorkflowSerializationContext::new())
}

/// Encodes the summary, the details and the headers of a start.
///
/// # Errors
/// A status if the codec fails. Then nothing is sent.
pub(super) async fn encode_start(
    start: &mut StartWorkflowExecutionRequest,
    converter: &DataConverter,
) -> Result<(), Status> {
    encode_plain(start.user_metadata.as_mut(), start.header.as_mut(), converter).await
}

/// Encodes a summary and details, and headers.
///
/// # Errors
/// A status if the codec fails.
pub(super) async fn encode_plain(
    metadata: Option<&mut UserMetadata>,
    header: Option<&mut Header>,
    converter: &DataConverter,
) -> Result<(), Status> {
    let mut plain: Vec<&mut Payload> = Vec::new();
    if let Some(UserMetadata { summary, details }) = metadata {
        plain.extend(summary.iter_mut().chain(details));
    }
    if let Some(header) = header {
        plain.extend(header.fields.values_mut());
    }
    for payload in plain {
        let encoded = converter.codec().encode(&context(), vec![payload.clone()]).await;
        let encoded = encoded.map_err(|error| Status::internal(error.to_string()))?;
        let none = || Status::internal("the codec returned no payload");
        *payload = encoded.into_iter().next().ok_or_else(none)?;
    }
    Ok(())
}

/// Decodes the summary and the details in a description. One that cannot be decoded says so.
pub(super) async fn decode(
    described: &mut DescribeWorkflowExecutionResponse,
    converter: &DataConverter,
) {
    let config = described.execution_config.as_mut();
    let Some(metadata) = config.and_then(|config| config.user_metadata.as_mut()) else { return };
    let UserMetadata { summary, details } = metadata;
    for payload in [summary, details].into_iter().flatten() {
        let decoded = converter.codec().decode(&context(), vec![payload.clone()]).await;
        *payload = match decoded.map(|decoded| decoded.into_iter().next()) {
            Ok(Some(decoded)) if encoding::unknown(&decoded).is_none() => decoded,
            _ => unreadable(),
        };
    }
}

/// Returns a text in place of one that cannot be decoded.
fn unreadable() -> Payload {
    let metadata = [("encoding".to_owned(), b"json/plain".to_vec())].into();
    let data = br#""(cannot be decoded by this program)""#.to_vec();
    Payload { metadata, data, ..Payload::default() }
}
