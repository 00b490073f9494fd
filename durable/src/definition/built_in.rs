//! Definitions of the signal and the query that every workflow has.

use std::marker::PhantomData;

use temporalio_common::data_converters::{TemporalDeserializable, TemporalSerializable};
use temporalio_common::{QueryDefinition, SignalDefinition};

use super::Workflow;
use crate::definition::debug;

/// The name of the built-in signal.
pub(crate) const CANCEL: &str = "cancel";
/// The name of the built-in query.
pub(crate) const STATE: &str = "state";
/// The name of the query for the waits of a workflow, as all SDKs have it.
pub(crate) const STACK_TRACE: &str = "__stack_trace";

/// The built-in signal `cancel` of a workflow. Its input is an optional reason.
pub struct CancelSignal<W>(PhantomData<fn() -> W>);

debug!([W] CancelSignal[W]:);

/// The built-in query `state` of a workflow. Its output is read as a `T`.
pub struct StateQuery<W, T>(PhantomData<fn() -> (W, T)>);

debug!([W, T] StateQuery[W, T]:);

/// The query `__stack_trace` of a workflow, which asks for its waits.
pub struct StackTraceQuery<W>(PhantomData<fn() -> W>);

debug!([W] StackTraceQuery[W]:);

impl<W> StackTraceQuery<W> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<W: Workflow> QueryDefinition for StackTraceQuery<W> {
    type Workflow = W;
    type Input = ();
    type Output = String;

    fn name(&self) -> &str {
        STACK_TRACE
    }
}

impl<W> CancelSignal<W> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<W, T> StateQuery<W, T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<W: Workflow> SignalDefinition for CancelSignal<W> {
    type Workflow = W;
    type Input = Option<String>;

    fn name(&self) -> &str {
        CANCEL
    }
}

impl<W, T> QueryDefinition for StateQuery<W, T>
where
    W: Workflow,
    T: TemporalSerializable + TemporalDeserializable + 'static,
{
    type Workflow = W;
    type Input = ();
    type Output = T;

    fn name(&self) -> &str {
        STATE
    }
}
