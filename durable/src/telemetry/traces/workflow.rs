//! The spans of workflow code: runs, handlers, and calls of activities, children and other workflows.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use opentelemetry::Context;
use opentelemetry::trace::{FutureExt as _, SpanKind, Status};
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_sdk::workflow_interceptors::{
    CancellableWorkflowOutboundFuture, ContinueAsNewInput, ContinueAsNewResult,
    ExecuteWorkflowInput, ExecuteWorkflowResult, HandleQueryInput, HandleQueryResult,
    HandleSignalInput, HandleSignalResult, HandleUpdateInput, HandleUpdateResult,
    InitializeWorkflowInput, InitializeWorkflowOutput, ScheduleActivityInput,
    ScheduleActivityResult, ScheduleLocalActivityInput, SignalWorkflowInput, SignalWorkflowResult,
    StartChildWorkflowInput, StartChildWorkflowResult, SyncWorkflowInterceptorContext,
    ValidateUpdateInput, ValidateUpdateResult, WorkflowInterceptor, WorkflowInterceptorContext,
    WorkflowInterceptorFuture, WorkflowNext,
};
use temporalio_sdk::{WorkflowContextKey, WorkflowContextView, WorkflowTermination};

use super::header::{self, Received};
use super::ids::RunIds;
use super::outbound::Open;
use super::span::Tracer;
use super::span::{NewIds, RUN_ID, Span, UPDATE_ID, WORKFLOW_ID, failed, status};

/// The OpenTelemetry context among the context values of a workflow.
struct Current;

impl WorkflowContextKey for Current {
    type Value = Context;
}

/// The interceptor of a run.
pub(super) struct WorkflowTraces {
    tracer: Arc<Tracer>,
    ids: RunIds,
    workflow_id: String,
    run_id: String,
    /// The context of the caller, if it sent one.
    received: RefCell<Option<Received>>,
    open: Rc<Open>,
}

type Inbound<'a, I, T> = WorkflowNext<'a, I, WorkflowInterceptorFuture<'a, T>>;
type Outbound<I, T> = WorkflowNext<'static, I, CancellableWorkflowOutboundFuture<T>>;
type Fields = HashMap<String, Payload>;

impl WorkflowTraces {
    pub(super) fn new(tracer: Arc<Tracer>, view: &WorkflowContextView) -> Self {
        Self {
            open: Rc::new(Open::new(Arc::clone(&tracer))),
            tracer,
            ids: RunIds::new(view.run_id()),
            workflow_id: view.workflow_id().to_owned(),
            run_id: view.run_id().to_owned(),
            received: RefCell::default(),
        }
    }

    fn begin(&self, name: String, kind: SpanKind, parent: &Context, ids: &NewIds) -> Span {
        let span = self.tracer.begin(name, kind, parent, ids);
        span.with(WORKFLOW_ID, &self.workflow_id).with(RUN_ID, &self.run_id)
    }

    /// Returns the span of the run, and the context of its code. It is the same at each call.
    fn run(&self, workflow_type: &str) -> (Span, Context) {
        let received = self.received.borrow();
        let outer = match &*received {
            Some(Received::Parent(context)) => context.clone(),
            _ => Context::new(),
        };
        let ids = NewIds { span: self.ids.run(), trace: self.ids.trace() };
        let mut span =
            self.begin(format!("RunWorkflow:{workflow_type}"), SpanKind::Server, &outer, &ids);
        if let Some(Received::Link(context)) = &*received {
            span = span.linked(context);
        }
        let context = span.within(&outer);
        (span, context)
    }

    /// Returns the parent of a handler: its caller, or else the run.
    fn parent_of_handler(&self, fields: &Fields, workflow_type: &str) -> Context {
        header::parent(fields).unwrap_or_else(|| self.run(workflow_type).1)
    }

    /// Returns the ids of the next span in the history of the run.
    fn next_ids(&self) -> NewIds {
        NewIds { span: self.ids.next(), trace: self.ids.trace() }
    }

