//! The handlers that every workflow has: the signal `cancel` and the query `state`. A handler of the
//! user's with the same name replaces the built-in one.

use std::any::Any;

use futures_util::FutureExt as _;
use futures_util::future::ready;

use super::adapter::WorkflowAdapter;
use super::tables::{HandlerError, QueryHandler, SignalHandler, search};
use crate::definition::arguments::decode;
use crate::definition::arguments::undecoded::Undecoded;
use crate::definition::exact::Json;
use crate::definition::{CANCEL, Parameter, Payload, STATE};
use crate::workflow::WorkflowContext;
use crate::workflow::implementation::WorkflowCode;

const REASON: &[Parameter] = &[Parameter::new("reason", "Option<String>")];

impl<W: WorkflowCode<Input: Payload>> WorkflowAdapter<W> {
    /// The built-in signals.
    pub(crate) const SIGNALS: &'static [SignalHandler<W>] = &[SignalHandler {
        name: CANCEL,
        description: None,
        decode: |context, payloads| {
            // The reason can be left out or null.
            if payloads.payloads.is_empty() {
                return Ok(Box::new(None::<String>));
            }
            decode::<Option<String>>(context, payloads.payloads)
                .map(|reason| Box::new(reason) as Box<dyn Any>)
                .map_err(|error| Undecoded::new(&error, REASON))
        },
        dispatch: |context, reason| {
            let reason = reason.downcast::<Option<String>>().ok().and_then(|reason| *reason);
            WorkflowContext::new(context).cancel(reason.as_deref());
            ready(Ok(())).boxed_local()
        },
    }];

    /// The built-in queries.
    pub(crate) const QUERIES: &'static [QueryHandler<W>] = &[QueryHandler {
        name: STATE,
        description: None,
        decode: |_, _| Ok(Box::new(())),
        dispatch: |adapter, _, _| Ok(Box::new(adapter.state_or_status()?)),
    }];

    fn state_or_status(&self) -> Result<Json, HandlerError> {
        match self.state().serialized() {
            Some(state) => Ok(state?),
            None => Ok(Json::of(&self.cancellation().status())?),
        }
    }
}

/// Logs which built-in handlers are replaced by the user's own.
pub(crate) fn log_replaced_handlers<W: WorkflowCode>() {
    if search(W::SIGNAL_HANDLERS, CANCEL).is_some() {
        log_replaced_handler(W::NAME, CANCEL);
    }
    if search(W::QUERY_HANDLERS, STATE).is_some() {
        log_replaced_handler(W::NAME, STATE);
    }
}

fn log_replaced_handler(workflow_type: &str, handler: &str) {
    tracing::info!(workflow_type, handler, "the workflow's own handler replaces the built-in one");
}
