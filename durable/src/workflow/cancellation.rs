//! The cancellation that leaves the workflow running: by the built-in signal `cancel`, or by the
//! workflow's own code.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use temporalio_sdk::WorkflowCancellationToken;

/// What was asked of one run of a workflow. Its context, its handlers and its activities share it.
#[derive(Clone, Default)]
pub(super) struct Cancellation(Rc<OnceCell<Tokens>>);

struct Tokens {
    /// That of the workflow itself, which the server cancels.
    workflow: WorkflowCancellationToken,
    /// Cancelled with the workflow, or by a request.
    requested: WorkflowCancellationToken,
    /// That of the activities that run. Those that start after a request have the next one, so that
    /// the workflow can clean up.
    activities: RefCell<WorkflowCancellationToken>,
}

impl Cancellation {
    /// The SDK knows the workflow's token only once there is a context.
    fn tokens(&self, workflow: impl FnOnce() -> WorkflowCancellationToken) -> &Tokens {
        self.0.get_or_init(|| {
            let workflow = workflow();
            let requested = workflow.child_token();
            let activities = RefCell::new(workflow.child_token());
            Tokens { workflow, requested, activities }
        })
    }

    /// The token that tells whether cancellation was requested, of the workflow or by a signal.
    pub(super) fn requested(
        &self,
        workflow: impl FnOnce() -> WorkflowCancellationToken,
    ) -> &WorkflowCancellationToken {
        &self.tokens(workflow).requested
    }

    /// The token for an activity that is started now.
    pub(super) fn activities(
        &self,
        workflow: impl FnOnce() -> WorkflowCancellationToken,
    ) -> WorkflowCancellationToken {
        self.tokens(workflow).activities.borrow().clone()
    }

    /// Notes the request, of which the first reason counts, and stops the activities that run.
    pub(super) fn request(
        &self,
        workflow: impl FnOnce() -> WorkflowCancellationToken,
        reason: Option<&str>,
    ) {
        let tokens = self.tokens(workflow);
        let running = tokens.activities.replace(tokens.workflow.child_token());
        for token in [&tokens.requested, &running] {
            match reason {
                Some(reason) => token.cancel_with_reason(reason),
                None => token.cancel(),
            }
        }
    }

    /// Whether cancellation was requested, and why. A query has no context, and needs none.
    pub(super) fn status(&self) -> Status {
        let requested = self.0.get().map(|tokens| &tokens.requested);
        Status {
            cancelled: requested.is_some_and(WorkflowCancellationToken::is_cancelled),
            reason: requested.and_then(WorkflowCancellationToken::reason),
        }
    }
}

/// What the built-in query `state` answers for a workflow whose struct is not `Serialize`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Status {
    /// Whether the workflow was asked to cancel, by the server or by the signal `cancel`.
    pub cancelled: bool,
    /// Why, where it was said.
    pub reason: Option<String>,
}