    /// Runs a handler within a span.
    fn handled<'a, T: 'a, E: std::fmt::Display + 'a>(
        &'a self,
        context: &WorkflowInterceptorContext,
        fields: &Fields,
        name: String,
        update_id: &str,
        handle: impl FnOnce() -> WorkflowInterceptorFuture<'a, Result<T, E>>,
    ) -> WorkflowInterceptorFuture<'a, Result<T, E>> {
        let parent = self.parent_of_handler(fields, context.workflow_type());
        let span = self.begin(name, SpanKind::Server, &parent, &self.next_ids());
        let span = span.with(UPDATE_ID, update_id).starting_at(context.workflow_time());
        let within = span.within(&parent);
        let (tracer, sdk) = (Arc::clone(&self.tracer), context.clone());
        let handled = {
            let _attached = within.clone().attach();
            handle()
        };
        let future = async move {
            let result = handled.await;
            if !sdk.is_replaying_history_events() {
                tracer.end(span, status(&result));
            }
            result
        };
        let future = future.with_context(within.clone());
        let future = context.with_context_value::<Current, _>(within, future);
        WorkflowInterceptorFuture::new(future)
    }

    /// Begins the span of a call, and sends its context with the call.
    fn call(&self, context: &WorkflowInterceptorContext, name: String, fields: &mut Fields) -> u64 {
        let current = context.context_value::<Current>();
        let parent = current.map_or_else(
            || self.run(context.workflow_type()).1,
            |current| Context::clone(&current),
        );
        let span = self.begin(name, SpanKind::Client, &parent, &self.next_ids());
        let span = span.starting_at(context.workflow_time());
        header::write(&span.within(&parent), fields);
        self.open.insert(span)
    }

    /// Ends the span of a call with its result.
    fn called<T: 'static, E: std::fmt::Display + 'static>(
        &self,
        context: WorkflowInterceptorContext,
        call: u64,
        result: CancellableWorkflowOutboundFuture<Result<T, E>>,
    ) -> CancellableWorkflowOutboundFuture<Result<T, E>> {
        let open = Rc::clone(&self.open);
        result.map(move |result| {
            open.end(call, context.is_replaying_history_events(), status(&result));
            result
        })
    }

    /// Answers a query or an update validator within a span, which is no part of the history.
    fn answered<T, E: std::fmt::Display>(
        &self,
        context: &SyncWorkflowInterceptorContext,
        fields: &Fields,
        name: String,
        update_id: &str,
        answer: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let parent = self.parent_of_handler(fields, context.workflow_type());
        let span = self.begin(name, SpanKind::Server, &parent, &NewIds::random());
        let span = span.with(UPDATE_ID, update_id);
        let _attached = span.within(&parent).attach();
        let result = answer();
        self.tracer.end(span, status(&result));
        result
    }
}

/// Returns the status of the end of a run, and its outcome if it has another.
fn ended(result: &ExecuteWorkflowResult) -> (Status, &'static str) {
    match result {
        Ok(_) => (Status::Unset, ""),
        Err(WorkflowTermination::Cancelled { .. }) => (Status::Unset, "cancelled"),
        Err(WorkflowTermination::ContinueAsNew(_)) => (Status::Unset, "continued as new"),
        Err(error) => (failed(error), ""),
    }
}

impl WorkflowInterceptor for WorkflowTraces {
    fn initialize_workflow(
        &self,
        _: WorkflowContextView,
        input: InitializeWorkflowInput,
        next: WorkflowNext<'_, InitializeWorkflowInput, InitializeWorkflowOutput>,
    ) -> InitializeWorkflowOutput {
        self.received.replace(header::read(input.headers()));
        next.run(input)
    }

