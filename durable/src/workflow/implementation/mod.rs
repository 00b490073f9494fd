//! The SDK's `WorkflowImplementation` for the adapter of annotated workflows. It handles bad input and
//! panics.
//!
//! One generic implementation serves every workflow, so generated code stays small. A workflow whose input
//! does not decode fails with a clear error, and a panic in `#[init]` does not end the worker. Plain SDK
//! 1.1.1 repeats the task for ever in the first case, and ends the worker in the second.

pub(super) mod adapter;
mod bad_input;
mod built_in;
mod code;
mod failed;
mod handlers;
mod metadata;
mod numbered;
pub(super) mod outgoing;
mod query_output;
mod register;
mod tables;
pub(crate) mod user_code;

pub use code::{Parent, WorkflowCode};
pub use numbered::{
    AnswerQuery, D0, D1, D2, D3, D4, D5, D6, D7, D8, D9, HandleSignal, HandleUpdate, Query, Signal,
    Update,
};
pub(crate) use register::{handlers, register};
pub use tables::{HandlerError, QueryHandler, SignalHandler, UpdateHandler};

use std::any::Any;
use std::rc::Rc;

use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, pending, ready};
use temporalio_common::data_converters::PayloadConverter;
use temporalio_common::error::ApplicationFailure;
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::workflows::{
    UpdateDefinitionDescriptor, WorkflowDefinitionDescriptor, WorkflowError, WorkflowImplementation,
};
use temporalio_sdk::{WorkflowContextView, WorkflowTermination};

use crate::definition::STACK_TRACE;
use crate::definition::arguments::Decoded;
use crate::definition::arguments::undecoded::Undecoded;
use crate::definition::{Payload, quarantine, updates};
use crate::error::INVALID_INPUT;
use crate::error::report::links;
use crate::workflow::WorkflowContext;
use adapter::{AdapterDefinition, NoState, WorkflowAdapter};
use bad_input::{decoded, undecodable, unreadable};
use query_output::{QueryOutput, sealed};
use tables::{Handlers, Undeliverable, Unreadable, bad_call, list};
use user_code::{Execution, Part, UserFuture};

type Sdk<W> = temporalio_sdk::WorkflowContext<W>;

