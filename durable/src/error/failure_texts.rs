//! The texts of failures, encoded in a payload as other SDKs do it.
//!
//! The codec encodes payloads alone, so a message and a stack trace are encrypted only as a payload. It has
//! the form of every SDK: `{"message": .., "stack_trace": ..}`, whatever the program's payload converter is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;
use serde::{Deserialize, Serialize};
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::protos::temporal::api::failure::v1::Failure;

/// The message of a failure whose own message is encoded, as in other SDKs.
pub(crate) const ENCODED: &str = "Encoded failure";

/// The texts in the form of every SDK.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct Texts {
    message: String,
    stack_trace: String,
}

impl Texts {
    fn payload(&self) -> Payload {
        // Two texts can always be serialized. Otherwise they would be lost, and not sent.
        let data = serde_json::to_vec(self).unwrap_or_else(|_| b"{}".to_vec());
        let metadata = [("encoding".to_owned(), b"json/plain".to_vec())].into();
        Payload { metadata, data, ..Payload::default() }
    }
}

/// The beginning of a message that is a Base64 payload. The errors of queries have no other place for one,
/// because SDK 1.1.1 sends nothing but their message (sdk-core #867).
const SEALED: &str = "Encoded failure: ";

/// The message of a query's error, encoded. The failure converter leaves it as it is.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct SealedMessage(pub(crate) String);

/// Returns the payload of a message, for the codecs.
pub(crate) fn payload_of(message: String) -> Payload {
    Texts { message, stack_trace: String::new() }.payload()
}

/// Returns the message for a payload that the codecs have encoded.
pub(crate) fn sealed(payload: &Payload) -> SealedMessage {
    SealedMessage(format!("{SEALED}{}", STANDARD.encode(payload.encode_to_vec())))
}

/// Returns the payload in a message, for the codecs to decode.
pub(crate) fn sealed_payload(message: &str) -> Option<Payload> {
    let text = message.split_once(SEALED)?.1;
    Payload::decode(&STANDARD.decode(text.trim()).ok()?[..]).ok()
}

/// Returns the message of a payload that the codecs have decoded.
pub(crate) fn message_of(payload: &Payload) -> Option<String> {
    serde_json::from_slice(&payload.data).ok().map(|Texts { message, .. }| message)
}

/// Encodes the texts of a failure and of all its causes. Texts that are encoded already stay as they are.
pub(crate) fn encoded(mut failure: Failure) -> Failure {
    let mut next = Some(&mut failure);
    while let Some(link) = next {
        if link.encoded_attributes.is_none() {
            let message = std::mem::take(&mut link.message);
            let stack_trace = std::mem::take(&mut link.stack_trace);
            link.encoded_attributes = Some(Texts { message, stack_trace }.payload());
            ENCODED.clone_into(&mut link.message);
        }
        next = link.cause.as_deref_mut();
    }
    failure
}

/// Decodes the texts of a failure and of all its causes. Texts that cannot be read stay as they are.
pub(crate) fn decoded(mut failure: Failure) -> Failure {
    let mut next = Some(&mut failure);
    while let Some(link) = next {
        let read = link.encoded_attributes.as_ref().map(|it| serde_json::from_slice(&it.data));
        if let Some(Ok(Texts { message, stack_trace })) = read {
            (link.message, link.stack_trace, link.encoded_attributes) =
                (message, stack_trace, None);
        }
        next = link.cause.as_deref_mut();
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(message: &str, cause: Option<Failure>) -> Failure {
        let (message, stack_trace) = (message.to_owned(), format!("at {message}"));
        Failure { message, stack_trace, cause: cause.map(Box::new), ..Failure::default() }
    }

    #[test]
    fn encodes_and_decodes_every_link_once() {
        let plain = failure("one", Some(failure("two", Some(failure("three", None)))));
        let sent = encoded(plain.clone());
        let link = sent.cause.as_ref().unwrap();
        assert_eq!((link.message.as_str(), link.stack_trace.as_str()), (ENCODED, ""));
        let payload = link.encoded_attributes.as_ref().unwrap();
        assert_eq!(payload.data, br#"{"message":"two","stack_trace":"at two"}"#);
        assert_eq!(encoded(sent.clone()), sent);
        assert_eq!(decoded(sent), plain);
        assert_eq!(decoded(plain.clone()), plain);
    }

    #[test]
    fn leaves_texts_that_cannot_be_read() {
        let payload = Payload { data: b"ciphertext".to_vec(), ..Payload::default() };
        let unread = Failure { encoded_attributes: Some(payload), ..failure(ENCODED, None) };
        assert_eq!(decoded(unread.clone()), unread);
        assert_eq!(encoded(unread.clone()), unread);
    }
}
