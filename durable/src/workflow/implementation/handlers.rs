//! The traits that connect signals, queries and updates to the user's methods.
//!
//! Generated code implements one of the traits here for the type of each handler. The tables in
//! [`WorkflowCode`] are built from these implementations. They go through the SDK's own dispatch, because
//! its interceptors need it.

use std::any::Any;

use futures_util::future::LocalBoxFuture;
use temporalio_common::data_converters::SerializationContext;
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_common::{QueryDefinition, SignalDefinition, UpdateDefinition};
use temporalio_sdk::WorkflowContextView;
use temporalio_sdk::workflows::{
    ExecutableAsyncSignal, ExecutableAsyncUpdate, ExecutableQuery, ExecutableSyncSignal,
    ExecutableSyncUpdate, WorkflowError,
};

use super::adapter::WorkflowAdapter;
use super::outgoing;
use super::query_output::QueryOutput;
use super::tables::{HandlerError, QueryHandler, SignalHandler, UpdateHandler};
use crate::definition::arguments::decode;
use crate::definition::arguments::undecoded::Undecoded;
use crate::definition::{Handler, HandlerDescription, Payload};
use crate::workflow::implementation::WorkflowCode;
use crate::workflow::{SyncWorkflowContext, WorkflowContext};

type Sdk<W> = temporalio_sdk::WorkflowContext<WorkflowAdapter<W>>;
type SdkSync<W> = temporalio_sdk::SyncWorkflowContext<WorkflowAdapter<W>>;
fn decode_boxed<H: Handler, I: Payload>(
    context: &SerializationContext<'_>,
    payloads: Payloads,
) -> Result<Box<dyn Any>, Undecoded> {
    decode::<I>(context, payloads.payloads)
        .map(|input| Box::new(input) as Box<dyn Any>)
        .map_err(|error| Undecoded::new(&error, H::PARAMETERS))
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
    /// Returns the error of the method.
    fn answer(
        state: &Self::Workflow,
        context: &WorkflowContextView,
        input: Self::Input,
    ) -> Result<Self::Output, HandlerError>;
}

/// The validator of an update with a plain or an async method.
pub trait ValidateUpdate: UpdateDefinition<Workflow: WorkflowCode> + Handler {
    /// `true` if there is an `#[update_validator]`.
    const HAS_VALIDATOR: bool = false;

    /// Calls the validator.
    ///
    /// # Errors
    /// Returns the error of the validator, with which the update is rejected.
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
    /// Returns the error of the method, with which the update fails.
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

/// Handlers of a workflow that is only declared: they are known, and nothing calls them here.
const NOT_CALLED: &str = "a declared workflow has no code";

impl<W> SignalHandler<W> {
    /// Creates the entry of a declared signal.
    #[must_use]
    pub const fn declared<S: Handler>() -> Self {
        Self {
            name: S::NAME,
            description: Some(HandlerDescription::of::<S>()),
            decode: |_, _| Err(Undecoded::Invalid(NOT_CALLED.to_owned())),
            dispatch: |_, _| unreachable!("{NOT_CALLED}"),
        }
    }
}

impl<W> QueryHandler<W> {
    /// Creates the entry of a declared query.
    #[must_use]
    pub const fn declared<Q: Handler>() -> Self {
        Self {
            name: Q::NAME,
            description: Some(HandlerDescription::of::<Q>()),
            decode: |_, _| Err(Undecoded::Invalid(NOT_CALLED.to_owned())),
            dispatch: |_, _, _| unreachable!("{NOT_CALLED}"),
        }
    }
}

impl<W> UpdateHandler<W> {
    /// Creates the entry of a declared update.
    #[must_use]
    pub const fn declared<U: Handler>() -> Self {
        Self {
            name: U::NAME,
            description: HandlerDescription::of::<U>(),
            has_validator: false,
            decode: |_, _| Err(Undecoded::Invalid(NOT_CALLED.to_owned())),
            dispatch: |_, _| unreachable!("{NOT_CALLED}"),
            validate: |_, _, _| unreachable!("{NOT_CALLED}"),
        }
    }
}

impl<W: WorkflowCode<Input: Payload>> SignalHandler<W> {
    /// Creates the entry of a signal with a plain method.
    #[must_use]
    pub const fn plain<S: HandleSignal<Workflow = W, Input: Payload>>() -> Self {
        Self {
            name: S::NAME,
            description: Some(HandlerDescription::of::<S>()),
            decode: decode_boxed::<S, S::Input>,
            dispatch: <WorkflowAdapter<W> as ExecutableSyncSignal<S>>::dispatch,
        }
    }

