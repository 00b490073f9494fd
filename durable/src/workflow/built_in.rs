//! The handlers that every workflow has: the signal `cancel` and the query `state`. A handler of the
//! user's own of the same name stands in their place.

use std::any::Any;

use futures_util::FutureExt as _;
use futures_util::future::ready;

use super::hosted::Hosted;
use super::{HandlerError, QueryHandler, SignalHandler, WorkflowCode, WorkflowContext};
use crate::definition::arguments::decode;
use crate::definition::exact::Json;
use crate::definition::{CANCEL, Parameter, Payload, STATE};

const REASON: &[Parameter] = &[Parameter::new("reason", "Option<String>")];

impl<W: WorkflowCode<Input: Payload>> Hosted<W> {
    /// The signals that the user did not have to write.
    pub(super) const SIGNALS: &'static [SignalHandler<W>] = &[SignalHandler {
        name: CANCEL,
        decode: |context, payloads| {
            // The reason is optional in every way: left out, or null.
            if payloads.payloads.is_empty() {
                return Ok(Box::new(None::<String>));
            }
            decode::<Option<String>>(context, payloads.payloads)
                .map(|reason| Box::new(reason) as Box<dyn Any>)
                .map_err(|error| error.describe(REASON))
        },
        dispatch: |context, reason| {
            let reason = reason.downcast::<Option<String>>().ok().and_then(|reason| *reason);
            WorkflowContext::new(context).cancel(reason.as_deref());
            ready(Ok(())).boxed_local()
        },
    }];

    /// The queries that the user did not have to write.
    pub(super) const QUERIES: &'static [QueryHandler<W>] = &[QueryHandler {
        name: STATE,
        decode: |_, _| Ok(Box::new(())),
        dispatch: |hosted, _, _| Ok(Box::new(hosted.state_or_status()?)),
    }];

    fn state_or_status(&self) -> Result<Json, HandlerError> {
        match self.state().serialized() {
            Some(state) => Ok(state?),
            None => Ok(Json::of(&self.cancellation().status())?),
        }
    }
}

/// Says which handlers of the user's own stand in the place of what is built in.
pub(super) fn say_what_is_replaced<W: WorkflowCode>() {
    let (signals, queries) = (W::SIGNAL_HANDLERS, W::QUERY_HANDLERS);
    let signal = signals.iter().any(|handler| handler.name == CANCEL).then_some(CANCEL);
    let query = queries.iter().any(|handler| handler.name == STATE).then_some(STATE);
    for handler in [signal, query].into_iter().flatten() {
        tracing::info!(
            workflow_type = W::NAME,
            handler,
            "the workflow's own handler stands in the place of the built-in one"
        );
    }
}
