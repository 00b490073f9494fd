//! The handlers that every workflow has: the signal `cancel` and the query `state`. A handler of the
//! user's with the same name replaces the built-in one.

use std::any::Any;

use futures_util::FutureExt as _;
use futures_util::future::ready;

use super::tables::{HandlerError, QueryHandler, SignalHandler, search};
use super::untyped::UntypedAdapter;
use crate::definition::arguments::decode;
use crate::definition::exact::Json;
use crate::definition::{CANCEL, Parameter, STATE};

const REASON: &[Parameter] = &[Parameter::new("reason", "Option<String>")];

/// The built-in signals.
pub(super) const SIGNALS: &[SignalHandler] = &[SignalHandler {
    name: CANCEL,
    parameters: REASON,
    description: None,
    decode: |context, payloads| {
        // The reason can be left out or null.
        if payloads.payloads.is_empty() {
            return Ok(Box::new(None::<String>));
        }
        decode::<Option<String>>(context, payloads.payloads)
            .map(|reason| Box::new(reason) as Box<dyn Any>)
    },
    dispatch: |run, reason| {
        let reason = reason.downcast::<Option<String>>().ok().and_then(|reason| *reason);
        run.cancel(reason.as_deref());
        ready(Ok(())).boxed_local()
    },
}];

/// The built-in queries.
pub(super) const QUERIES: &[QueryHandler] = &[QueryHandler {
    name: STATE,
    parameters: &[],
    description: None,
    decode: |_, _| Ok(Box::new(())),
    dispatch: |adapter, _, _| Ok(Box::new(state_or_status(adapter)?)),
}];

fn state_or_status(adapter: &dyn UntypedAdapter) -> Result<Json, HandlerError> {
    match adapter.serialized() {
        Some(state) => Ok(state?),
        None => Ok(Json::of(&adapter.cancellation().status())?),
    }
}

/// Logs which built-in handlers are replaced by the user's own.
pub(super) fn log_replaced_handlers(
    workflow: &str,
    signals: &'static [SignalHandler],
    queries: &'static [QueryHandler],
) {
    if search(signals, CANCEL).is_some() {
        log_replaced_handler(workflow, CANCEL);
    }
    if search(queries, STATE).is_some() {
        log_replaced_handler(workflow, STATE);
    }
}

fn log_replaced_handler(workflow_type: &str, handler: &str) {
    tracing::info!(workflow_type, handler, "the workflow's own handler replaces the built-in one");
}
