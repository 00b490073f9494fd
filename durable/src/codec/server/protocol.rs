//! The messages of the protocol: `Payloads` in the JSON of protobuf, and errors.

use std::collections::HashMap;
use std::fmt;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::error::Category;
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::protos::temporal::api::common::v1::payload::ExternalPayloadDetails;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
/// Readers of protobuf's JSON take both alphabets, with and without padding.
const READ_STANDARD: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const READ_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// An answer that isn't payloads: its status, and the reason in words.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) reason: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }
}

/// Reads the body of a request. The reason of a refusal has no value.
pub(super) fn read(body: &[u8]) -> Result<Vec<Payload>, Refusal> {
    let message: Message = serde_json::from_slice(body).map_err(|error| {
        let problem = match error.classify() {
            Category::Data => "not the JSON of `Payloads`",
            Category::Eof => "the JSON ends too early",
            Category::Syntax | Category::Io => "not JSON",
        };
        let (line, column) = (error.line(), error.column());
        let expected = r#"{"payloads":[{"metadata":{"encoding":"<base64>"},"data":"<base64>"}]}"#;
        let reason =
            format!("invalid body: {problem} at line {line}, column {column}; expected {expected}");
        Refusal::new(StatusCode::BAD_REQUEST, reason)
    })?;
    Ok(message.payloads.unwrap_or_default().into_iter().map(Payload::from).collect())
}

/// Writes the body of an answer.
pub(super) fn write(payloads: Vec<Payload>) -> Result<Vec<u8>, serde_json::Error> {
    let payloads = payloads.into_iter().map(PayloadJson::from).collect();
    serde_json::to_vec(&Message { payloads: Some(payloads) })
}

#[derive(Serialize, Deserialize)]
struct Message {
    #[serde(default)]
    payloads: Option<Vec<PayloadJson>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PayloadJson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metadata: Option<HashMap<String, Bytes>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<Bytes>,
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "external_payloads")]
    external_payloads: Option<Vec<External>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct External {
    #[serde(default, alias = "size_bytes")]
    size_bytes: Integer,
}

/// Bytes, in base64.
struct Bytes(Vec<u8>);

/// A 64-bit integer, which is text in protobuf's JSON.
#[derive(Default)]
struct Integer(i64);

impl From<PayloadJson> for Payload {
    fn from(json: PayloadJson) -> Self {
        let metadata = json.metadata.unwrap_or_default().into_iter();
        let external = json.external_payloads.unwrap_or_default().into_iter();
        let details =
            |External { size_bytes: Integer(size_bytes) }| ExternalPayloadDetails { size_bytes };
        Self {
            metadata: metadata.map(|(key, Bytes(value))| (key, value)).collect(),
            data: json.data.map_or_else(Vec::new, |Bytes(data)| data),
            external_payloads: external.map(details).collect(),
        }
    }
}

impl From<Payload> for PayloadJson {
    fn from(payload: Payload) -> Self {
        let Payload { metadata, data, external_payloads } = payload;
        let external = external_payloads.into_iter();
        let external = external.map(|details| External { size_bytes: Integer(details.size_bytes) });
        let external: Vec<_> = external.collect();
        let metadata: HashMap<_, _> =
            metadata.into_iter().map(|(key, value)| (key, Bytes(value))).collect();
        Self {
            metadata: (!metadata.is_empty()).then_some(metadata),
            data: (!data.is_empty()).then_some(Bytes(data)),
            external_payloads: (!external.is_empty()).then_some(external),
        }
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Base64;

        impl Visitor<'_> for Base64 {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("base64")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bytes, E> {
                let decoded = READ_STANDARD.decode(text).or_else(|_| READ_URL_SAFE.decode(text));
                decoded.map(Bytes).map_err(|_| E::custom("not base64"))
            }
        }

        deserializer.deserialize_str(Base64)
    }
}

impl Serialize for Integer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(i64),
            Text(String),
        }
        match Form::deserialize(deserializer)? {
            Form::Number(number) => Ok(Self(number)),
            Form::Text(text) => {
                text.parse().map(Self).map_err(|_| D::Error::custom("not a number"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_protobuf_json_is_read() {
        let one = |json: &str| read(json.as_bytes()).expect(json).remove(0);
        for bytes in ["+/+/AA==", "-_-_AA==", "-_-_AA", "+/+/AA"] {
            let payload = one(&format!(r#"{{"payloads":[{{"data":"{bytes}"}}]}}"#));
            assert_eq!(payload.data, [0xfb, 0xff, 0xbf, 0], "{bytes}");
        }
        for size in [
            r#""externalPayloads":[{"sizeBytes":"7"}]"#,
            r#""external_payloads":[{"size_bytes":7}]"#,
        ] {
            let payload = one(&format!(r#"{{"payloads":[{{{size}}}]}}"#));
            assert_eq!(payload.external_payloads[0].size_bytes, 7, "{size}");
        }
        for empty in ["{}", r#"{"payloads":null}"#, r#"{"payloads":[]}"#, r#"{"later":1}"#] {
            assert_eq!(read(empty.as_bytes()).expect(empty), [], "{empty}");
        }
        let unset = one(r#"{"payloads":[{"metadata":null,"data":null}]}"#);
        assert_eq!(unset, Payload::default());
    }

    #[test]
    fn no_value_is_in_the_reason_of_a_refusal() {
        for body in [
            "4111111111111111",
            r#""4111111111111111""#,
            r#"{"payloads":"4111111111111111"}"#,
            r#"{"payloads":[{"data":"4111111111111111!"}]}"#,
            r#"{"payloads":[{"data":4111111111111111}]}"#,
            r#"{"payloads":[{"metadata":["4111111111111111"]}]}"#,
            r#"{"payloads":[{"externalPayloads":[{"sizeBytes":"4111111111111111x"}]}]}"#,
            r#"{"4111111111111111"#,
        ] {
            let refusal = read(body.as_bytes()).expect_err(body);
            assert_eq!(refusal.status, StatusCode::BAD_REQUEST);
            assert!(refusal.reason.starts_with("invalid body: "), "{}", refusal.reason);
            assert!(!refusal.reason.contains("41111"), "{}", refusal.reason);
        }
    }

    #[test]
    fn payloads_come_back_as_they_were() {
        arbtest::arbtest(|u| {
            let payload = Payload {
                metadata: u.arbitrary()?,
                data: u.arbitrary()?,
                external_payloads: u
                    .arbitrary::<Vec<i64>>()?
                    .into_iter()
                    .map(|size_bytes| ExternalPayloadDetails { size_bytes })
                    .collect(),
            };
            let written = write(vec![payload.clone()]).expect("it can be written");
            assert_eq!(read(&written).expect("it can be read"), [payload]);
            Ok(())
        });
    }

    #[test]
    fn no_body_panics() {
        arbtest::arbtest(|u| {
            let body: Vec<u8> = u.arbitrary()?;
            let _ = read(&body);
            Ok(())
        });
    }
}
