//! Cancellation that leaves the workflow running: by the built-in signal `cancel`, or by the workflow's
//! own code.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use temporalio_sdk::WorkflowCancellationToken;

/// The cancellation state of a run. Its context, its handlers and its activities share it.
#[derive(Clone, Default)]
pub(crate) struct Cancellation(Rc<OnceCell<Tokens>>);

struct Tokens {
    /// The workflow's token, which the server cancels.
    workflow: WorkflowCancellationToken,
    /// A token that is cancelled with the workflow, or by a request.
    requested: WorkflowCancellationToken,
    /// The token of the running activities. A request replaces it for activities that are started later,
    /// so that the workflow can clean up.
    activities: RefCell<WorkflowCancellationToken>,
}

impl Cancellation {
    /// Returns the tokens, and creates them on first use: the SDK has no token for the workflow before its
    /// context exists.
    fn tokens(&self, workflow: &dyn Fn() -> WorkflowCancellationToken) -> &Tokens {
        self.0.get_or_init(|| {
            let workflow = workflow();
            let requested = workflow.child_token();
            let activities = RefCell::new(workflow.child_token());
            Tokens { workflow, requested, activities }
        })
    }

    /// Returns the token that is cancelled when the workflow was asked to cancel, by the server or by a
    /// request.
    pub(crate) fn requested(
        &self,
        workflow: &dyn Fn() -> WorkflowCancellationToken,
    ) -> &WorkflowCancellationToken {
        &self.tokens(workflow).requested
    }

    /// Returns the token for an activity that is started now.
    pub(crate) fn activities(
        &self,
        workflow: &dyn Fn() -> WorkflowCancellationToken,
    ) -> WorkflowCancellationToken {
        self.tokens(workflow).activities.borrow().clone()
    }

    /// Records the request and cancels the running activities. The first reason is kept.
    pub(crate) fn request(
        &self,
        workflow: &dyn Fn() -> WorkflowCancellationToken,
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

    /// Returns the status for the query `state`. It needs no context, which a query does not have.
    pub(crate) fn status(&self) -> Status {
        let requested = self.0.get().map(|tokens| &tokens.requested);
        Status {
            cancelled: requested.is_some_and(WorkflowCancellationToken::is_cancelled),
            reason: requested.and_then(WorkflowCancellationToken::reason),
        }
    }
}

/// The answer of the built-in query `state` for a workflow whose struct is not `Serialize`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Status {
    /// `true` if the workflow was asked to cancel, by the server or by the signal `cancel`.
    pub cancelled: bool,
    /// The reason, if one was given.
    pub reason: Option<String>,
}
