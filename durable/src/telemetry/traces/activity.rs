//! The spans of attempts of activities.

use std::sync::Arc;

use opentelemetry::trace::{FutureExt as _, SpanKind, Status};
use temporalio_sdk::activities::ActivityError;
use temporalio_sdk::interceptors::{
    ActivityInboundInterceptor, ExecuteActivityInput, ExecuteActivityOutput, Next,
};

use super::header::parent;
use super::span::Tracer;
use super::span::{ACTIVITY_ID, NewIds, RUN_ID, WORKFLOW_ID, failed};

/// The interceptor of activities.
pub(super) struct ActivityTraces(pub(super) Arc<Tracer>);

impl ActivityInboundInterceptor for ActivityTraces {
    fn execute_activity<'a>(
        &'a self,
        input: ExecuteActivityInput,
        next: Next<'a, ExecuteActivityInput, ExecuteActivityOutput<'a>>,
    ) -> ExecuteActivityOutput<'a> {
        let info = input.activity_info();
        let outer = parent(input.headers()).unwrap_or_default();
        let name = format!("RunActivity:{}", info.activity_type);
        let span = self
            .0
            .begin(name, SpanKind::Server, &outer, &NewIds::random())
            .with(WORKFLOW_ID, info.workflow_id.as_deref().unwrap_or_default())
            .with(RUN_ID, info.workflow_run_id.as_deref().unwrap_or_default())
            .with(ACTIVITY_ID, &info.activity_id)
            .with("temporalAttempt", &info.attempt.to_string());
        let context = span.within(&outer);
        // An attempt that is killed with its worker has no end, and no span.
        Box::pin(async move {
            let result = next.run(input).with_context(context).await;
            let (span, status) = match &result {
                Err(ActivityError::Cancelled { .. }) => {
                    (span.with("temporalOutcome", "cancelled"), Status::Unset)
                }
                Err(ActivityError::Application(failure)) => (span, failed(failure)),
                // It ended, or another process completes it.
                _ => (span, Status::Unset),
            };
            self.0.end(span, status);
            result
        })
    }
}
