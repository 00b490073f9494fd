//! How a child workflow can disappoint its parent.

use temporalio_common::error::{
    ChildWorkflowExecutionError, ChildWorkflowStartError, IncomingError,
};
use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_sdk::{StartChildWorkflowExecutionFailedCause, WorkflowTermination};

use crate::error::DowncastFailure;

/// Why a child workflow was not started, or did not give an output.
///
/// In a workflow, `?` makes it the workflow's failure, with the child's as its cause.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChildWorkflowError {
    /// It was not started, because of a value in the call; its [`cause`](ChildWorkflowError::cause) names
    /// the value.
    #[error(transparent)]
    NotStarted(ChildWorkflowExecutionError),
    /// It was not started: a workflow of its id runs already, or the parent was cancelled first.
    #[error(transparent)]
    Start(#[from] ChildWorkflowStartError),
    /// It failed, was cancelled or terminated, timed out, or returned an output that does not fit its
    /// type.
    #[error(transparent)]
    Execution(#[from] ChildWorkflowExecutionError),
}

impl ChildWorkflowError {
    /// Why the child ended so: the next link in the chain of failures, such as the application error
    /// that it failed with.
    #[must_use]
    pub fn cause(&self) -> Option<&IncomingError> {
        match self {
            Self::Start(error) => error.cause(),
            Self::NotStarted(error) | Self::Execution(error) => error.cause(),
        }
    }

    /// Whether a workflow of the child's id was running, or had run and its id may not be used again.
    #[must_use]
    pub fn is_already_started(&self) -> bool {
        let exists = StartChildWorkflowExecutionFailedCause::WorkflowAlreadyExists;
        matches!(
            self,
            Self::Start(ChildWorkflowStartError::StartFailed { cause, .. }) if *cause == exists
        )
    }

    /// Whether the child, or its start, was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        match self {
            Self::Start(error) => matches!(error, ChildWorkflowStartError::Cancelled(_)),
            Self::NotStarted(_) => false,
            Self::Execution(error) => matches!(error.cause(), Some(IncomingError::Cancelled(_))),
        }
    }
}

impl DowncastFailure for ChildWorkflowError {
    fn recorded(&self) -> Option<&Failure> {
        match self {
            Self::Start(error) => error.failure(),
            Self::NotStarted(error) | Self::Execution(error) => error.failure(),
        }
    }
}

impl From<ChildWorkflowError> for WorkflowTermination {
    fn from(error: ChildWorkflowError) -> Self {
        match error {
            ChildWorkflowError::Start(error) => error.into(),
            ChildWorkflowError::NotStarted(error) | ChildWorkflowError::Execution(error) => {
                error.into()
            }
        }
    }
}
