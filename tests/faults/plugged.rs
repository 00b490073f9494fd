//! The plug-ins of clients and workers, of which each panics on request: codec, failure converter,
//! interceptors.

use durable::client::{ClientInterceptor, DataConverter};
use durable::sdk::temporalio_client::errors::WorkflowStartError;
use durable::sdk::temporalio_client::interceptors::{
    Next, StartWorkflowInput, StartWorkflowOutput,
};
use durable::sdk::temporalio_common::data_converters::{
    DefaultFailureConverter, FailureConverter, PayloadCodec, PayloadConversionError,
    PayloadConverter, SerializationContextData,
};
use durable::sdk::temporalio_common::error::{IncomingError, OutgoingError};
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload;
use durable::sdk::temporalio_common::protos::temporal::api::failure::v1::Failure;
use durable::sdk::temporalio_sdk::workflow_interceptors::{
    CancellableWorkflowOutboundFuture, ScheduleActivityInput, ScheduleActivityResult,
    WorkflowInterceptorContext, WorkflowNext,
};
use durable::worker::WorkflowInterceptor;
use futures_util::future::BoxFuture;

/// Texts in payloads by which the codec panics.
pub(crate) const CODEC_ENCODE: &str = "codec-encode";
pub(crate) const CODEC_ENCODE_LATER: &str = "codec-encode-later";
pub(crate) const CODEC_DECODE: &str = "codec-decode";
/// A text in an error by which the failure converter panics.
pub(crate) const FAILURE_CONVERTER: &str = "failure-converter";
/// The activity id by which the workflow interceptor panics, and the workflow id of the client's.
pub(crate) const INTERCEPTOR: &str = "interceptor";

/// A data converter whose parts panic.
pub(crate) fn converter() -> DataConverter {
    let failures = Failures(DefaultFailureConverter::default());
    DataConverter::new(PayloadConverter::default(), failures, Codec)
}

struct Codec;

type Coded = BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>>;

fn contain(payloads: &[Payload], text: &str) -> bool {
    let text = format!("\"{text}\"");
    payloads.iter().any(|payload| payload.data == text.as_bytes())
}

impl PayloadCodec for Codec {
    fn encode(&self, _: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        assert!(!contain(&payloads, CODEC_ENCODE), "poison in the codec");
        Box::pin(async {
            tokio::task::yield_now().await;
            assert!(!contain(&payloads, CODEC_ENCODE_LATER), "poison in the codec");
            Ok(payloads)
        })
    }

    fn decode(&self, _: &SerializationContextData, payloads: Vec<Payload>) -> Coded {
        assert!(!contain(&payloads, CODEC_DECODE), "poison in the codec");
        Box::pin(async { Ok(payloads) })
    }
}

struct Failures(DefaultFailureConverter);

impl FailureConverter for Failures {
    fn to_failure(
        &self,
        error: OutgoingError,
        converter: &PayloadConverter,
        context: &SerializationContextData,
    ) -> Failure {
        let said = format!("{error:?}");
        assert!(!said.contains(FAILURE_CONVERTER), "poison in the failure converter");
        self.0.to_failure(error, converter, context)
    }

    fn to_error(
        &self,
        failure: Failure,
        converter: &PayloadConverter,
        context: &SerializationContextData,
    ) -> Result<IncomingError, PayloadConversionError> {
        self.0.to_error(failure, converter, context)
    }
}

/// An interceptor of workflows that panics when the activity with the id [`INTERCEPTOR`] is scheduled.
pub(crate) struct Interceptor;

impl WorkflowInterceptor for Interceptor {
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
        let id = input.options_mut().activity_id.clone();
        assert!(id.as_deref() != Some(INTERCEPTOR), "poison in the interceptor");
        next.run(input)
    }
}

/// An interceptor of clients that panics when a workflow is started.
pub(crate) struct StartInterceptor;

impl ClientInterceptor for StartInterceptor {
    fn start_workflow<'a>(
        &'a self,
        _: StartWorkflowInput,
        _: Next<
            'a,
            StartWorkflowInput,
            BoxFuture<'a, Result<StartWorkflowOutput, WorkflowStartError>>,
        >,
    ) -> BoxFuture<'a, Result<StartWorkflowOutput, WorkflowStartError>> {
        panic!("poison in the interceptor")
    }
}
