//! The traits that connect signals, queries and updates to the user's methods.
//!
//! Generated code implements the traits of [`numbered`](super::numbered), and builds the tables in
//! [`WorkflowCode`] with the functions here. They go through the SDK's own dispatch, because its interceptors
//! need it.

use std::any::Any;

use futures_util::future::LocalBoxFuture;
use temporalio_common::data_converters::SerializationContext;
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_sdk::WorkflowContextView;
use temporalio_sdk::workflows::{
    ExecutableAsyncSignal, ExecutableAsyncUpdate, ExecutableQuery, ExecutableSyncSignal,
    ExecutableSyncUpdate, WorkflowError,
};

use super::adapter::WorkflowAdapter;
use super::numbered::{AnswerQuery, HandleSignal, HandleUpdate, NOT_CALLED, Query, Signal, Update};
use super::outgoing;
use super::query_output::QueryOutput;
use super::tables::{HandlerError, QueryHandler, SignalHandler, UpdateHandler};
use super::untyped::{UntypedAdapter, UntypedRun};
use crate::definition::arguments::{DecodeError, decode};
use crate::definition::{Handler, HandlerDescription, Payload};
use crate::workflow::implementation::WorkflowCode;
use crate::workflow::{SyncWorkflowContext, WorkflowContext};

type Sdk<W> = temporalio_sdk::WorkflowContext<WorkflowAdapter<W>>;
type SdkSync<W> = temporalio_sdk::SyncWorkflowContext<WorkflowAdapter<W>>;

/// Decodes inputs of this type.
fn decode_boxed<T: Payload>(
    context: &SerializationContext<'_>,
    payloads: Payloads,
) -> Result<Box<dyn Any>, DecodeError> {
    match decode::<T>(context, payloads.payloads) {
        Ok(input) => Ok(Box::new(input)),
        Err(error) => Err(error),
    }
}

/// Returns the SDK's context of a run.
fn sdk<W: WorkflowCode<Input: Payload>>(run: &dyn UntypedRun) -> Sdk<W> {
    let context = run.context().downcast_ref::<Sdk<W>>();
    context.unwrap_or_else(|| unreachable!("{OF_ITS_WORKFLOW}")).clone()
}

fn typed<W: WorkflowCode<Input: Payload>>(adapter: &dyn UntypedAdapter) -> &WorkflowAdapter<W> {
    let adapter = adapter.as_any().downcast_ref();
    adapter.unwrap_or_else(|| unreachable!("{OF_ITS_WORKFLOW}"))
}

const OF_ITS_WORKFLOW: &str = "a handler is called for its own workflow";

impl SignalHandler {
    /// Creates the entry of a declared signal.
    #[must_use]
    pub const fn declared<W, N: 'static>() -> Self
    where
        W: HandleSignal<N, Input: Payload>,
    {
        Self {
            name: <Signal<W, N>>::NAME,
            parameters: <Signal<W, N>>::PARAMETERS,
            description: Some(HandlerDescription::of::<Signal<W, N>>()),
            decode: decode_boxed::<<W as HandleSignal<N>>::Input>,
            dispatch: |_, _| unreachable!("{NOT_CALLED}"),
        }
    }

    /// Creates the entry of a signal with a plain method.
    #[must_use]
    pub const fn plain<W, N: 'static>() -> Self
    where
        W: WorkflowCode<Input: Payload> + HandleSignal<N, Input: Payload>,
    {
        Self {
            name: <Signal<W, N>>::NAME,
            parameters: <Signal<W, N>>::PARAMETERS,
            description: Some(HandlerDescription::of::<Signal<W, N>>()),
            decode: decode_boxed::<<W as HandleSignal<N>>::Input>,
            dispatch: |run, input| {
                <WorkflowAdapter<W> as ExecutableSyncSignal<Signal<W, N>>>::dispatch(
                    sdk(run),
                    input,
                )
            },
        }
    }

