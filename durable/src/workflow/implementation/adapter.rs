//! The adapter between an annotated workflow and the SDK: the user's state, with the data that this crate
//! keeps for a run.

use std::cell::{Cell, OnceCell};
use std::marker::PhantomData;
use std::rc::Rc;

use temporalio_common::WorkflowDefinition;

use super::user_code::Execution;
use crate::definition::arguments::Decoded;
use crate::definition::debug;
use crate::definition::{Payload, Workflow};
use crate::workflow::calls::pending::Pending;
use crate::workflow::context::cancellation::Cancellation;
use crate::workflow::waits::Waits;

/// A workflow instance on a worker: the user's state, or the reason that there is none.
pub struct WorkflowAdapter<W> {
    state: OnceCell<Result<W, NoState>>,
    make_state: Cell<Option<MakeState<W>>>,
    pub(crate) cancellation: Cancellation,
    pub(crate) pending: Pending,
    pub(crate) execution: Rc<Execution>,
}

debug!([W] WorkflowAdapter[W]:);

/// Makes the state. It is silent in a replay.
pub(crate) type MakeState<W> = Box<dyn FnOnce(bool) -> Result<W, NoState>>;

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
    pub(crate) fn new(execution: Rc<Execution>, make_state: MakeState<W>) -> Self {
        Self {
            state: OnceCell::new(),
            make_state: Cell::new(Some(make_state)),
            cancellation: Cancellation::default(),
            pending: Pending::default(),
            execution,
        }
    }

    /// Returns the state, or the reason that there is none. The first call makes the state, which logs
    /// nothing if it `is_silent`.
    ///
    /// SDK 1.1.1 calls `init` before it knows whether the run is a replay. So the state is made when `run`
    /// is called, or a handler, if an interceptor waits before `run`.
    pub(crate) fn made(&self, is_silent: bool) -> &Result<W, NoState> {
        self.state.get_or_init(|| {
            self.make_state.take().map_or(Err(NoState::Dropped), |make| make(is_silent))
        })
    }

    pub(crate) fn state(&self) -> &W {
        self.made(false).as_ref().unwrap_or_else(|_| unreachable!("{STATE_EXISTS}"))
    }

    pub(crate) fn cancellation(&self) -> Cancellation {
        self.cancellation.clone()
    }

    pub(crate) fn pending(&self) -> Pending {
        self.pending.clone()
    }

    pub(crate) fn waits(&self) -> Waits {
        self.execution.waits().clone()
    }

    pub(crate) fn state_mut(&mut self) -> &mut W {
        let state = self.state.get_mut().and_then(|state| state.as_mut().ok());
        state.unwrap_or_else(|| unreachable!("{STATE_EXISTS}"))
    }
}

impl<W> Drop for WorkflowAdapter<W> {
    fn drop(&mut self) {
        let never_made = self.make_state.take();
        self.execution.discard((self.state.take(), never_made));
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