    fn execute<'a>(
        &'a self,
        context: WorkflowInterceptorContext,
        input: ExecuteWorkflowInput,
        next: Inbound<'a, ExecuteWorkflowInput, ExecuteWorkflowResult>,
    ) -> WorkflowInterceptorFuture<'a, ExecuteWorkflowResult> {
        // The SDK (1.1.1) initializes only workflows with an `#[init]` through interceptors.
        if self.received.borrow().is_none() {
            self.received.replace(header::read(input.headers()));
        }
        let (span, within) = self.run(context.workflow_type());
        let span = span.starting_at(context.workflow_time());
        let (tracer, open, sdk) =
            (Arc::clone(&self.tracer), Rc::clone(&self.open), context.clone());
        let run = next.run(input);
        let future = async move {
            let result = run.await;
            let is_replaying = sdk.is_replaying_history_events();
            open.end_all(is_replaying);
            if !is_replaying && !matches!(result, Err(WorkflowTermination::Evicted)) {
                let (status, outcome) = ended(&result);
                tracer.end(span.with("temporalOutcome", outcome), status);
            }
            result
        };
        let future = future.with_context(within.clone());
        let future = context.with_context_value::<Current, _>(within, future);
        WorkflowInterceptorFuture::new(future)
    }

    fn handle_signal<'a>(
        &'a self,
        context: WorkflowInterceptorContext,
        input: HandleSignalInput,
        next: Inbound<'a, HandleSignalInput, HandleSignalResult>,
    ) -> WorkflowInterceptorFuture<'a, HandleSignalResult> {
        let name = format!("HandleSignal:{}", input.name());
        let fields = input.headers().clone();
        self.handled(&context, &fields, name, "", || next.run(input))
    }

    fn handle_update<'a>(
        &'a self,
        context: WorkflowInterceptorContext,
        input: HandleUpdateInput,
        next: Inbound<'a, HandleUpdateInput, HandleUpdateResult>,
    ) -> WorkflowInterceptorFuture<'a, HandleUpdateResult> {
        let (name, id) = (format!("HandleUpdate:{}", input.name()), input.id().to_owned());
        let fields = input.headers().clone();
        self.handled(&context, &fields, name, &id, || next.run(input))
    }

    fn handle_query(
        &self,
        context: SyncWorkflowInterceptorContext,
        input: HandleQueryInput,
        next: WorkflowNext<'_, HandleQueryInput, HandleQueryResult>,
    ) -> HandleQueryResult {
        let (name, fields) = (format!("HandleQuery:{}", input.name()), input.headers().clone());
        self.answered(&context, &fields, name, "", || next.run(input))
    }

    fn validate_update(
        &self,
        context: SyncWorkflowInterceptorContext,
        input: ValidateUpdateInput,
        next: WorkflowNext<'_, ValidateUpdateInput, ValidateUpdateResult>,
    ) -> ValidateUpdateResult {
        if context.is_replaying_history_events() {
            return next.run(input);
        }
        let (name, id) = (format!("ValidateUpdate:{}", input.name()), input.id().to_owned());
        let fields = input.headers().clone();
        self.answered(&context, &fields, name, &id, || next.run(input))
    }

    fn schedule_activity(
        &self,
        context: WorkflowInterceptorContext,
        mut input: ScheduleActivityInput,
        next: Outbound<ScheduleActivityInput, ScheduleActivityResult>,
    ) -> CancellableWorkflowOutboundFuture<ScheduleActivityResult> {
        let name = format!("StartActivity:{}", input.activity_type());
        let call = self.call(&context, name, input.headers_mut());
        self.called(context, call, next.run(input))
    }

    fn schedule_local_activity(
        &self,
        context: WorkflowInterceptorContext,
        mut input: ScheduleLocalActivityInput,
        next: Outbound<ScheduleLocalActivityInput, ScheduleActivityResult>,
    ) -> CancellableWorkflowOutboundFuture<ScheduleActivityResult> {
        let name = format!("StartActivity:{}", input.activity_type());
        let call = self.call(&context, name, input.headers_mut());
        self.called(context, call, next.run(input))
    }

    fn start_child_workflow(
        &self,
        context: WorkflowInterceptorContext,
        mut input: StartChildWorkflowInput,
        next: Outbound<StartChildWorkflowInput, StartChildWorkflowResult>,
    ) -> CancellableWorkflowOutboundFuture<StartChildWorkflowResult> {
        let name = format!("StartChildWorkflow:{}", input.workflow_type());
        let call = self.call(&context, name, input.headers_mut());
        self.called(context, call, next.run(input))
    }

    fn signal_workflow(
        &self,
        context: WorkflowInterceptorContext,
        mut input: SignalWorkflowInput,
        next: Outbound<SignalWorkflowInput, SignalWorkflowResult>,
    ) -> CancellableWorkflowOutboundFuture<SignalWorkflowResult> {
        let name = format!("SignalWorkflow:{}", input.signal_name());
        let call = self.call(&context, name, input.headers_mut());
        self.called(context, call, next.run(input))
    }

    fn continue_as_new(
        &self,
        context: SyncWorkflowInterceptorContext,
        mut input: ContinueAsNewInput,
        next: WorkflowNext<'static, ContinueAsNewInput, ContinueAsNewResult>,
    ) -> ContinueAsNewResult {
        let (_, within) = self.run(context.workflow_type());
        header::write_link(&within, input.headers_mut());
        next.run(input)
    }
}
