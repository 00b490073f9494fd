//! The call of the codec, guarded, and the reason of its failure without values.

use std::sync::Arc;

use axum::http::StatusCode;
use futures_util::future::BoxFuture;
use temporalio_common::data_converters::{
    PayloadCodec, PayloadConversionError, SerializationContextData,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::access::Operation;
use super::protocol::Refusal;
use crate::definition::arguments::panicked::Panicked;
use crate::definition::{caught, caught_async};
use crate::error::CodecError;

pub(super) type SharedCodec = Arc<dyn PayloadCodec + Send + Sync>;

/// The longest text of a payload's metadata that is repeated in a message.
const LONGEST: usize = 100;

/// The most characters of a cause.
const LONGEST_MESSAGE: usize = 400;

/// Encodes or decodes payloads.
///
/// # Errors
/// The reason, without values. The text of an unknown codec's error may contain some.
pub(super) async fn coded(
    codec: &SharedCodec,
    operation: Operation,
    payloads: Vec<Payload>,
) -> Result<Vec<Payload>, Refusal> {
    let (count, encodings) = (payloads.len(), encodings(&payloads));
    let context = SerializationContextData::None;
    let called = caught(|| -> BoxFuture<'_, _> {
        match operation {
            Operation::Encode => codec.encode(&context, payloads),
            Operation::Decode => codec.decode(&context, payloads),
        }
    });
    let output = match called {
        Ok(running) => caught_async(running).await,
        Err(message) => Err(message),
    };
    let verb = operation.verb();
    let failed = |status, problem: &str| {
        Refusal::new(status, format!("cannot {verb} payloads{encodings}: {problem}"))
    };
    match output {
        Ok(Ok(output)) if output.len() == count => Ok(output),
        Ok(Ok(output)) => {
            let problem = format!("the codec returned {} payloads for {count}", output.len());
            Err(failed(StatusCode::INTERNAL_SERVER_ERROR, &problem))
        }
        Ok(Err(error)) => Err(failed(StatusCode::UNPROCESSABLE_ENTITY, &cause(&error))),
        Err(_) => Err(failed(StatusCode::INTERNAL_SERVER_ERROR, "the codec panicked")),
    }
}

/// Returns the cause of an error. Only the errors of this crate's codecs are known to have no values.
fn cause(error: &PayloadConversionError) -> String {
    let PayloadConversionError::EncodingError(source) = error else {
        return "the codec does not know the encoding".to_owned();
    };
    match source.downcast_ref::<CodecError>() {
        // It contains the id of the key, which the caller chose.
        Some(error) => printable(&error.to_string()),
        None if source.is::<Panicked>() => "the codec panicked".to_owned(),
        None => "the codec returned an error".to_owned(),
    }
}

/// Returns the encodings and key ids of payloads, for a message, each once.
fn encodings(payloads: &[Payload]) -> String {
    let mut seen: Vec<String> = Vec::new();
    for payload in payloads {
        let text = |name| payload.metadata.get(name).map(|value| shortened(value));
        let encoding = text("encoding").unwrap_or_else(|| "none".to_owned());
        let described = match text("encryption-key-id") {
            Some(key) => format!("encoding `{encoding}`, key id `{key}`"),
            None => format!("encoding `{encoding}`"),
        };
        if !seen.contains(&described) && seen.len() < 4 {
            seen.push(described);
        }
    }
    if seen.is_empty() { String::new() } else { format!(" ({})", seen.join("; ")) }
}

/// Returns metadata as printable text.
fn shortened(value: &[u8]) -> String {
    printable(&String::from_utf8_lossy(&value[..value.len().min(LONGEST)]))
}

/// Replaces control characters, and cuts what is too long for a message. The caller may have sent anything.
fn printable(text: &str) -> String {
    let chars = text.chars().take(LONGEST_MESSAGE);
    chars.map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
