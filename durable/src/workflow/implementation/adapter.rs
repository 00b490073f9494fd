//! The adapter between an annotated workflow and the SDK: the user's state, with the data that this crate
//! keeps for a run.

use std::marker::PhantomData;
use std::rc::Rc;

use temporalio_common::WorkflowDefinition;

use super::user_code::Execution;
use crate::definition::arguments::Decoded;
use crate::definition::debug;
use crate::definition::{Payload, Workflow};
use crate::workflow::calls::pending::Pending;
use crate::workflow::context::cancellation::Cancellation;

/// A workflow instance on a worker: the user's state, or the reason that there is none.
pub struct WorkflowAdapter<W> {
    pub(crate) state: Result<W, NoState>,
    pub(crate) cancellation: Cancellation,
    pub(crate) pending: Pending,
    pub(crate) execution: Rc<Execution>,
}

debug!([W] WorkflowAdapter[W]:);

/// The reason that a workflow instance has no state.
#[derive(Clone)]
pub(crate) enum NoState {
    /// The workflow fails with this message, because the input of `#[init]` could not be decoded.
    UndecodableInput(String),
    /// The workflow task fails with this message: `#[init]` panicked or called an activity as a function,
    /// its input has an unknown encoding, or the run is quarantined by this process.
    TaskFailure(String),
    /// The workflow is declared here and served elsewhere, and the test has no mock of it.
    Declared,
    /// The state was dropped.
    Dropped,
}

impl<W> WorkflowAdapter<W> {
    pub(crate) fn execution(&self) -> Rc<Execution> {
        Rc::clone(&self.execution)
    }

    pub(crate) fn state(&self) -> &W {
        self.state.as_ref().unwrap_or_else(|_| unreachable!("{STATE_EXISTS}"))
    }

    pub(crate) fn cancellation(&self) -> Cancellation {
        self.cancellation.clone()
    }

    pub(crate) fn pending(&self) -> Pending {
        self.pending.clone()
    }

    pub(crate) fn state_mut(&mut self) -> &mut W {
        self.state.as_mut().unwrap_or_else(|_| unreachable!("{STATE_EXISTS}"))
    }
}

impl<W> Drop for WorkflowAdapter<W> {
    fn drop(&mut self) {
        let state = std::mem::replace(&mut self.state, Err(NoState::Dropped));
        self.execution.discard(state);
    }
}

const STATE_EXISTS: &str = "user code runs only on a workflow with a state";

/// The adapter's workflow definition for the SDK. It is the user's, with an input that always decodes.
pub struct AdapterDefinition<W>(PhantomData<fn() -> W>);

debug!([W] AdapterDefinition[W]:);

impl<W: Workflow> WorkflowDefinition for AdapterDefinition<W>
where
    W::Input: Payload,
{
    type Input = Decoded<W::Input>;
    type Output = W::Output;

    fn name(&self) -> &str {
        W::NAME
    }
}