impl<W: WorkflowCode> WorkflowImplementation for WorkflowAdapter<W>
where
    W::Input: Payload,
{
    type Run = AdapterDefinition<W>;

    const HAS_INIT: bool = W::HAS_INIT;
    const INIT_TAKES_INPUT: bool = W::INIT_TAKES_INPUT;

    fn name() -> &'static str {
        W::NAME
    }

    fn definition() -> WorkflowDefinitionDescriptor {
        updates::note_definition(W::NAME, Self::updates().names());
        let mut updates = Vec::new();
        for update in Self::own(W::UPDATE_HANDLERS) {
            let has_validator = update.has_validator;
            updates
                .push(UpdateDefinitionDescriptor { name: update.name.to_owned(), has_validator });
        }
        WorkflowDefinitionDescriptor {
            workflow_type: W::NAME.to_owned(),
            has_init: W::HAS_INIT,
            init_takes_input: W::INIT_TAKES_INPUT,
            signals: owned(&Self::signals().names()),
            queries: owned(&Self::queries().names()),
            updates,
        }
    }

    fn init(view: WorkflowContextView, input: Option<Decoded<W::Input>>) -> Self {
        let execution = Execution::new::<W>(&view);
        let own = Rc::clone(&execution);
        let make_state = move |is_silent| Self::init_state(&own, &view, input, is_silent);
        Self::new(execution, Box::new(make_state))
    }

    fn run(
        context: Sdk<Self>,
        input: Option<Decoded<W::Input>>,
    ) -> LocalBoxFuture<'static, Result<Box<dyn WorkflowOutputValue>, WorkflowTermination>> {
        if W::IS_DECLARED {
            return ready(Err(not_mocked(W::NAME).into())).boxed_local();
        }
        context.set_current_details(metadata::details::<W>(""));
        let is_silent = context.is_replaying_history_events();
        let no_state = context.state(|adapter| adapter.made(is_silent).as_ref().err().cloned());
        let problem = match (no_state, input.map(|input| input.0).transpose()) {
            // The input of a quarantined run isn't decoded.
            (Some(problem @ (NoState::TaskFailure(_) | NoState::UndecodableInput(_))), _) => {
                problem
            }
            (_, Err(error)) => undecodable(W::NAME, W::PARAMETERS, &error),
            (_, Ok(input)) => return run(&context, input),
        };
        let message = match problem {
            NoState::UndecodableInput(message) => message,
            NoState::TaskFailure(message) => return fail_task(&context, message),
            NoState::Declared | NoState::Dropped => return pending().boxed_local(),
        };
        let failure = ApplicationFailure::builder(message)
            .type_name(INVALID_INPUT.to_owned())
            .non_retryable(true)
            .build();
        let failed = WorkflowTermination::from(failure);
        context.state(Self::execution).failed_at_once(&failed, is_silent, &context);
        ready(Err(failed)).boxed_local()
    }

    fn decode_signal_input(
        name: &str,
        payloads: Payloads,
        converter: &PayloadConverter,
    ) -> Result<Option<Box<dyn Any>>, WorkflowError> {
        let Some(handler) = Self::signals().find(name) else {
            let known = list(&Self::signals().names());
            let reason = format!("the workflow has no such signal; its signals are {known}");
            return Ok(Some(Box::new(Undeliverable::unknown(reason))));
        };
        let decoded = decoded::<W>(converter, |context| (handler.decode)(context, payloads));
        Ok(Some(decoded.unwrap_or_else(|undecoded| match undecoded {
            Undecoded::Invalid(reason) => Box::new(Undeliverable::invalid(reason)),
            Undecoded::UnknownEncoding(reason) => unreadable("signal", W::NAME, name, &reason),
        })))
    }

    fn dispatch_signal(
        context: Sdk<Self>,
        name: &str,
        input: Box<dyn Any>,
    ) -> LocalBoxFuture<'static, Result<(), WorkflowError>> {
        let input = match input.downcast::<Unreadable>() {
            Ok(unreadable) => return fail_task(&context, unreadable.0),
            Err(input) => input,
        };
        let handler = Self::signals().find(name);
        let is_silent = context.is_replaying_history_events();
        let has_state = || context.state(|adapter| adapter.made(is_silent).is_ok());
        match (input.downcast::<Undeliverable>(), handler) {
            (Err(input), Some(handler)) if has_state() => {
                let part = Part::Signal(handler.name);
                let execution = context.state(Self::execution);
                user_code::handler(&context.clone(), &execution, part, || {
                    (handler.dispatch)(context, input)
                })
            }
            // A workflow without a state handles no signals.
            (Err(input), _) => {
                context.state(Self::execution).discard(input);
                ready(Ok(())).boxed_local()
            }
            (Ok(undeliverable), _) => {
                undeliverable.report(&context, W::NAME, name);
                ready(Ok(())).boxed_local()
            }
        }
    }

    fn decode_query_input(
        name: &str,
        payloads: &Payloads,
        converter: &PayloadConverter,
    ) -> Result<Option<Box<dyn Any>>, WorkflowError> {
        if Self::is_stack_trace(name) {
            return Ok(Some(Box::new(())));
        }
        sealed(Self::queries().known("query", W::NAME, name).and_then(|handler| {
            let payloads = payloads.clone();
            decoded::<W>(converter, |context| (handler.decode)(context, payloads))
                .map(Some)
                .map_err(|reason| bad_call("query", W::NAME, name, &reason.to_string()))
        }))
    }

    fn dispatch_query(
        &self,
        view: WorkflowContextView,
        name: &str,
        input: Box<dyn Any>,
    ) -> Result<Box<dyn WorkflowOutputValue>, WorkflowError> {
        if Self::is_stack_trace(name) {
            return Ok(Box::new(QueryOutput::new(self.execution.stack_trace())));
        }
        sealed(Self::queries().known("query", W::NAME, name).and_then(|handler| {
            self.require_state("query", W::NAME, name, false)?;
            self.answer(Part::Query(handler.name), || (handler.dispatch)(self, view, input))
        }))
    }

    fn decode_update_input(
        name: &str,
        payloads: Payloads,
        converter: &PayloadConverter,
    ) -> Result<Option<Box<dyn Any>>, WorkflowError> {
        let handler = Self::updates().known("update", W::NAME, name)?;
        match decoded::<W>(converter, |context| (handler.decode)(context, payloads)) {
            Ok(input) => Ok(Some(input)),
            Err(Undecoded::Invalid(reason)) => Err(bad_call("update", W::NAME, name, &reason)),
            Err(Undecoded::UnknownEncoding(reason)) => {
                Ok(Some(unreadable("update", W::NAME, name, &reason)))
            }
        }
    }

    fn dispatch_update(
        context: Sdk<Self>,
        name: &str,
        input: Box<dyn Any>,
    ) -> LocalBoxFuture<'static, Result<Box<dyn WorkflowOutputValue>, WorkflowError>> {
        let input = match input.downcast::<Unreadable>() {
            Ok(unreadable) => return fail_task(&context, unreadable.0),
            Err(input) => input,
        };
        let checked = Self::updates().known("update", W::NAME, name).and_then(|handler| {
            let is_silent = context.is_replaying_history_events();
            context.state(|adapter| adapter.require_state("update", W::NAME, name, is_silent))?;
            Ok(handler)
        });
        match checked {
            Ok(handler) => {
                let part = Part::Update(handler.name);
                let execution = context.state(Self::execution);
                user_code::handler(&context.clone(), &execution, part, || {
                    (handler.dispatch)(context, input)
                })
            }
            Err(error) => ready(Err(error)).boxed_local(),
        }
    }

    fn validate_update(
        &self,
        view: WorkflowContextView,
        name: &str,
        input: Box<dyn Any>,
    ) -> Result<(), WorkflowError> {
        let handler = Self::updates().known("update", W::NAME, name)?;
        self.require_state("update", W::NAME, name, false)?;
        // The validator has no context to fail the task with. The update itself, which follows, does it.
        if input.is::<Unreadable>() {
            return Ok(());
        }
        self.answer(Part::Validator(handler.name), || (handler.validate)(self, view, input))
    }
}