    /// Creates the entry of a signal with an async method.
    #[must_use]
    pub const fn asynchronous<S: HandleSignalAsync<Workflow = W, Input: Payload>>() -> Self {
        Self {
            name: S::NAME,
            description: Some(HandlerDescription::of::<S>()),
            decode: decode_boxed::<S, S::Input>,
            dispatch: <WorkflowAdapter<W> as ExecutableAsyncSignal<S>>::dispatch,
        }
    }
}

impl<W: WorkflowCode<Input: Payload>> QueryHandler<W> {
    /// Creates the entry of a query.
    #[must_use]
    pub const fn plain<Q: AnswerQuery<Workflow = W, Input: Payload>>() -> Self {
        Self {
            name: Q::NAME,
            description: Some(HandlerDescription::of::<Q>()),
            decode: decode_boxed::<Q, Q::Input>,
            dispatch: |adapter, view, input| {
                let input = input.downcast::<Q::Input>();
                let input = *input.unwrap_or_else(|_| unreachable!("{INTERCEPTOR_KEEPS_TYPE}"));
                let answer =
                    <WorkflowAdapter<W> as ExecutableQuery<Q>>::handle(adapter, &view, input);
                Ok(Box::new(QueryOutput::new(answer.map_err(WorkflowError::Execution)?)))
            },
        }
    }
}

const INTERCEPTOR_KEEPS_TYPE: &str = "an interceptor keeps the type of the input";

impl<W: WorkflowCode<Input: Payload>> UpdateHandler<W> {
    /// Creates the entry of an update with a plain method.
    #[must_use]
    pub const fn plain<U: HandleUpdate<Workflow = W, Input: Payload>>() -> Self {
        Self {
            name: U::NAME,
            description: HandlerDescription::of::<U>(),
            has_validator: U::HAS_VALIDATOR,
            decode: decode_boxed::<U, U::Input>,
            dispatch: |context, input| {
                let converter = context.payload_converter().clone();
                let update =
                    <WorkflowAdapter<W> as ExecutableSyncUpdate<U>>::dispatch(context, input);
                outgoing::measured_update::<U>(update, converter)
            },
            validate: |adapter, view, input| {
                <WorkflowAdapter<W> as ExecutableSyncUpdate<U>>::dispatch_validate(
                    adapter, &view, input,
                )
            },
        }
    }

    /// Creates the entry of an update with an async method.
    #[must_use]
    pub const fn asynchronous<U: HandleUpdateAsync<Workflow = W, Input: Payload>>() -> Self {
        Self {
            name: U::NAME,
            description: HandlerDescription::of::<U>(),
            has_validator: U::HAS_VALIDATOR,
            decode: decode_boxed::<U, U::Input>,
            dispatch: |context, input| {
                let converter = context.payload_converter().clone();
                let update =
                    <WorkflowAdapter<W> as ExecutableAsyncUpdate<U>>::dispatch(context, input);
                outgoing::measured_update::<U>(update, converter)
            },
            validate: |adapter, view, input| {
                <WorkflowAdapter<W> as ExecutableAsyncUpdate<U>>::dispatch_validate(
                    adapter, &view, input,
                )
            },
        }
    }
}

impl<W, S> ExecutableSyncSignal<S> for WorkflowAdapter<W>
where
    W: WorkflowCode<Input: Payload>,
    S: HandleSignal<Workflow = W>,
{
    fn handle(&mut self, context: &mut SdkSync<W>, input: S::Input) {
        let mut context = SyncWorkflowContext::new(context.clone(), self.cancellation());
        S::handle(self.state_mut(), &mut context, input);
    }
}

impl<W, S> ExecutableAsyncSignal<S> for WorkflowAdapter<W>
where
    W: WorkflowCode<Input: Payload>,
    S: HandleSignalAsync<Workflow = W>,
{
    fn handle(context: Sdk<W>, input: S::Input) -> LocalBoxFuture<'static, ()> {
        S::handle(WorkflowContext::new(context), input)
    }
}

impl<W, Q> ExecutableQuery<Q> for WorkflowAdapter<W>
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

impl<W, U> ExecutableSyncUpdate<U> for WorkflowAdapter<W>
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

impl<W, U> ExecutableAsyncUpdate<U> for WorkflowAdapter<W>
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
