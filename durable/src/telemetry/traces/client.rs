//! The spans of calls of a client. They begin below the caller's current span.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use opentelemetry::Context;
use opentelemetry::trace::{FutureExt as _, SpanKind};
use temporalio_client::errors::{
    WorkflowInteractionError, WorkflowQueryError, WorkflowStartError, WorkflowUpdateError,
    WorkflowUpdateWithStartError,
};
use temporalio_client::interceptors::{
    ClientInterceptor, Next, QueryWorkflowInput, QueryWorkflowOutput, SignalWithStartWorkflowInput,
    SignalWorkflowInput, StartWorkflowInput, StartWorkflowOutput, StartWorkflowUpdateInput,
    StartWorkflowUpdateOutput, UpdateWithStartWorkflowInput, UpdateWithStartWorkflowOutput,
};

use super::header::write_to;
use super::span::Tracer;
use super::span::{NewIds, RUN_ID, Span, UPDATE_ID, WORKFLOW_ID, status};

/// The interceptor of clients.
pub(super) struct ClientTraces(pub(super) Arc<Tracer>);

type Call<'a, T, E> = BoxFuture<'a, Result<T, E>>;

impl ClientTraces {
    fn begin(&self, name: String, workflow_id: &str) -> (Span, Context) {
        let current = Context::current();
        let span = self.0.begin(name, SpanKind::Client, &current, &NewIds::random());
        let context = span.within(&current);
        (span.with(WORKFLOW_ID, workflow_id), context)
    }

    fn ended<'a, T: Send + 'a, E: std::fmt::Display + Send + 'a>(
        &'a self,
        span: Span,
        context: Context,
        call: Call<'a, T, E>,
    ) -> Call<'a, T, E> {
        Box::pin(async move {
            let result = call.with_context(context).await;
            self.0.end(span, status(&result));
            result
        })
    }
}

impl ClientInterceptor for ClientTraces {
    fn start_workflow<'a>(
        &'a self,
        mut input: StartWorkflowInput,
        next: Next<'a, StartWorkflowInput, Call<'a, StartWorkflowOutput, WorkflowStartError>>,
    ) -> Call<'a, StartWorkflowOutput, WorkflowStartError> {
        let name = format!("StartWorkflow:{}", input.workflow_type);
        let (span, context) = self.begin(name, &input.options.workflow_id);
        write_to(&context, &mut input.options.header);
        self.ended(span, context, next.run(input))
    }

    fn signal_with_start_workflow<'a>(
        &'a self,
        mut input: SignalWithStartWorkflowInput,
        next: Next<
            'a,
            SignalWithStartWorkflowInput,
            Call<'a, StartWorkflowOutput, WorkflowStartError>,
        >,
    ) -> Call<'a, StartWorkflowOutput, WorkflowStartError> {
        let name = format!("SignalWithStartWorkflow:{}", input.workflow_type);
        let (span, context) = self.begin(name, &input.options.workflow_id);
        write_to(&context, &mut input.options.header);
        self.ended(span, context, next.run(input))
    }

    fn signal_workflow<'a>(
        &'a self,
        mut input: SignalWorkflowInput,
        next: Next<'a, SignalWorkflowInput, Call<'a, (), WorkflowInteractionError>>,
    ) -> Call<'a, (), WorkflowInteractionError> {
        let name = format!("SignalWorkflow:{}", input.signal_name);
        let (span, context) = self.begin(name, &input.workflow_id);
        write_to(&context, &mut input.options.header);
        self.ended(span.with(RUN_ID, &input.run_id), context, next.run(input))
    }

    fn query_workflow<'a>(
        &'a self,
        mut input: QueryWorkflowInput,
        next: Next<'a, QueryWorkflowInput, Call<'a, QueryWorkflowOutput, WorkflowQueryError>>,
    ) -> Call<'a, QueryWorkflowOutput, WorkflowQueryError> {
        let name = format!("QueryWorkflow:{}", input.query_name);
        let (span, context) = self.begin(name, &input.workflow_id);
        write_to(&context, &mut input.options.header);
        self.ended(span.with(RUN_ID, &input.run_id), context, next.run(input))
    }

    fn start_workflow_update<'a>(
        &'a self,
        mut input: StartWorkflowUpdateInput,
        next: Next<
            'a,
            StartWorkflowUpdateInput,
            Call<'a, StartWorkflowUpdateOutput, WorkflowUpdateError>,
        >,
    ) -> Call<'a, StartWorkflowUpdateOutput, WorkflowUpdateError> {
        let name = format!("StartWorkflowUpdate:{}", input.update_name);
        let (span, context) = self.begin(name, &input.workflow_id);
        write_to(&context, &mut input.options.header);
        let span = span.with(RUN_ID, &input.run_id);
        let span = span.with(UPDATE_ID, input.options.update_id.as_deref().unwrap_or_default());
        self.ended(span, context, next.run(input))
    }

    fn update_with_start_workflow<'a>(
        &'a self,
        mut input: UpdateWithStartWorkflowInput,
        next: Next<
            'a,
            UpdateWithStartWorkflowInput,
            Call<'a, UpdateWithStartWorkflowOutput, WorkflowUpdateWithStartError>,
        >,
    ) -> Call<'a, UpdateWithStartWorkflowOutput, WorkflowUpdateWithStartError> {
        let name = format!("UpdateWithStartWorkflow:{}", input.workflow_type);
        let (span, context) = self.begin(name, &input.options.workflow_id);
        write_to(&context, &mut input.options.start_header);
        write_to(&context, &mut input.options.update_header);
        let span = span.with(UPDATE_ID, input.options.update_id.as_deref().unwrap_or_default());
        self.ended(span, context, next.run(input))
    }
}
