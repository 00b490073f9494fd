//! The constants of a workflow for the code that does not know its type.

use super::adapter::WorkflowAdapter;
use super::built_in;
use super::code::WorkflowCode;
use super::tables::{Handlers, QueryHandler, SignalHandler, UpdateHandler};
use crate::definition::{Parameter, Payload};

/// The constants of a workflow's code.
pub(super) struct Constants {
    pub(super) name: &'static str,
    pub(super) queue: &'static str,
    pub(super) parameters: &'static [Parameter],
    pub(super) is_declared: bool,
    pub(super) has_init: bool,
    pub(super) init_takes_input: bool,
    pub(super) signals: Handlers<SignalHandler>,
    pub(super) queries: Handlers<QueryHandler>,
    pub(super) updates: Handlers<UpdateHandler>,
}

impl<W: WorkflowCode<Input: Payload>> WorkflowAdapter<W> {
    pub(super) const CONSTANTS: &'static Constants = &Constants {
        name: W::NAME,
        queue: W::QUEUE,
        parameters: W::PARAMETERS,
        is_declared: W::CODE.is_declared,
        has_init: W::CODE.has_init,
        init_takes_input: W::CODE.init_takes_input,
        signals: Handlers::new(Self::own(W::CODE.signals), built_in::SIGNALS),
        queries: Handlers::new(Self::own(W::CODE.queries), built_in::QUERIES),
        updates: Handlers::new(Self::own(W::CODE.updates), &[]),
    };

    /// Returns the user's own handlers that can be called: a declared workflow has none.
    const fn own<H>(handlers: &'static [H]) -> &'static [H] {
        if W::CODE.is_declared { &[] } else { handlers }
    }
}
