//! Results of local activities. The workflow task that gets one records it in a marker.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::FusedFuture;
use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, PayloadConversionError, SerializationContext,
    TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::error::ActivityExecutionError;
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_sdk::CancellableFuture;

use crate::definition::arguments::output::DecodedOutput;
use crate::error::task_size;

/// The output of a local activity.
#[derive(Debug)]
pub(in crate::workflow) struct RecordedOutput<T> {
    output: DecodedOutput<T>,
    /// The size in bytes as it is sent.
    sent: usize,
}

impl<T: TemporalDeserializable + 'static> RecordedOutput<T> {
    fn read(context: &SerializationContext<'_>, payload: Payload) -> Self {
        let sent = task_size::sent_size(std::slice::from_ref(&payload));
        Self { output: DecodedOutput::read(context, payload), sent }
    }
}

impl<T: TemporalDeserializable + 'static> TemporalDeserializable for RecordedOutput<T> {
    fn from_serde(
        _: &dyn ErasedSerdePayloadConverter,
        context: &SerializationContext<'_>,
        payload: Payload,
    ) -> Result<Self, PayloadConversionError> {
        Ok(Self::read(context, payload))
    }

    fn from_payload(
        context: &SerializationContext<'_>,
        payload: Payload,
    ) -> Result<Self, PayloadConversionError> {
        Ok(Self::read(context, payload))
    }
}

/// Unused; the SDK's definitions require the traits of both directions.
impl<T: TemporalSerializable + 'static> TemporalSerializable for RecordedOutput<T> {
    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Payload, PayloadConversionError> {
        self.output.to_payload(context)
    }
}

/// The future of a local activity's result, which counts it among the commands of the workflow task.
pub(super) struct Recorded<F>(Pin<Box<F>>);

impl<F> Recorded<F> {
    pub(super) fn new(running: F) -> Self {
        Self(Box::pin(running))
    }
}

type Outcome<T> = Result<T, ActivityExecutionError>;

impl<T, F: Future<Output = Outcome<RecordedOutput<T>>>> Future for Recorded<F> {
    type Output = Outcome<DecodedOutput<T>>;

    #[allow(clippy::result_large_err, reason = "the error is the SDK's")]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_unpin(cx).map(|result| {
            match &result {
                Ok(recorded) => task_size::count_recorded(recorded.sent),
                Err(error) => {
                    let bytes = error.failure().map(prost::Message::encoded_len);
                    task_size::count_recorded(bytes.unwrap_or_default());
                }
            }
            result.map(|recorded| recorded.output)
        })
    }
}

impl<T, F> FusedFuture for Recorded<F>
where
    F: FusedFuture<Output = Outcome<RecordedOutput<T>>>,
{
    fn is_terminated(&self) -> bool {
        self.0.is_terminated()
    }
}

impl<T, F> CancellableFuture for Recorded<F>
where
    F: CancellableFuture<Output = Outcome<RecordedOutput<T>>>,
{
    fn cancel(&self) {
        self.0.as_ref().get_ref().cancel();
    }
}
