//! The guard of a program's codecs.
//!
//! SDK 1.1.1 calls the codec outside of its guards: a panic ends the worker, or leaves an activity without an
//! answer. An error fails the whole workflow task, so a payload that cannot be decoded in a query, which
//! anybody may send, fails it again and again.

use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use prost::Message as _;
use temporalio_common::data_converters::{
    DataConverter, PayloadCodec, PayloadConversionError, SerializationContextData,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::payload_limit::Sending;
use crate::definition::arguments::encoding::{mark_failed, take_answer_mark};
use crate::definition::arguments::panicked::Panicked;
use crate::definition::{caught, caught_async, metadata};
use crate::metrics;

/// A codec that encodes what a data converter has encoded, and the treatment of failures.
#[derive(Clone, Default)]
pub(crate) struct Outer {
    pub(crate) codec: Option<Arc<dyn PayloadCodec + Send + Sync>>,
    pub(crate) sending: Sending,
}

/// The codec of a data converter, and the one outside of it. It holds the converter, from which the codec can
/// only be borrowed.
pub(super) struct Codec(Arc<Both>);

struct Both {
    converter: DataConverter,
    outer: Option<Arc<dyn PayloadCodec + Send + Sync>>,
}

type Coded = BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>>;

impl Codec {
    pub(super) fn of(
        converter: DataConverter,
        outer: Option<Arc<dyn PayloadCodec + Send + Sync>>,
    ) -> Self {
        Self(Arc::new(Both { converter, outer }))
    }

    fn encoded(&self, context: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        let inner = guarded(ENCODER, || self.0.converter.codec().encode(context, payloads));
        if self.0.outer.is_none() {
            return inner;
        }
        let (both, context) = (Arc::clone(&self.0), context.clone());
        async move {
            let encoded = inner.await?;
            match &both.outer {
                Some(outer) => guarded(ENCODER, || outer.encode(&context, encoded)).await,
                None => Ok(encoded),
            }
        }
        .boxed()
    }

    fn decoded(&self, context: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        let Some(outer) = &self.0.outer else {
            return guarded(DECODER, || self.0.converter.codec().decode(context, payloads));
        };
        let inner = guarded(DECODER, || outer.decode(context, payloads));
        let (both, context) = (Arc::clone(&self.0), context.clone());
        async move {
            let decoded = inner.await?;
            guarded(DECODER, || both.converter.codec().decode(&context, decoded)).await
        }
        .boxed()
    }
}

impl PayloadCodec for Codec {
    fn encode(&self, context: &SerializationContextData, mut payloads: Vec<Payload>) -> Coded {
        payloads.iter_mut().for_each(metadata::complete);
        let is_answer = take_answer_mark(&mut payloads);
        let coded = self.encoded(context, payloads);
        let coded = if metrics::own::is_on() { measured_sent(coded) } else { coded };
        if !is_answer {
            return coded;
        }
        // The answer to a query may be sent with a workflow task, which must not fail with it.
        coded
            .map(|coded| {
                coded.or_else(|error| Ok(vec![failed(Payload::default(), ENCODER, &error)]))
            })
            .boxed()
    }

    fn decode(&self, context: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        let decode = |payloads: Vec<Payload>| {
            if !metrics::own::is_on() {
                return self.decoded(context, payloads);
            }
            record_sizes(RECEIVED, &payloads);
            timed(RECEIVED, self.decoded(context, payloads))
        };
        if let SerializationContextData::Nexus(_) | SerializationContextData::None = context {
            return decode(payloads);
        }
        // The payloads are marked instead, and only what reads them fails.
        let received = payloads.clone();
        decode(payloads)
            .map(|decoded| {
                decoded.or_else(|error| {
                    let mark = |payload| failed(payload, DECODER, &error);
                    Ok(received.into_iter().map(mark).collect())
                })
            })
            .boxed()
    }
}

const ENCODER: &str = "the codec that encodes it";
const DECODER: &str = "the codec that decodes it";

/// Marks a payload for which a codec failed.
fn failed(payload: Payload, codec: &str, error: &PayloadConversionError) -> Payload {
    mark_failed(payload, codec, known(error), error)
}

/// Returns the text of an error of this crate's codecs, which has no values.
#[cfg(feature = "encryption")]
fn known(error: &PayloadConversionError) -> Option<String> {
    let PayloadConversionError::EncodingError(source) = error else { return None };
    source.downcast_ref::<super::CodecError>().map(ToString::to_string)
}

#[cfg(not(feature = "encryption"))]
fn known(_: &PayloadConversionError) -> Option<String> {
    None
}

/// The directions of payloads in metrics.
const SENT: &str = "sent";
const RECEIVED: &str = "received";

fn record_sizes(direction: &str, payloads: &[Payload]) {
    for payload in payloads {
        metrics::own::payload_size(direction, payload.encoded_len());
    }
}

/// Records the time of a codec.
fn timed(direction: &'static str, coded: Coded) -> Coded {
    async move {
        let began = Instant::now();
        let coded = coded.await;
        if coded.as_ref().is_ok_and(|payloads| !payloads.is_empty()) {
            metrics::own::codec(direction, began.elapsed());
        }
        coded
    }
    .boxed()
}

/// Records the time of a codec that encodes, and the sizes of its payloads.
fn measured_sent(coded: Coded) -> Coded {
    timed(SENT, coded).map(|coded| coded.inspect(|payloads| record_sizes(SENT, payloads))).boxed()
}

/// Calls the user's codec.
fn guarded(part: &'static str, start: impl FnOnce() -> Coded) -> Coded {
    let started = caught(start);
    async move {
        let coded = match started {
            Ok(coded) => caught_async(coded).await,
            Err(message) => Err(message),
        };
        coded.unwrap_or_else(|message| Err(Panicked::new(part, &message).into()))
    }
    .boxed()
}
