//! The form in which a worker hosts an annotated workflow: the user's state, with bad input and
//! panics answered.
//!
//! One generic implementation of the SDK's `WorkflowImplementation` serves every workflow, so
//! generated code stays small. It is also what makes a workflow whose input does not decode fail
//! with a clear error instead of retrying its task for ever, and what keeps a panic in `#[init]`
//! from ending the worker, both of which plain SDK 1.1.1 does.

use std::any::Any;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, ready};
use temporalio_common::WorkflowDefinition;
use temporalio_common::data_converters::{
    PayloadConverter, SerializationContext, SerializationContextData, WorkflowSerializationContext,
};
use temporalio_common::error::ApplicationFailure;
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::workflows::{
    UpdateDefinitionDescriptor, WorkflowDefinitionDescriptor, WorkflowError, WorkflowImplementation,
};
use temporalio_sdk::{WorkflowContextView, WorkflowTermination};

use super::cancellation::Cancellation;
use super::handlers::{HandlerError, Undeliverable};
use super::{WorkflowCode, WorkflowContext, metadata, too_large};
use crate::definition::arguments::{DecodeError, Decoded};
use crate::definition::{Payload, Workflow, updates};
use crate::error::INVALID_INPUT;

type Sdk<W> = temporalio_sdk::WorkflowContext<W>;

/// A workflow instance on a worker: the user's state, or why there is none.
pub struct Hosted<W> {
    state: Result<W, NoState>,
    cancellation: Cancellation,
}

/// Why a workflow instance has no state.
enum NoState {
    /// The input that `#[init]` takes did not decode.
    UndecodableInput(DecodeError),
    /// `#[init]` panicked, with this message.
    InitPanicked(String),
    /// It is declared here and served elsewhere, and a test has no mock of it.
    Declared,
}

impl<W> Hosted<W> {
    fn new(state: Result<W, NoState>) -> Self {
        Self { state, cancellation: Cancellation::default() }
    }

    pub(super) fn state(&self) -> &W {
        self.state.as_ref().unwrap_or_else(|_| unreachable!("{STATE_EXISTS}"))
    }

    pub(super) fn cancellation(&self) -> Cancellation {
        self.cancellation.clone()
    }

    pub(super) fn state_mut(&mut self) -> &mut W {
        self.state.as_mut().unwrap_or_else(|_| unreachable!("{STATE_EXISTS}"))
    }
}

const STATE_EXISTS: &str = "user code runs only on a workflow whose state was made";

/// What the host's definition is to the SDK: the user's, with an input whose decoding never fails.
pub struct HostedRun<W>(PhantomData<fn() -> W>);

impl<W: Workflow> WorkflowDefinition for HostedRun<W>
where
    W::Input: Payload,
{
    type Input = Decoded<W::Input>;
    type Output = W::Output;

    fn name(&self) -> &str {
        W::NAME
    }
}

