//! Minimal plug-ins of clients and workers: a codec and a workflow interceptor.

use durable::client::DataConverter;
use durable::prelude::WorkflowContextView;
use durable::sdk::temporalio_common::data_converters::{
    DefaultFailureConverter, PayloadCodec, PayloadConversionError, PayloadConverter,
    SerializationContextData,
};
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload;
use durable::sdk::temporalio_sdk::workflow_interceptors::{
    CancellableWorkflowOutboundFuture, ScheduleActivityInput, ScheduleActivityResult,
    WorkflowInterceptorContext, WorkflowNext,
};
use durable::worker::WorkflowInterceptor;

/// A data converter that flips every byte of a payload, so that nothing is read by accident.
#[must_use]
pub fn flipping() -> DataConverter {
    DataConverter::new(PayloadConverter::default(), DefaultFailureConverter::default(), FlipCodec)
}

/// The payloads with every byte flipped, or flipped back.
#[must_use]
pub fn flip(mut payloads: Vec<Payload>) -> Vec<Payload> {
    payloads.iter_mut().flat_map(|payload| &mut payload.data).for_each(|byte| *byte = !*byte);
    payloads
}

/// The codec of [`flipping`].
#[derive(Debug)]
pub struct FlipCodec;

type Coded = futures_util::future::BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>>;

impl PayloadCodec for FlipCodec {
    fn encode(&self, _: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        Box::pin(async { Ok(flip(payloads)) })
    }

    fn decode(&self, _: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        Box::pin(async { Ok(flip(payloads)) })
    }
}

/// A data converter that seals payloads: without the codec, their encoding is unknown.
#[must_use]
pub fn sealing() -> DataConverter {
    DataConverter::new(PayloadConverter::default(), DefaultFailureConverter::default(), Seal)
}

/// The encoding of [`sealing`].
pub const SEALED: &str = "binary/sealed";

struct Seal;

impl PayloadCodec for Seal {
    fn encode(&self, _: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        Box::pin(async { Ok(payloads.into_iter().map(seal).collect()) })
    }

    fn decode(&self, _: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        Box::pin(async { Ok(payloads.into_iter().map(open).collect()) })
    }
}

/// The payload as [`sealing`] encodes it.
#[must_use]
pub fn seal(mut payload: Payload) -> Payload {
    let sealed = SEALED.as_bytes().to_vec();
    let encoding = payload.metadata.insert("encoding".to_owned(), sealed);
    payload.metadata.insert("sealed-encoding".to_owned(), encoding.unwrap_or_default());
    flip(vec![payload]).remove(0)
}

/// The payload that was sealed. Others stay as they are.
#[must_use]
pub fn open(mut payload: Payload) -> Payload {
    let Some(encoding) = payload.metadata.remove("sealed-encoding") else { return payload };
    payload.metadata.insert("encoding".to_owned(), encoding);
    flip(vec![payload]).remove(0)
}

/// An interceptor that gives every activity the id `named`, which a replay compares.
#[must_use]
pub fn naming(_: &WorkflowContextView) -> Naming {
    Naming
}

/// See [`naming`].
#[derive(Debug)]
pub struct Naming;

impl WorkflowInterceptor for Naming {
    fn schedule_activity(
        &self,
        _: WorkflowInterceptorContext,
        mut input: ScheduleActivityInput,
        next: WorkflowNext<
            'static,
            ScheduleActivityInput,
            CancellableWorkflowOutboundFuture<ScheduleActivityResult>,
        >,
    ) -> CancellableWorkflowOutboundFuture<ScheduleActivityResult> {
        input.options_mut().activity_id = Some("named".to_owned());
        next.run(input)
    }
}