    /// Creates the entry of a signal with an async method.
    #[must_use]
    pub const fn asynchronous<W, N: 'static>() -> Self
    where
        W: WorkflowCode<Input: Payload> + HandleSignal<N, Input: Payload>,
    {
        Self {
            name: <Signal<W, N>>::NAME,
            parameters: <Signal<W, N>>::PARAMETERS,
            description: Some(HandlerDescription::of::<Signal<W, N>>()),
            decode: decode_boxed::<<W as HandleSignal<N>>::Input>,
            dispatch: |run, input| {
                <WorkflowAdapter<W> as ExecutableAsyncSignal<Signal<W, N>>>::dispatch(
                    sdk(run),
                    input,
                )
            },
        }
    }
}

impl QueryHandler {
    /// Creates the entry of a declared query.
    #[must_use]
    pub const fn declared<W, N: 'static>() -> Self
    where
        W: AnswerQuery<N, Input: Payload>,
    {
        Self {
            name: <Query<W, N>>::NAME,
            parameters: <Query<W, N>>::PARAMETERS,
            description: Some(HandlerDescription::of::<Query<W, N>>()),
            decode: decode_boxed::<<W as AnswerQuery<N>>::Input>,
            dispatch: |_, _, _| unreachable!("{NOT_CALLED}"),
        }
    }

    /// Creates the entry of a query.
    #[must_use]
    pub const fn plain<W, N: 'static>() -> Self
    where
        W: WorkflowCode<Input: Payload> + AnswerQuery<N, Input: Payload>,
    {
        Self {
            name: <Query<W, N>>::NAME,
            parameters: <Query<W, N>>::PARAMETERS,
            description: Some(HandlerDescription::of::<Query<W, N>>()),
            decode: decode_boxed::<<W as AnswerQuery<N>>::Input>,
            dispatch: |adapter, view, input| {
                let input = input.downcast::<<W as AnswerQuery<N>>::Input>();
                let input = *input.unwrap_or_else(|_| unreachable!("{INTERCEPTOR_KEEPS_TYPE}"));
                let answer = <WorkflowAdapter<W> as ExecutableQuery<Query<W, N>>>::handle(
                    typed(adapter),
                    &view,
                    input,
                );
                match answer {
                    Ok(answer) => Ok(Box::new(QueryOutput::new(answer))),
                    Err(error) => Err(WorkflowError::Execution(error)),
                }
            },
        }
    }
}

const INTERCEPTOR_KEEPS_TYPE: &str = "an interceptor keeps the type of the input";

impl UpdateHandler {
    /// Creates the entry of a declared update.
    #[must_use]
    pub const fn declared<W, N: 'static>() -> Self
    where
        W: HandleUpdate<N, Input: Payload>,
    {
        Self {
            name: <Update<W, N>>::NAME,
            parameters: <Update<W, N>>::PARAMETERS,
            description: HandlerDescription::of::<Update<W, N>>(),
            decode: decode_boxed::<<W as HandleUpdate<N>>::Input>,
            has_validator: false,
            dispatch: |_, _| unreachable!("{NOT_CALLED}"),
            validate: |_, _, _| unreachable!("{NOT_CALLED}"),
        }
    }

    /// Creates the entry of an update with a plain method.
    #[must_use]
    pub const fn plain<W, N: 'static>() -> Self
    where
        W: WorkflowCode<Input: Payload> + HandleUpdate<N, Input: Payload>,
    {
        Self {
            name: <Update<W, N>>::NAME,
            parameters: <Update<W, N>>::PARAMETERS,
            description: HandlerDescription::of::<Update<W, N>>(),
            decode: decode_boxed::<<W as HandleUpdate<N>>::Input>,
            has_validator: W::HAS_VALIDATOR,
            dispatch: |run, input| {
                let update = <WorkflowAdapter<W> as ExecutableSyncUpdate<Update<W, N>>>::dispatch(
                    sdk(run),
                    input,
                );
                outgoing::measured_update::<Update<W, N>>(update, run.converter().clone())
            },
            validate: |adapter, view, input| {
                <WorkflowAdapter<W> as ExecutableSyncUpdate<Update<W, N>>>::dispatch_validate(
                    typed(adapter),
                    &view,
                    input,
                )
            },
        }
    }

