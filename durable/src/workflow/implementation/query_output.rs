//! Serialization of query outputs.

use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, SerializationContext,
    TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_sdk::workflows::WorkflowError;

use crate::definition::arguments::encoding::mark_answer;
use crate::definition::arguments::panicked::serializing;
use crate::definition::{Guarded, caught};
use crate::error::payload_limit::PayloadLimit;

/// The output of a query. Its `Serialize` and `Drop` may panic: SDK 1.1.1 calls them outside of its guards, so
/// a panic would fail the workflow task that delivered the query.
pub(crate) struct QueryOutput<T>(Guarded<T>);

impl<T> QueryOutput<T> {
    pub(in crate::workflow) fn new(output: T) -> Self {
        Self(Guarded::new(output))
    }
}

impl<T: TemporalSerializable + 'static> TemporalSerializable for QueryOutput<T> {
    fn as_serde(&self) -> Result<&dyn erased_serde::Serialize, PayloadConversionError> {
        self.0.get().as_serde()
    }

    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Payload, PayloadConversionError> {
        serializing(|| context.converter.to_payload(context, self.0.get())).map(mark_answer)
    }

    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<Payload>, PayloadConversionError> {
        let payloads = serializing(|| context.converter.to_payloads(context, self.0.get()))?;
        Ok(payloads.into_iter().map(mark_answer).collect())
    }
}

/// Encodes the message of a query's error where failures are encrypted. It is the only part of the error that
/// reaches the caller.
pub(super) fn sealed<R>(answer: Result<R, WorkflowError>) -> Result<R, WorkflowError> {
    answer.map_err(|error| {
        let message = || match &error {
            WorkflowError::Execution(error) => caught(|| error.to_string()).unwrap_or_default(),
            other @ WorkflowError::PayloadConversion(_) => other.to_string(),
        };
        match PayloadLimit::of_workflows().sealed(message) {
            Some(sealed) => WorkflowError::Execution(sealed.into()),
            None => error,
        }
    })
}
