//! Serialization of query outputs.

use temporalio_common::data_converters::{
    GenericPayloadConverter as _, PayloadConversionError, SerializationContext,
    TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use crate::definition::Guarded;
use crate::definition::arguments::encoding::mark_answer;
use crate::definition::arguments::panicked::serializing;

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