    /// Creates the entry of an update with an async method.
    #[must_use]
    pub const fn asynchronous<W, N: 'static>() -> Self
    where
        W: WorkflowCode<Input: Payload> + HandleUpdate<N, Input: Payload>,
    {
        Self {
            name: <Update<W, N>>::NAME,
            parameters: <Update<W, N>>::PARAMETERS,
            description: HandlerDescription::of::<Update<W, N>>(),
            decode: decode_boxed::<<W as HandleUpdate<N>>::Input>,
            has_validator: W::HAS_VALIDATOR,
            dispatch: |run, input| {
                let update = <WorkflowAdapter<W> as ExecutableAsyncUpdate<Update<W, N>>>::dispatch(
                    sdk(run),
                    input,
                );
                outgoing::measured_update::<Update<W, N>>(update, run.converter().clone())
            },
            validate: |adapter, view, input| {
                <WorkflowAdapter<W> as ExecutableAsyncUpdate<Update<W, N>>>::dispatch_validate(
                    typed(adapter),
                    &view,
                    input,
                )
            },
        }
    }
}

impl<W, N: 'static> ExecutableSyncSignal<Signal<W, N>> for WorkflowAdapter<W>
where
    W: WorkflowCode<Input: Payload> + HandleSignal<N>,
{
    fn handle(&mut self, context: &mut SdkSync<W>, input: <W as HandleSignal<N>>::Input) {
        let mut context = SyncWorkflowContext::new(context.clone(), self.cancellation());
        W::handle(self.state_mut(), &mut context, input);
    }
}

impl<W, N: 'static> ExecutableAsyncSignal<Signal<W, N>> for WorkflowAdapter<W>
where
    W: WorkflowCode<Input: Payload> + HandleSignal<N>,
{
    fn handle(
        context: Sdk<W>,
        input: <W as HandleSignal<N>>::Input,
    ) -> LocalBoxFuture<'static, ()> {
        W::handle_async(WorkflowContext::new(context), input)
    }
}

impl<W, N: 'static> ExecutableQuery<Query<W, N>> for WorkflowAdapter<W>
where
    W: WorkflowCode<Input: Payload> + AnswerQuery<N>,
{
    fn handle(
        &self,
        view: &WorkflowContextView,
        input: <W as AnswerQuery<N>>::Input,
    ) -> Result<<W as AnswerQuery<N>>::Output, HandlerError> {
        W::answer(self.state(), view, input)
    }
}

impl<W, N: 'static> ExecutableSyncUpdate<Update<W, N>> for WorkflowAdapter<W>
where
    W: WorkflowCode<Input: Payload> + HandleUpdate<N>,
{
    fn handle(
        &mut self,
        context: &mut SdkSync<W>,
        input: <W as HandleUpdate<N>>::Input,
    ) -> Result<<W as HandleUpdate<N>>::Output, HandlerError> {
        let mut context = SyncWorkflowContext::new(context.clone(), self.cancellation());
        W::handle(self.state_mut(), &mut context, input)
    }

    fn validate(
        &self,
        view: &WorkflowContextView,
        input: &<W as HandleUpdate<N>>::Input,
    ) -> Result<(), HandlerError> {
        W::validate(self.state(), view, input)
    }
}

impl<W, N: 'static> ExecutableAsyncUpdate<Update<W, N>> for WorkflowAdapter<W>
where
    W: WorkflowCode<Input: Payload> + HandleUpdate<N>,
{
    fn handle(
        context: Sdk<W>,
        input: <W as HandleUpdate<N>>::Input,
    ) -> LocalBoxFuture<'static, Result<<W as HandleUpdate<N>>::Output, HandlerError>> {
        W::handle_async(WorkflowContext::new(context), input)
    }

    fn validate(
        &self,
        view: &WorkflowContextView,
        input: &<W as HandleUpdate<N>>::Input,
    ) -> Result<(), HandlerError> {
        W::validate(self.state(), view, input)
    }
}
