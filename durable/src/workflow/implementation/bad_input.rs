//! Inputs of workflows and handlers: their decoding, and the answers to those that are not decoded.

use std::any::Any;

use temporalio_common::data_converters::{PayloadConverter, SerializationContext};
use temporalio_sdk::workflows::WorkflowImplementation;

use super::Sdk;
use super::adapter::NoState;
use super::tables::Unreadable;
use super::user_code;
use crate::definition::arguments::DecodeError;
use crate::definition::arguments::undecoded::Undecoded;
use crate::definition::{Parameter, Workflow};
use crate::workflow::conversion::with_context;

/// Returns the problem of an input that was not decoded. It fails the workflow, or the workflow task if the
/// worker lacks the codec.
pub(super) fn undecodable(
    workflow: &str,
    parameters: &[Parameter],
    error: &DecodeError,
) -> NoState {
    let message = format!("workflow {workflow}: {}", error.describe(parameters));
    if error.is_unknown_encoding() {
        NoState::TaskFailure(message)
    } else {
        NoState::UndecodableInput(message)
    }
}

/// Returns what takes the place of an input with an unknown encoding.
pub(super) fn unreadable(kind: &str, workflow: &str, name: &str, reason: &str) -> Box<dyn Any> {
    Box::new(Unreadable(format!("{kind} `{name}` of workflow {workflow}: {reason}")))
}

/// Reports a signal that is dropped, once.
pub(super) fn drop_signal<W: WorkflowImplementation>(
    context: &Sdk<W>,
    workflow: &str,
    signal: &str,
    reason: &str,
) {
    // A replay handles the same signal again, which was reported the first time.
    if !context.is_replaying_history_events() {
        tracing::warn!(
            workflow_type = workflow,
            workflow_id = context.workflow_id(),
            run_id = context.run_id(),
            signal,
            reason,
            "signal dropped"
        );
    }
}

/// Decodes the input of a handler.
pub(super) fn decoded<W: Workflow>(
    converter: &PayloadConverter,
    decode: impl FnOnce(&SerializationContext<'_>) -> Result<Box<dyn Any>, Undecoded>,
) -> Result<Box<dyn Any>, Undecoded> {
    user_code::decoding(W::NAME, || with_context(converter, decode))
}
