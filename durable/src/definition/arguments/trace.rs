//! Decodes JSON payloads a second time, to find out why and where decoding failed.
//!
//! Tracking is slow, so it is done only after a failure.

use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, PayloadConverter, SerializationContext,
    SerializationContextData, TemporalDeserializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::message;
use super::path::Path;
use super::reader::Reader;
use super::received::{Fault, missing};
use super::refusal::{Found, Refusal};
use super::report::Report;
use super::text::Text;
use crate::definition::read_only::{Read, ReadOnly};

/// The reason for which an input could not be decoded, and the path of the value.
pub(super) struct Traced {
    pub(super) place: usize,
    pub(super) path: Text,
    pub(super) reason: Text,
}

/// Decodes payloads as a type, and drops the value.
///
/// Rustc compiles generic code once for each type, in the user's crate. So only the decoding knows the type,
/// and what explains its errors doesn't.
pub(super) struct Probe {
    by_type: Decode,
    by_converter: Decode,
    /// Returns `true` if the value may be left out.
    pub(super) may_be_missing: fn(&SerializationContext<'_>) -> bool,
}

type Decode = fn(&SerializationContext<'_>, Vec<RawPayload>) -> Result<(), PayloadConversionError>;

impl Probe {
    pub(super) const fn of<T: TemporalDeserializable + 'static>() -> Self {
        Self {
            by_type: |context, payloads| T::from_payloads(context, payloads).map(drop),
            by_converter: |context, payloads| {
                context.converter.from_payloads::<T>(context, payloads).map(drop)
            },
            may_be_missing: |context| missing::<T>(context).is_ok(),
        }
    }
}

/// Returns the reason of a second decoding, or `None` if it succeeds, because the payloads are not those
/// of the standard converter.
pub(super) fn trace(
    probe: &Probe,
    data: &SerializationContextData,
    payloads: &[RawPayload],
) -> Option<Traced> {
    let report = Report::default();
    let converter = {
        let report = report.clone();
        PayloadConverter::Serde(std::sync::Arc::new(ReadOnly(move |payload| {
            read(&payload, &report)
        })))
    };
    let context = SerializationContext::new(data, &converter);
    let traced = match (probe.by_type)(&context, payloads.to_vec()) {
        Err(PayloadConversionError::WrongEncoding) => {
            (probe.by_converter)(&context, payloads.to_vec())
        }
        traced => traced,
    };
    let Fault::Input { place, error } = Fault::of(traced.err()?) else { return None };
    let PayloadConversionError::EncodingError(error) = error else {
        return Some(Traced {
            place,
            path: Path::Root.text(),
            reason: Text::plain(error.to_string()),
        });
    };
    let message = error.to_string();
    if let Some((reason, path)) = Refusal::recorded(&message).and_then(|found| report.get(found)) {
        return Some(Traced { place, path, reason });
    }
    // The type read a value, and refused it afterwards.
    let value = payloads.get(place).and_then(|payload| serde_json::from_slice(&payload.data).ok());
    let kind = value.as_ref().map_or_else(|| "another value".to_owned(), Found::describe);
    let reason = message::parse(&message).within(true).text(&kind);
    Some(Traced { place, path: Path::Root.text(), reason })
}

/// Reads a JSON payload like the SDK's converter, and records the refusals of its type.
fn read(payload: &RawPayload, report: &Report) -> Read {
    let encoding = payload.metadata.get("encoding").map_or(&[][..], Vec::as_slice);
    let value = match encoding {
        b"json/plain" => serde_json::from_slice(&payload.data)
            .map_err(|error| refused(report, Text::plain(error.to_string())))?,
        b"binary/null" => serde_json::Value::Null,
        other => {
            let other = String::from_utf8_lossy(other);
            let reason = format!("unknown encoding `{other}`, expected `json/plain`");
            return Err(refused(report, Text::plain(reason)));
        }
    };
    Ok(Box::new(<dyn erased_serde::Deserializer>::erase(Reader::new(value, report))))
}

fn refused(report: &Report, reason: Text) -> PayloadConversionError {
    let refusal = report.add(Refusal::Other(reason), "", &Path::Root);
    PayloadConversionError::EncodingError(Box::new(refusal))
}
