//! The context in which values and failures of workflows are converted.

use temporalio_common::data_converters::{
    PayloadConverter, SerializationContext, SerializationContextData, WorkflowSerializationContext,
};

/// Returns the serialization context of workflow code.
pub(super) fn workflow_context() -> SerializationContextData {
    SerializationContextData::Workflow(WorkflowSerializationContext::new())
}

/// Calls a function with the serialization context of workflow code.
pub(super) fn with_context<R>(
    converter: &PayloadConverter,
    f: impl FnOnce(&SerializationContext<'_>) -> R,
) -> R {
    f(&SerializationContext::new(&workflow_context(), converter))
}
