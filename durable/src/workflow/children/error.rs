//! The error of a child workflow call.

use std::fmt;

use temporalio_common::error::{
    ChildWorkflowExecutionError, ChildWorkflowStartError, IncomingError,
};
use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_sdk::{StartChildWorkflowExecutionFailedCause, WorkflowTermination};

use crate::definition::Sealed;
use crate::error::DowncastFailure;
use crate::error::report::one_line;

/// The error of a child workflow that was not started, or did not return an output.
///
/// In a workflow, `?` turns it into the failure of the workflow, with the child's failure as its cause.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ChildWorkflowError {
    /// The child was not started because of a value in the call. The [`cause`](ChildWorkflowError::cause)
    /// names the value.
    #[error(transparent)]
    NotStarted(ChildWorkflowExecutionError),
    /// The child was not started: a workflow with its id is already running, or the parent was cancelled
    /// first.
    #[error(transparent)]
    Start(#[from] ChildWorkflowStartError),
    /// The child failed, was cancelled or terminated, timed out, or returned an output that does not fit
    /// its type.
    #[error(transparent)]
    Execution(#[from] ChildWorkflowExecutionError),
}

/// Prints the variant and the messages, without the values in the details of failures.
impl fmt::Debug for ChildWorkflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (variant, text) = match self {
            Self::NotStarted(error) => ("NotStarted", one_line(error)),
            Self::Start(error) => ("Start", one_line(error)),
            Self::Execution(error) => ("Execution", one_line(error)),
        };
        f.debug_tuple(variant).field(&format_args!("{text}")).finish()
    }
}

impl ChildWorkflowError {
    /// Returns the next link in the chain of failures, such as the application error that the child failed
    /// with.
    #[must_use]
    pub fn cause(&self) -> Option<&IncomingError> {
        match self {
            Self::Start(error) => error.cause(),
            Self::NotStarted(error) | Self::Execution(error) => error.cause(),
        }
    }

    /// Returns `true` if a workflow with the child's id is running, or has ended and its id may not be
    /// used again.
    #[must_use]
    pub fn is_already_started(&self) -> bool {
        let exists = StartChildWorkflowExecutionFailedCause::WorkflowAlreadyExists;
        matches!(
            self,
            Self::Start(ChildWorkflowStartError::StartFailed { cause, .. }) if *cause == exists
        )
    }

    /// Returns `true` if the child, or its start, was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        match self {
            Self::Start(error) => matches!(error, ChildWorkflowStartError::Cancelled(_)),
            Self::NotStarted(_) => false,
            Self::Execution(error) => matches!(error.cause(), Some(IncomingError::Cancelled(_))),
        }
    }
}

impl Sealed for ChildWorkflowError {}

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
