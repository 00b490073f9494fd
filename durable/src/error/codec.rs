//! The guard of a program's codec.
//!
//! SDK 1.1.1 calls the codec outside of its guards: a panic ends the worker, or leaves an activity without an
//! answer. An error fails the whole workflow task, so a payload that cannot be decoded in a query, which
//! anybody may send, fails it again and again.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use temporalio_common::data_converters::{
    DataConverter, PayloadCodec, PayloadConversionError, SerializationContextData,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use crate::definition::arguments::encoding::{mark_failed, take_answer_mark};
use crate::definition::arguments::panicked::Panicked;
use crate::definition::{caught, caught_async, metadata};

/// The codec of a data converter. It holds the converter, from which the codec can only be borrowed.
pub(super) struct Codec(DataConverter);

type Coded = BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>>;

impl Codec {
    pub(super) fn of(converter: DataConverter) -> Self {
        Self(converter)
    }
}

impl PayloadCodec for Codec {
    fn encode(&self, context: &SerializationContextData, mut payloads: Vec<Payload>) -> Coded {
        payloads.iter_mut().for_each(metadata::complete);
        let is_answer = take_answer_mark(&mut payloads);
        let coded = guarded(ENCODER, || self.0.codec().encode(context, payloads));
        if !is_answer {
            return coded;
        }
        // The answer to a query may be sent with a workflow task, which must not fail with it.
        coded
            .map(|coded| {
                coded.or_else(|error| Ok(vec![mark_failed(Payload::default(), ENCODER, &error)]))
            })
            .boxed()
    }

    fn decode(&self, context: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        let SerializationContextData::Workflow(_) = context else {
            return guarded(DECODER, || self.0.codec().decode(context, payloads));
        };
        // The payloads are marked instead, and only what reads them fails.
        let received = payloads.clone();
        guarded(DECODER, || self.0.codec().decode(context, payloads))
            .map(|decoded| {
                decoded.or_else(|error| {
                    let mark = |payload| mark_failed(payload, DECODER, &error);
                    Ok(received.into_iter().map(mark).collect())
                })
            })
            .boxed()
    }
}

const ENCODER: &str = "the codec that encodes it";
const DECODER: &str = "the codec that decodes it";

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
