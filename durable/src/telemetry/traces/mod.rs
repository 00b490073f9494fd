//! Traces of starts, workflows, activities, children and messages.
//!
//! The spans of workflow code have ids that follow from the run id, so a replay on any worker makes the same
//! ones. Such a span is exported when its operation has ended, by the worker that sees the end outside of a
//! replay. So an eviction or a crash exports nothing twice, and loses nothing.

mod activity;
mod client;
mod header;
mod ids;
mod layer;
mod outbound;
mod request;
mod span;
mod workflow;

pub(super) use layer::layer;
pub(super) use span::Tracer;

use std::sync::Arc;

use temporalio_sdk::workflow_interceptors::WorkflowInterceptorConstructor;

use crate::instrumentation::Traces;

/// Returns the interceptors of clients and workers.
pub(super) fn interceptors(tracer: &Arc<Tracer>) -> Traces {
    let (of_workflows, of_activities) = (Arc::clone(tracer), Arc::clone(tracer));
    let of_requests = Arc::clone(tracer);
    Traces {
        client: Arc::new(client::ClientTraces(Arc::clone(tracer))),
        workflow: WorkflowInterceptorConstructor::new(move |view| {
            workflow::WorkflowTraces::new(Arc::clone(&of_workflows), view)
        }),
        activity: Box::new(move |options| {
            options
                .activity_inbound_interceptor(activity::ActivityTraces(Arc::clone(&of_activities)));
        }),
        link: header::link_of_caller,
        request: Box::new(move |incoming, answering| {
            request::answered(&of_requests, &incoming, answering)
        }),
    }
}