impl<W: WorkflowCode> WorkflowImplementation for Hosted<W>
where
    W::Input: Payload,
{
    type Run = HostedRun<W>;

    const HAS_INIT: bool = W::HAS_INIT;
    const INIT_TAKES_INPUT: bool = W::INIT_TAKES_INPUT;

    fn name() -> &'static str {
        W::NAME
    }

    fn definition() -> WorkflowDefinitionDescriptor {
        updates::asked_for(W::NAME, W::UPDATES);
        let update = |handler: &super::UpdateHandler<W>| UpdateDefinitionDescriptor {
            name: handler.name.to_owned(),
            has_validator: handler.has_validator,
        };
        WorkflowDefinitionDescriptor {
            workflow_type: W::NAME.to_owned(),
            has_init: W::HAS_INIT,
            init_takes_input: W::INIT_TAKES_INPUT,
            signals: Self::signals().map(|handler| handler.name.to_owned()).collect(),
            queries: Self::queries().map(|handler| handler.name.to_owned()).collect(),
            updates: W::UPDATE_HANDLERS.iter().map(update).collect(),
        }
    }

    fn init(view: WorkflowContextView, input: Option<Decoded<W::Input>>) -> Self {
        let input = match input.map(|input| input.0).transpose() {
            Ok(input) => input,
            Err(error) => return Self::new(Err(NoState::UndecodableInput(error))),
        };
        if W::IS_DECLARED {
            return Self::new(Err(NoState::Declared));
        }
        // The SDK calls this outside of its own panic guard, where a panic would end the worker.
        let state = catch_unwind(AssertUnwindSafe(|| W::init(&view, input)))
            .map_err(|panic| NoState::InitPanicked(panic_message(panic.as_ref())));
        Self::new(state)
    }

    fn run(
        context: Sdk<Self>,
        input: Option<Decoded<W::Input>>,
    ) -> LocalBoxFuture<'static, Result<Box<dyn WorkflowOutputValue>, WorkflowTermination>> {
        if W::IS_DECLARED {
            return ready(Err(not_mocked(W::NAME).into())).boxed_local();
        }
        context.set_current_details(metadata::details::<W>(""));
        let undecodable = match input.map(|input| input.0).transpose() {
            Ok(input) => match context.state(Self::reason_for_no_state) {
                None => {
                    let converter = context.payload_converter().clone();
                    let run = W::run(WorkflowContext::new(context), input);
                    return run
                        .map(move |result| too_large::ended::<W>(result, &converter))
                        .boxed_local();
                }
                Some(error) => error,
            },
            Err(error) => error.describe(W::PARAMETERS),
        };
        let failure = ApplicationFailure::builder(format!("workflow {}: {undecodable}", W::NAME))
            .type_name(INVALID_INPUT.to_owned())
            .non_retryable(true)
            .build();
        ready(Err(WorkflowTermination::from(failure))).boxed_local()
    }

    fn decode_signal_input(
        name: &str,
        payloads: Payloads,
        converter: &PayloadConverter,
    ) -> Result<Option<Box<dyn Any>>, WorkflowError> {
        let Some(handler) = find(Self::signals(), name) else {
            let known = names(Self::signals());
            let reason = format!("the workflow has no signal of that name; it has {known}");
            return Ok(Some(Box::new(Undeliverable(reason))));
        };
        let decoded = with_context(converter, |context| (handler.decode)(context, payloads));
        Ok(Some(decoded.unwrap_or_else(|reason| Box::new(Undeliverable(reason)))))
    }

    fn dispatch_signal(
        context: Sdk<Self>,
        name: &str,
        input: Box<dyn Any>,
    ) -> LocalBoxFuture<'static, Result<(), WorkflowError>> {
        let handler = find(Self::signals(), name);
        match (input.downcast::<Undeliverable>(), handler) {
            (Err(input), Some(handler)) if context.state(|hosted| hosted.state.is_ok()) => {
                (handler.dispatch)(context, input)
            }
            // A workflow that fails for its input takes no signals any more.
            (Err(_), _) => ready(Ok(())).boxed_local(),
            (Ok(undeliverable), _) => {
                drop_signal(&context, W::NAME, name, &undeliverable.0);
                ready(Ok(())).boxed_local()
            }
        }
    }

    fn decode_query_input(
        name: &str,
        payloads: &Payloads,
        converter: &PayloadConverter,
    ) -> Result<Option<Box<dyn Any>>, WorkflowError> {
        let handler = known(Self::queries(), "query", W::NAME, name)?;
        let payloads = payloads.clone();
        with_context(converter, |context| (handler.decode)(context, payloads))
            .map(Some)
            .map_err(|reason| bad_call("query", W::NAME, name, &reason))
    }

    fn dispatch_query(
        &self,
        view: WorkflowContextView,
        name: &str,
        input: Box<dyn Any>,
    ) -> Result<Box<dyn WorkflowOutputValue>, WorkflowError> {
        let handler = known(Self::queries(), "query", W::NAME, name)?;
        self.require_state("query", W::NAME, name)?;
        (handler.dispatch)(self, view, input)
    }

    fn decode_update_input(
        name: &str,
        payloads: Payloads,
        converter: &PayloadConverter,
    ) -> Result<Option<Box<dyn Any>>, WorkflowError> {
        let handler = known(W::UPDATE_HANDLERS.iter(), "update", W::NAME, name)?;
        with_context(converter, |context| (handler.decode)(context, payloads))
            .map(Some)
            .map_err(|reason| bad_call("update", W::NAME, name, &reason))
    }

    fn dispatch_update(
        context: Sdk<Self>,
        name: &str,
        input: Box<dyn Any>,
    ) -> LocalBoxFuture<'static, Result<Box<dyn WorkflowOutputValue>, WorkflowError>> {
        let checked =
            known(W::UPDATE_HANDLERS.iter(), "update", W::NAME, name).and_then(|handler| {
                context.state(|hosted| hosted.require_state("update", W::NAME, name))?;
                Ok(handler)
            });
        match checked {
            Ok(handler) => (handler.dispatch)(context, input),
            Err(error) => ready(Err(error)).boxed_local(),
        }
    }

    fn validate_update(
        &self,
        view: WorkflowContextView,
        name: &str,
        input: Box<dyn Any>,
    ) -> Result<(), WorkflowError> {
        let handler = known(W::UPDATE_HANDLERS.iter(), "update", W::NAME, name)?;
        self.require_state("update", W::NAME, name)?;
        (handler.validate)(self, view, input)
    }
}

