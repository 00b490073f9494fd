//! Inputs of workflows and handlers: their decoding, and the answers to those that are not decoded.

use std::any::Any;

use temporalio_common::data_converters::PayloadConverter;
use temporalio_common::protos::temporal::api::common::v1::Payloads;

use super::adapter::NoState;
use super::tables::{Decoder, Unreadable};
use super::user_code;
use crate::definition::Parameter;
use crate::definition::arguments::DecodeError;
use crate::definition::arguments::undecoded::Undecoded;
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

/// Decodes the input of a handler.
pub(super) fn decoded(
    workflow: &'static str,
    decoder: Decoder,
    payloads: Payloads,
    converter: &PayloadConverter,
) -> Result<Box<dyn Any>, Undecoded> {
    let Decoder { decode, parameters } = decoder;
    user_code::decoding(workflow, || with_context(converter, |context| decode(context, payloads)))
        .map_err(|error| Undecoded::new(&error, parameters))
}
