//! Decodes JSON payloads a second time, to find the path at which decoding failed.
//!
//! Tracking the path is slow, so it is done only after a failure.

use std::sync::{Arc, Mutex, PoisonError};

use serde::de::{Deserializer, Visitor};
use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, PayloadConverter, SerializationContext,
    SerializationContextData, TemporalDeserializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use crate::definition::deserializer::for_each_method;
use crate::definition::read_only::{Read, ReadOnly};

/// Returns the error of a second decoding and the path at which it failed, or `None` if it succeeds,
/// because the payloads are not those of the standard converter.
pub(super) fn trace<T: TemporalDeserializable + 'static>(
    data: &SerializationContextData,
    payloads: Vec<RawPayload>,
) -> Option<(PayloadConversionError, Option<String>)> {
    let path = Path::default();
    let converter = {
        let path = Arc::clone(&path);
        PayloadConverter::Serde(Arc::new(ReadOnly(move |payload| read(&payload, &path))))
    };
    let context = SerializationContext::new(data, &converter);
    let traced = match T::from_payloads(&context, payloads.clone()) {
        Err(PayloadConversionError::WrongEncoding) => {
            converter.from_payloads::<T>(&context, payloads)
        }
        traced => traced,
    };
    let path = path.lock().unwrap_or_else(PoisonError::into_inner).take();
    Some((traced.err()?, path))
}

/// The path at which decoding failed.
type Path = Arc<Mutex<Option<String>>>;

/// Reads a JSON payload like the SDK's converter, and records the path at which decoding failed.
fn read(payload: &RawPayload, recorded: &Path) -> Read {
    let encoding = payload.metadata.get("encoding").map_or(&[][..], Vec::as_slice);
    let value = match encoding {
        b"json/plain" => serde_json::from_slice(&payload.data)
            .map_err(|error| PayloadConversionError::EncodingError(error.into()))?,
        b"binary/null" => serde_json::Value::Null,
        other => {
            let other = String::from_utf8_lossy(other);
            let reason = format!("unknown encoding `{other}`, expected `json/plain`");
            return Err(PayloadConversionError::EncodingError(reason.into()));
        }
    };
    let deserializer = TracingDeserializer { value, path: Arc::clone(recorded) };
    Ok(Box::new(<dyn erased_serde::Deserializer>::erase(deserializer)))
}

/// A JSON value that reports the path at which a visitor failed.
///
/// `serde_path_to_error` borrows its track, and the SDK needs a `'static` deserializer. So the value is
/// owned, and the path is stored after the visit.
struct TracingDeserializer {
    value: serde_json::Value,
    path: Path,
}

/// Forwards each method of [`Deserializer`] to a tracking deserializer.
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
                    let mut path = self.path.lock().unwrap_or_else(PoisonError::into_inner);
                    *path = Some(track.path().to_string());
                }
                result
            }
        )*
    };
}

impl<'de> Deserializer<'de> for TracingDeserializer {
    type Error = serde_json::Error;

    for_each_method!(forward);
}
