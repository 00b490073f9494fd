//! Starts with a workflow id that is already used, as one option.

use temporalio_client::{WorkflowIdConflictPolicy, WorkflowIdReusePolicy};

/// The behavior of a start if its workflow id is already used.
///
/// It sets Temporal's id reuse policy (for a workflow that has ended) and id conflict policy (for
/// one that runs) together:
///
/// | | one runs | one completed | one failed, timed out, or was cancelled or terminated | reuse policy | conflict policy |
/// |---|---|---|---|---|---|
/// | [`OncePerId`](Self::OncePerId) | [`AlreadyStarted`] | [`AlreadyStarted`] | [`AlreadyStarted`] | `RejectDuplicate` | `Fail` |
/// | [`RetryIfFailed`](Self::RetryIfFailed) | [`AlreadyStarted`] | [`AlreadyStarted`] | starts | `AllowDuplicateFailedOnly` | `Fail` |
/// | [`AllowDuplicate`](Self::AllowDuplicate) | [`AlreadyStarted`] | starts | starts | `AllowDuplicate` | `Fail` |
/// | [`UseExisting`](Self::UseExisting) | its handle | starts | starts | `AllowDuplicate` | `UseExisting` |
///
/// Without it a start behaves as with `AllowDuplicate`. With a signal or an update
/// ([`StartCall::with_signal`](crate::client::StartCall::with_signal)) all four use a running workflow.
///
/// ```no_run
/// # use durable::prelude::*;
/// # #[workflow(queue = "orders", id = "order-{}")]
/// # #[derive(Default)]
/// # struct OrderWorkflow;
/// # #[workflow_methods]
/// # impl OrderWorkflow {
/// #     #[run]
/// #     async fn run(_order: u32) -> WorkflowResult<()> { Ok(()) }
/// # }
/// # async fn example(client: &Client) -> durable::Result<()> {
/// use durable::client::Idempotency;
///
/// // A message queue may deliver an order twice; a failed one may be sent again.
/// match OrderWorkflow::start(client, 7).idempotency(Idempotency::RetryIfFailed).await {
///     Ok(_) => println!("accepted"),
///     Err(durable::Error::AlreadyStarted { .. }) => println!("we have it"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
///
/// [`AlreadyStarted`]: crate::Error::AlreadyStarted
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Idempotency {
    /// An id is used once, while the server keeps the ended workflow (the namespace's retention).
    OncePerId,
    /// An id can be reused only if its workflow did not complete.
    RetryIfFailed,
    /// An id can be reused once its workflow has ended.
    AllowDuplicate,
    /// A running workflow is used. If it has ended, a new one is started.
    UseExisting,
}

impl Idempotency {
    /// Returns Temporal's policy for the id of a workflow that has ended.
    #[must_use]
    pub fn id_reuse_policy(self) -> WorkflowIdReusePolicy {
        match self {
            Self::OncePerId => WorkflowIdReusePolicy::RejectDuplicate,
            Self::RetryIfFailed => WorkflowIdReusePolicy::AllowDuplicateFailedOnly,
            Self::AllowDuplicate | Self::UseExisting => WorkflowIdReusePolicy::AllowDuplicate,
        }
    }

    /// Returns Temporal's policy for the id of a running workflow.
    #[must_use]
    pub fn id_conflict_policy(self) -> WorkflowIdConflictPolicy {
        match self {
            Self::UseExisting => WorkflowIdConflictPolicy::UseExisting,
            Self::OncePerId | Self::RetryIfFailed | Self::AllowDuplicate => {
                WorkflowIdConflictPolicy::Fail
            }
        }
    }
}