impl<W: WorkflowCode<Input: Payload>> WorkflowAdapter<W> {
    /// Returns the user's own handlers that can be called: a declared workflow has none.
    const fn own<H>(handlers: &'static [H]) -> &'static [H] {
        if W::IS_DECLARED { &[] } else { handlers }
    }

    const fn updates() -> Handlers<UpdateHandler<W>> {
        Handlers::new(Self::own(W::UPDATE_HANDLERS), &[])
    }

    /// Returns `true` for the query that this crate answers, unless the user has a handler for it.
    fn is_stack_trace(name: &str) -> bool {
        name == STACK_TRACE && tables::search(Self::own(W::QUERY_HANDLERS), name).is_none()
    }

    fn init_state(
        execution: &Rc<Execution>,
        view: &WorkflowContextView,
        input: Option<Decoded<W::Input>>,
        is_silent: bool,
    ) -> Result<W, NoState> {
        if let Some(reason) = quarantine::reason(execution.run_id()) {
            let (workflow_id, run_id) = (view.workflow_id(), view.run_id());
            tracing::error!(workflow_type = W::NAME, workflow_id, run_id, "{reason}");
            return Err(NoState::TaskFailure(reason));
        }
        match input.map(|input| input.0).transpose() {
            Err(error) => Err(undecodable(W::NAME, W::PARAMETERS, &error)),
            Ok(_) if W::IS_DECLARED => Err(NoState::Declared),
            // SDK 1.1.1 calls this outside of its own guard, so a panic would end the worker.
            Ok(input) => {
                let made = execution.call(Part::Init, is_silent, || W::init(view, input));
                made.map_err(|unwound| {
                    let init = format!("{} of workflow {}", Part::Init, W::NAME);
                    let log = execution.log_of(Part::Init);
                    NoState::TaskFailure(unwound.describe_task_failure(&init, &log))
                })
            }
        }
    }

    const fn signals() -> Handlers<SignalHandler<W>> {
        Handlers::new(Self::own(W::SIGNAL_HANDLERS), Self::SIGNALS)
    }

    const fn queries() -> Handlers<QueryHandler<W>> {
        Handlers::new(Self::own(W::QUERY_HANDLERS), Self::QUERIES)
    }

    /// Calls a query or a validator. A panic becomes an error for the caller: SDK 1.1.1 has no guard for
    /// queries, and a panic of one in a workflow task would fail the task.
    fn answer<R>(
        &self,
        part: Part,
        answer: impl FnOnce() -> Result<R, WorkflowError>,
    ) -> Result<R, WorkflowError> {
        if matches!(part, Part::Query(_)) && quarantine::is_stuck_in(self.execution.run_id(), part)
        {
            let message = format!(
                "{part} of workflow {} is not answered: an earlier call of it for this run does not yield",
                W::NAME
            );
            return Err(WorkflowError::Execution(message.into()));
        }
        let answer = || answer().inspect_err(check_display);
        // A query or validator never runs again, also while the run replays for it.
        self.execution.call(part, false, answer).unwrap_or_else(|unwound| {
            let handler = format!("{part} of workflow {}", W::NAME);
            Err(WorkflowError::Execution(unwound.describe(&handler).into()))
        })
    }

    fn require_state(
        &self,
        kind: &str,
        workflow: &str,
        name: &str,
        is_silent: bool,
    ) -> Result<(), WorkflowError> {
        match self.made(is_silent) {
            Ok(_) => Ok(()),
            Err(_) => Err(bad_call(kind, workflow, name, "the workflow has no state")),
        }
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Runs the user's `#[run]`.
fn run<W: WorkflowCode<Input: Payload>>(
    context: &Sdk<WorkflowAdapter<W>>,
    input: Option<W::Input>,
) -> LocalBoxFuture<'static, Result<Box<dyn WorkflowOutputValue>, WorkflowTermination>> {
    let execution = context.state(WorkflowAdapter::execution);
    let (own, attempts) = (context.clone(), Rc::clone(&execution));
    let started = async move {
        let result = W::run(WorkflowContext::new(own.clone()), input).await;
        let memo = || own.memo().into_raw().fields;
        let ended = outgoing::ended::<W>(result, own.payload_converter(), memo);
        // It's in the code of the run, so it's silent in a replay.
        ended.inspect_err(|end| attempts.log_failed(end, own.payload_converter()))
    };
    UserFuture::new(context, &execution, Part::Run, started.boxed_local()).boxed_local()
}

/// Creates the error of a declared workflow that a test serves without a mock of it.
fn not_mocked(workflow: &str) -> ApplicationFailure {
    let message = format!(
        "workflow {workflow} is declared here and served elsewhere; mock it in this test with \
         `env.mock_workflow::<{workflow}>()`"
    );
    ApplicationFailure::builder(message).non_retryable(true).build()
}

/// Fails the workflow task, which the server retries.
fn fail_task<W: 'static, T: 'static>(
    context: &Sdk<WorkflowAdapter<W>>,
    message: String,
) -> LocalBoxFuture<'static, T> {
    context.state(WorkflowAdapter::execution).task_fails(&message);
    context.force_task_fail(message);
    pending().boxed_local()
}

/// Formats an error and its causes once inside the guard, to catch a panic of the user's `Display`. SDK
/// 1.1.1 formats them outside of its guards.
fn check_display(error: &WorkflowError) {
    let WorkflowError::Execution(error) = error else { return };
    links(&**error).for_each(|link| drop(link.to_string()));
}
