//! Passes the configured options of a worker to the calls in its workflows.
//!
//! An interceptor of each workflow instance sets the options as a context value of the SDK around the
//! run and the handlers. So they belong to one worker, and each test has its own. They may differ
//! between a run and its replay, because the SDK compares commands by kind, type and id, and not by
//! their options.

use std::rc::Rc;
use std::sync::Arc;

use temporalio_sdk::workflow_interceptors::{
    ExecuteWorkflowInput, ExecuteWorkflowResult, HandleSignalInput, HandleSignalResult,
    HandleUpdateInput, HandleUpdateResult, WorkflowInterceptor, WorkflowInterceptorConstructor,
    WorkflowInterceptorContext, WorkflowInterceptorFuture, WorkflowNext,
};
use temporalio_sdk::{WorkflowContextKey, WorkflowContextView};

use crate::options::ConfiguredOptions;

/// The key of the configured options among the context values of a workflow.
struct Configured;

impl WorkflowContextKey for Configured {
    type Value = Arc<ConfiguredOptions>;
}

/// Returns the configured options of the worker that runs a workflow. They are empty by default.
pub(crate) fn configured_options<W>(
    context: &temporalio_sdk::WorkflowContext<W>,
) -> Arc<ConfiguredOptions> {
    let value: Option<Rc<_>> = context.context_value::<Configured>();
    value.map(|options| Arc::clone(&options)).unwrap_or_default()
}

/// Returns the interceptor that passes configured options to the workflows of a worker.
pub(crate) fn configured_options_interceptor(
    options: Arc<ConfiguredOptions>,
) -> WorkflowInterceptorConstructor {
    WorkflowInterceptorConstructor::new(move |_: &WorkflowContextView| {
        ConfiguredOptionsInterceptor(Arc::clone(&options))
    })
}

struct ConfiguredOptionsInterceptor(Arc<ConfiguredOptions>);

impl ConfiguredOptionsInterceptor {
    fn around<'a, T: 'a>(
        &self,
        context: &WorkflowInterceptorContext,
        inner: WorkflowInterceptorFuture<'a, T>,
    ) -> WorkflowInterceptorFuture<'a, T> {
        let inner = context.with_context_value::<Configured, _>(Arc::clone(&self.0), inner);
        WorkflowInterceptorFuture::new(inner)
    }
}

type Next<'a, I, T> = WorkflowNext<'a, I, WorkflowInterceptorFuture<'a, T>>;

impl WorkflowInterceptor for ConfiguredOptionsInterceptor {
    fn execute<'a>(
        &'a self,
        context: WorkflowInterceptorContext,
        input: ExecuteWorkflowInput,
        next: Next<'a, ExecuteWorkflowInput, ExecuteWorkflowResult>,
    ) -> WorkflowInterceptorFuture<'a, ExecuteWorkflowResult> {
        self.around(&context, next.run(input))
    }

    fn handle_signal<'a>(
        &'a self,
        context: WorkflowInterceptorContext,
        input: HandleSignalInput,
        next: Next<'a, HandleSignalInput, HandleSignalResult>,
    ) -> WorkflowInterceptorFuture<'a, HandleSignalResult> {
        self.around(&context, next.run(input))
    }

    fn handle_update<'a>(
        &'a self,
        context: WorkflowInterceptorContext,
        input: HandleUpdateInput,
        next: Next<'a, HandleUpdateInput, HandleUpdateResult>,
    ) -> WorkflowInterceptorFuture<'a, HandleUpdateResult> {
        self.around(&context, next.run(input))
    }
}
