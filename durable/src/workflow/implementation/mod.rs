//! The SDK's `WorkflowImplementation` for the adapter of annotated workflows. It handles bad input and
//! panics.
//!
//! One generic implementation serves every workflow, so generated code stays small. It only passes on what the
//! SDK asks for, to code that rustc compiles once. A workflow whose input
//! does not decode fails with a clear error, and a panic in `#[init]` does not end the worker. Plain SDK
//! 1.1.1 repeats the task for ever in the first case, and ends the worker in the second.

pub(super) mod adapter;
mod bad_input;
mod begin;
mod built_in;
mod code;
mod constants;
mod dispatch;
mod failed;
mod handlers;
mod metadata;
mod numbered;
pub(super) mod outgoing;
mod query_output;
mod register;
mod routine;
mod sdk_run;
mod tables;
mod untyped;
pub(crate) mod user_code;

pub use code::{CodeFacts, Parent, WorkflowCode};
pub use numbered::{
    AnswerQuery, D0, D1, D2, D3, D4, D5, D6, D7, D8, D9, HandleSignal, HandleUpdate, Query, Signal,
    Update,
};
pub(crate) use register::{handlers, register};
pub use tables::{HandlerError, QueryHandler, SignalHandler, UpdateHandler};

use std::any::Any;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_util::future::LocalBoxFuture;
use temporalio_common::data_converters::{PayloadConverter, TemporalSerializable};
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::workflows::{
    WorkflowDefinitionDescriptor, WorkflowError, WorkflowImplementation,
};
use temporalio_sdk::{WorkflowContextView, WorkflowTermination};

use crate::definition::Payload;
use crate::definition::arguments::{DecodeError, Decoded};
use crate::workflow::WorkflowContext;
use crate::workflow::calls::values::UntypedValue;
use adapter::{AdapterDefinition, NoState, WorkflowAdapter};
use sdk_run::SdkRun;
use tables::UpdateFuture;
use user_code::{Execution, Part};

type Sdk<W> = temporalio_sdk::WorkflowContext<W>;

impl<W: WorkflowCode> WorkflowImplementation for WorkflowAdapter<W>
where
    W::Input: Payload,
{
    type Run = AdapterDefinition<W>;

    const HAS_INIT: bool = W::CODE.has_init;
    const INIT_TAKES_INPUT: bool = W::CODE.init_takes_input;

    fn name() -> &'static str {
        W::NAME
    }

    fn definition() -> WorkflowDefinitionDescriptor {
        dispatch::definition(Self::CONSTANTS)
    }

    fn init(view: WorkflowContextView, input: Option<Decoded<W::Input>>) -> Self {
        let execution = Execution::new(W::NAME, std::any::type_name::<W>(), &view);
        let own = Rc::clone(&execution);
        let make_state = move |is_silent| Self::init_state(&own, &view, input, is_silent);
        Self::new(execution, Box::new(make_state))
    }

    fn run(context: Sdk<Self>, input: Option<Decoded<W::Input>>) -> begin::Ending {
        let run = SdkRun::shared(context.clone());
        let (input, undecoded) = taken(input);
        if let Some(ending) = begin::refused(Self::CONSTANTS, &run, undecoded.as_ref()) {
            return ending;
        }
        let running = W::run(WorkflowContext::new(context), input);
        begin::run(Self::CONSTANTS, &run, Box::pin(Untyped(running)))
    }

    fn decode_signal_input(
        name: &str,
        payloads: Payloads,
        converter: &PayloadConverter,
    ) -> Result<Option<Box<dyn Any>>, WorkflowError> {
        Ok(Some(dispatch::decode_signal(Self::CONSTANTS, name, payloads, converter)))
    }

    fn dispatch_signal(
        context: Sdk<Self>,
        name: &str,
        input: Box<dyn Any>,
    ) -> LocalBoxFuture<'static, Result<(), WorkflowError>> {
        dispatch::signal(Self::CONSTANTS, &SdkRun::shared(context), name, input)
    }

    fn decode_query_input(
        name: &str,
        payloads: &Payloads,
        converter: &PayloadConverter,
    ) -> Result<Option<Box<dyn Any>>, WorkflowError> {
        dispatch::decode_query(Self::CONSTANTS, name, payloads, converter)
    }

    fn dispatch_query(
        &self,
        view: WorkflowContextView,
        name: &str,
        input: Box<dyn Any>,
    ) -> Result<Box<dyn WorkflowOutputValue>, WorkflowError> {
        dispatch::query(Self::CONSTANTS, self, view, name, input)
    }

    fn decode_update_input(
        name: &str,
        payloads: Payloads,
        converter: &PayloadConverter,
    ) -> Result<Option<Box<dyn Any>>, WorkflowError> {
        dispatch::decode_update(Self::CONSTANTS, name, payloads, converter)
    }

    fn dispatch_update(context: Sdk<Self>, name: &str, input: Box<dyn Any>) -> UpdateFuture {
        dispatch::update(Self::CONSTANTS, &SdkRun::shared(context), name, input)
    }

    fn validate_update(
        &self,
        view: WorkflowContextView,
        name: &str,
        input: Box<dyn Any>,
    ) -> Result<(), WorkflowError> {
        dispatch::validate(Self::CONSTANTS, self, view, name, input)
    }
}

impl<W: WorkflowCode<Input: Payload>> WorkflowAdapter<W> {
    fn init_state(
        execution: &Execution,
        view: &WorkflowContextView,
        input: Option<Decoded<W::Input>>,
        is_silent: bool,
    ) -> Result<W, NoState> {
        let (input, undecoded) = taken(input);
        let undecoded = undecoded.as_ref();
        if let Some(reason) = begin::without_state(Self::CONSTANTS, execution, view, undecoded) {
            return Err(reason);
        }
        // SDK 1.1.1 calls this outside of its own guard, so a panic would end the worker.
        match execution.call(Part::Init, is_silent, || W::init(view, input)) {
            Ok(state) => Ok(state),
            Err(unwound) => Err(begin::panicked(Self::CONSTANTS, execution, &unwound)),
        }
    }
}

/// Takes an input apart: the value, or the error of its decoding.
fn taken<T>(input: Option<Decoded<T>>) -> (Option<T>, Option<DecodeError>) {
    match input {
        None => (None, None),
        Some(Decoded(Ok(input))) => (Some(input), None),
        Some(Decoded(Err(error))) => (None, Some(error)),
    }
}

/// The future of `#[run]`, with an output without its type.
struct Untyped<T>(LocalBoxFuture<'static, Result<T, WorkflowTermination>>);

impl<T: TemporalSerializable + 'static> Future for Untyped<T> {
    type Output = Result<UntypedValue, WorkflowTermination>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.0.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(output)) => Poll::Ready(Ok(UntypedValue::new(output))),
            Poll::Ready(Err(end)) => Poll::Ready(Err(end)),
        }
    }
}