impl<W: WorkflowCode<Input: Payload>> Hosted<W> {
    fn signals() -> impl Iterator<Item = &'static super::SignalHandler<W>> + Clone {
        with_built_in(W::SIGNAL_HANDLERS, Self::SIGNALS)
    }

    fn queries() -> impl Iterator<Item = &'static super::QueryHandler<W>> + Clone {
        with_built_in(W::QUERY_HANDLERS, Self::QUERIES)
    }

    /// The words for an undecodable input; panics again where `#[init]` panicked, now where the SDK
    /// makes a failed workflow task of it.
    fn reason_for_no_state(&self) -> Option<String> {
        match &self.state {
            Ok(_) | Err(NoState::Declared) => None,
            Err(NoState::UndecodableInput(error)) => Some(error.describe(W::PARAMETERS)),
            Err(NoState::InitPanicked(message)) => {
                panic!("#[init] of workflow {} panicked: {message}", W::NAME)
            }
        }
    }

    fn require_state(&self, kind: &str, workflow: &str, name: &str) -> Result<(), WorkflowError> {
        match &self.state {
            Ok(_) => Ok(()),
            Err(_) => Err(bad_call(kind, workflow, name, "the workflow has no state to work on")),
        }
    }
}

/// The end of a declared workflow where a test serves it, and has no mock of it.
fn not_mocked(workflow: &str) -> ApplicationFailure {
    let message = format!(
        "workflow {workflow} is declared here and served elsewhere; mock it in this test with \
         `env.mock_workflow::<{workflow}>()`"
    );
    ApplicationFailure::builder(message).non_retryable(true).build()
}

/// A handler table's entry has a name.
pub(super) trait Named: 'static {
    fn name(&self) -> &'static str;
}

/// Its own handlers, and those built in that it has none of the same name of.
fn with_built_in<H: Named>(
    own: &'static [H],
    built_in: &'static [H],
) -> impl Iterator<Item = &'static H> + Clone {
    let missing = built_in.iter().filter(|handler| find(own.iter(), handler.name()).is_none());
    own.iter().chain(missing)
}

fn find<H: Named>(
    mut handlers: impl Iterator<Item = &'static H>,
    name: &str,
) -> Option<&'static H> {
    handlers.find(|handler| handler.name() == name)
}

fn known<H: Named>(
    handlers: impl Iterator<Item = &'static H> + Clone,
    kind: &str,
    workflow: &str,
    name: &str,
) -> Result<&'static H, WorkflowError> {
    find(handlers.clone(), name).ok_or_else(|| {
        let reason = format!("there is none of that name; there is {}", names(handlers));
        bad_call(kind, workflow, name, &reason)
    })
}

fn names<H: Named>(handlers: impl Iterator<Item = &'static H>) -> String {
    let names: Vec<_> = handlers.map(|handler| format!("`{}`", handler.name())).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn bad_call(kind: &str, workflow: &str, name: &str, reason: &str) -> WorkflowError {
    let error: HandlerError = format!("{kind} `{name}` of workflow {workflow}: {reason}").into();
    WorkflowError::Execution(error)
}

fn drop_signal<W: WorkflowImplementation>(
    context: &Sdk<W>,
    workflow: &str,
    signal: &str,
    reason: &str,
) {
    // A replay meets the same signal again, and it was reported the first time.
    if !context.is_replaying_history_events() {
        tracing::warn!(
            workflow_type = workflow,
            workflow_id = context.workflow_id(),
            run_id = context.run_id(),
            signal,
            reason,
            "signal dropped"
        );
    }
}

pub(super) fn with_context<R>(
    converter: &PayloadConverter,
    f: impl FnOnce(&SerializationContext<'_>) -> R,
) -> R {
    let data = SerializationContextData::Workflow(WorkflowSerializationContext::new());
    f(&SerializationContext::new(&data, converter))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "with a value that is not a string".to_owned())
}
