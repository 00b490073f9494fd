//! How signals, queries and updates reach the user's methods.
//!
//! Generated code implements one of the traits here on the type that stands for a handler; the
//! tables that [`WorkflowCode`] lists are made of those. The SDK's own dispatch does the rest, which
//! it needs for its interceptors.

use std::any::Any;
use std::error::Error;

use futures_util::future::LocalBoxFuture;
use temporalio_common::data_converters::SerializationContext;
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_common::{QueryDefinition, SignalDefinition, UpdateDefinition};
use temporalio_sdk::WorkflowContextView;
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::workflows::{
    ExecutableAsyncSignal, ExecutableAsyncUpdate, ExecutableQuery, ExecutableSyncSignal,
    ExecutableSyncUpdate, WorkflowError,
};

use super::answer::Answer;
use super::hosted::Hosted;
use super::tables::Named;
use super::{SyncWorkflowContext, WorkflowCode, WorkflowContext, too_large};
use crate::definition::arguments::decode;
use crate::definition::{Handler, Payload};

/// The error of a query or update, as the SDK takes it.
pub type HandlerError = Box<dyn Error + Send + Sync>;

type Sdk<W> = temporalio_sdk::WorkflowContext<Hosted<W>>;
type SdkSync<W> = temporalio_sdk::SyncWorkflowContext<Hosted<W>>;
type Decode = fn(&SerializationContext<'_>, Payloads) -> Result<Box<dyn Any>, String>;
type SignalFuture = LocalBoxFuture<'static, Result<(), WorkflowError>>;
type Validate<W> = fn(&Hosted<W>, WorkflowContextView, Box<dyn Any>) -> Result<(), WorkflowError>;
type Output = Result<Box<dyn WorkflowOutputValue>, WorkflowError>;
pub(super) type UpdateFuture = LocalBoxFuture<'static, Output>;

/// Stands for the input of a signal that cannot be delivered, with the reason.
pub(super) struct Undeliverable(pub(super) String);

fn decode_boxed<H: Handler, I: Payload>(
    context: &SerializationContext<'_>,
    payloads: Payloads,
) -> Result<Box<dyn Any>, String> {
    decode::<I>(context, payloads.payloads)
        .map(|input| Box::new(input) as Box<dyn Any>)
        .map_err(|error| error.describe(H::PARAMETERS))
}

/// A signal handled by a plain method.
pub trait HandleSignal: SignalDefinition<Workflow: WorkflowCode> + Handler {
    /// Calls the method.
    fn handle(
        state: &mut Self::Workflow,
        context: &mut SyncWorkflowContext<Self::Workflow>,
        input: Self::Input,
    );
}

/// A signal handled by an async method.
pub trait HandleSignalAsync: SignalDefinition<Workflow: WorkflowCode> + Handler {
    /// Calls the method.
    fn handle(
        context: WorkflowContext<Self::Workflow>,
        input: Self::Input,
    ) -> LocalBoxFuture<'static, ()>;
}

/// A query answered by a method.
pub trait AnswerQuery: QueryDefinition<Workflow: WorkflowCode> + Handler {
    /// Calls the method.
    ///
    /// # Errors
    /// Those of the method.
    fn answer(
        state: &Self::Workflow,
        context: &WorkflowContextView,
        input: Self::Input,
    ) -> Result<Self::Output, HandlerError>;
}

/// The validator of an update, whatever form its handler has.
pub trait ValidateUpdate: UpdateDefinition<Workflow: WorkflowCode> + Handler {
    /// Whether there is an `#[update_validator]`.
    const HAS_VALIDATOR: bool = false;

    /// Calls the validator.
    ///
    /// # Errors
    /// Those of the validator; the update is then rejected.
    fn validate(
        _state: &Self::Workflow,
        _context: &WorkflowContextView,
        _input: &Self::Input,
    ) -> Result<(), HandlerError> {
        Ok(())
    }
}

/// An update handled by a plain method.
pub trait HandleUpdate: ValidateUpdate {
    /// Calls the method.
    ///
    /// # Errors
    /// Those of the method; the update then fails.
    fn handle(
        state: &mut Self::Workflow,
        context: &mut SyncWorkflowContext<Self::Workflow>,
        input: Self::Input,
    ) -> Result<Self::Output, HandlerError>;
}

/// An update handled by an async method.
pub trait HandleUpdateAsync: ValidateUpdate {
    /// Calls the method.
    fn handle(
        context: WorkflowContext<Self::Workflow>,
        input: Self::Input,
    ) -> LocalBoxFuture<'static, Result<Self::Output, HandlerError>>;
}

/// A signal of a workflow, in the workflow's table.
pub struct SignalHandler<W: WorkflowCode> {
    pub(super) name: &'static str,
    pub(super) decode: Decode,
    pub(super) dispatch: fn(Sdk<W>, Box<dyn Any>) -> SignalFuture,
}

impl<W: WorkflowCode<Input: Payload>> SignalHandler<W> {
    /// A signal with a plain method.
    #[must_use]
    pub const fn plain<S: HandleSignal<Workflow = W, Input: Payload>>() -> Self {
        Self {
            name: S::NAME,
            decode: decode_boxed::<S, S::Input>,
            dispatch: <Hosted<W> as ExecutableSyncSignal<S>>::dispatch,
        }
    }

    /// A signal with an async method.
    #[must_use]
    pub const fn asynchronous<S: HandleSignalAsync<Workflow = W, Input: Payload>>() -> Self {
        Self {
            name: S::NAME,
            decode: decode_boxed::<S, S::Input>,
            dispatch: <Hosted<W> as ExecutableAsyncSignal<S>>::dispatch,
        }
    }
}

/// A query of a workflow, in the workflow's table.
pub struct QueryHandler<W: WorkflowCode> {
    pub(super) name: &'static str,
    pub(super) decode: Decode,
    pub(super) dispatch: fn(&Hosted<W>, WorkflowContextView, Box<dyn Any>) -> Output,
}

impl<W: WorkflowCode<Input: Payload>> QueryHandler<W> {
    /// A query with its method.
    #[must_use]
    pub const fn plain<Q: AnswerQuery<Workflow = W, Input: Payload>>() -> Self {
        Self {
            name: Q::NAME,
            decode: decode_boxed::<Q, Q::Input>,
            dispatch: |hosted, view, input| {
                let input = input.downcast::<Q::Input>();
                let input = *input.unwrap_or_else(|_| unreachable!("{DECODED_AS_ITS_INPUT}"));
                let answer = <Hosted<W> as ExecutableQuery<Q>>::handle(hosted, &view, input);
                Ok(Box::new(Answer(answer.map_err(WorkflowError::Execution)?)))
            },
        }
    }
}

const DECODED_AS_ITS_INPUT: &str =
    "an interceptor hands on the input of the type that it was given";

/// An update of a workflow, in the workflow's table.
pub struct UpdateHandler<W: WorkflowCode> {
    pub(super) name: &'static str,
    pub(super) has_validator: bool,
    pub(super) decode: Decode,
    pub(super) dispatch: fn(Sdk<W>, Box<dyn Any>) -> UpdateFuture,
    pub(super) validate: Validate<W>,
}

impl<W: WorkflowCode<Input: Payload>> UpdateHandler<W> {
    /// An update with a plain method.
    #[must_use]
    pub const fn plain<U: HandleUpdate<Workflow = W, Input: Payload>>() -> Self {
        Self {
            name: U::NAME,
            has_validator: U::HAS_VALIDATOR,
            decode: decode_boxed::<U, U::Input>,
            dispatch: |context, input| {
                let converter = context.payload_converter().clone();
                let update = <Hosted<W> as ExecutableSyncUpdate<U>>::dispatch(context, input);
                too_large::measured_update::<U>(update, converter)
            },
            validate: |hosted, view, input| {
                <Hosted<W> as ExecutableSyncUpdate<U>>::dispatch_validate(hosted, &view, input)
            },
        }
    }

    /// An update with an async method.
    #[must_use]
    pub const fn asynchronous<U: HandleUpdateAsync<Workflow = W, Input: Payload>>() -> Self {
        Self {
            name: U::NAME,
            has_validator: U::HAS_VALIDATOR,
            decode: decode_boxed::<U, U::Input>,
            dispatch: |context, input| {
                let converter = context.payload_converter().clone();
                let update = <Hosted<W> as ExecutableAsyncUpdate<U>>::dispatch(context, input);
                too_large::measured_update::<U>(update, converter)
            },
            validate: |hosted, view, input| {
                <Hosted<W> as ExecutableAsyncUpdate<U>>::dispatch_validate(hosted, &view, input)
            },
        }
    }
}

impl<W: WorkflowCode> Named for SignalHandler<W> {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl<W: WorkflowCode> Named for QueryHandler<W> {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl<W: WorkflowCode> Named for UpdateHandler<W> {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl<W, S> ExecutableSyncSignal<S> for Hosted<W>
where
    W: WorkflowCode<Input: Payload>,
    S: HandleSignal<Workflow = W>,
{
    fn handle(&mut self, context: &mut SdkSync<W>, input: S::Input) {
        let mut context = SyncWorkflowContext::new(context.clone(), self.cancellation());
        S::handle(self.state_mut(), &mut context, input);
    }
}

impl<W, S> ExecutableAsyncSignal<S> for Hosted<W>
where
    W: WorkflowCode<Input: Payload>,
    S: HandleSignalAsync<Workflow = W>,
{
    fn handle(context: Sdk<W>, input: S::Input) -> LocalBoxFuture<'static, ()> {
        S::handle(WorkflowContext::new(context), input)
    }
}

impl<W, Q> ExecutableQuery<Q> for Hosted<W>
where
    W: WorkflowCode<Input: Payload>,
    Q: AnswerQuery<Workflow = W>,
{
    fn handle(
        &self,
        view: &WorkflowContextView,
        input: Q::Input,
    ) -> Result<Q::Output, HandlerError> {
        Q::answer(self.state(), view, input)
    }
}

impl<W, U> ExecutableSyncUpdate<U> for Hosted<W>
where
    W: WorkflowCode<Input: Payload>,
    U: HandleUpdate<Workflow = W>,
{
    fn handle(
        &mut self,
        context: &mut SdkSync<W>,
        input: U::Input,
    ) -> Result<U::Output, HandlerError> {
        let mut context = SyncWorkflowContext::new(context.clone(), self.cancellation());
        U::handle(self.state_mut(), &mut context, input)
    }

    fn validate(&self, view: &WorkflowContextView, input: &U::Input) -> Result<(), HandlerError> {
        U::validate(self.state(), view, input)
    }
}

impl<W, U> ExecutableAsyncUpdate<U> for Hosted<W>
where
    W: WorkflowCode<Input: Payload>,
    U: HandleUpdateAsync<Workflow = W>,
{
    fn handle(
        context: Sdk<W>,
        input: U::Input,
    ) -> LocalBoxFuture<'static, Result<U::Output, HandlerError>> {
        U::handle(WorkflowContext::new(context), input)
    }

    fn validate(&self, view: &WorkflowContextView, input: &U::Input) -> Result<(), HandlerError> {
        U::validate(self.state(), view, input)
    }
}
