//! Failures as Temporal records them: a chain of causes.

use std::error::Error as StdError;
use std::fmt;

use temporalio_common::data_converters::{
    DecodablePayloads, PayloadConverter, SerializationContextData, TemporalDeserializable,
    WorkflowSerializationContext,
};
use temporalio_common::error::{IncomingError, TimeoutType};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::sizes::Sizes;
use super::{Error, Result, payload_error};
use crate::definition::arguments::answer::Exact;

/// A failure of a workflow, activity or update as Temporal recorded it.
///
/// [`Failure::cause`] returns its cause, and [`Failure::root`] the last cause in the chain, which is
/// usually the failure that user code returned.
#[derive(Clone)]
pub struct Failure(Box<Link>);

/// Boxed, so that a `Result` with a failure in its error stays small.
#[derive(Clone)]
struct Link {
    kind: FailureKind,
    message: String,
    details: Option<DecodablePayloads>,
    cause: Option<Failure>,
}

/// The kind of a [`Failure`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// An error of the application's own code.
    Application {
        /// The error's type name, by which retry policies and callers distinguish errors.
        type_name: Option<String>,
        /// `true` if the code marked the error as non-retryable.
        non_retryable: bool,
    },
    /// The failure of an activity. The cause is the activity's own failure.
    Activity {
        /// The activity's type name.
        activity_type: String,
    },
    /// The failure of a child workflow. The cause is the child's own failure.
    ChildWorkflow {
        /// The child's type name.
        workflow_type: String,
        /// The child's id.
        workflow_id: String,
    },
    /// An expired timeout.
    Timeout(TimeoutType),
    /// A cancellation.
    Cancelled,
    /// A termination.
    Terminated,
    /// Any other failure: of the server, of a reset, or of a Nexus operation.
    Other,
}

impl Failure {
    /// Converts an SDK error with its causes.
    pub(crate) fn new(error: &IncomingError, converter: &PayloadConverter) -> Self {
        let mut details = None;
        let kind = match error {
            IncomingError::Application(application) => {
                details = application.raw_details().map(|payloads| {
                    DecodablePayloads::new(
                        payloads.to_vec(),
                        converter.clone(),
                        SerializationContextData::Workflow(WorkflowSerializationContext::new()),
                    )
                });
                FailureKind::Application {
                    type_name: application.type_name().map(str::to_owned),
                    non_retryable: application.is_non_retryable(),
                }
            }
            IncomingError::Activity(activity) => FailureKind::Activity {
                activity_type: activity.activity_type().unwrap_or_default().to_owned(),
            },
            IncomingError::ChildWorkflowExecution(child) => FailureKind::ChildWorkflow {
                workflow_type: child.workflow_type().unwrap_or_default().to_owned(),
                workflow_id: child
                    .workflow_execution()
                    .map(|execution| execution.workflow_id().to_owned())
                    .unwrap_or_default(),
            },
            IncomingError::Timeout(timeout) => FailureKind::Timeout(timeout.timeout_type()),
            IncomingError::Cancelled(_) => FailureKind::Cancelled,
            IncomingError::Terminated(_) => FailureKind::Terminated,
            _ => FailureKind::Other,
        };
        Self(Box::new(Link {
            kind,
            message: error.failure().message.clone(),
            details,
            cause: error.cause().map(|cause| Self::new(cause, converter)),
        }))
    }

    /// Creates a failure that has only a message.
    pub(crate) fn plain(message: String) -> Self {
        Self(Box::new(Link { kind: FailureKind::Other, message, details: None, cause: None }))
    }

    /// Returns the kind of the failure.
    #[must_use]
    pub fn kind(&self) -> &FailureKind {
        &self.0.kind
    }

    /// Returns the recorded message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the type name of an application error, or `None` for other kinds and for an application
    /// error without a type name.
    #[must_use]
    pub fn type_name(&self) -> Option<&str> {
        match &self.0.kind {
            FailureKind::Application { type_name, .. } => type_name.as_deref(),
            _ => None,
        }
    }

    /// Returns the details of an application error, or `None` if there are none.
    ///
    /// # Errors
    /// [`Error::WrongType`] if the details cannot be read as a `T`.
    pub fn details<T: TemporalDeserializable + 'static>(&self) -> Result<Option<T>> {
        let details = self.0.details.as_ref().map(DecodablePayloads::deserialize::<Exact<T>>);
        let details = details.transpose().map_err(|error| Error::WrongType {
            what: "failure's details".to_owned(),
            cause: payload_error(error).into(),
        });
        Ok(details?.map(|Exact(details)| details))
    }

    /// Returns the details as they were recorded.
    pub(super) fn raw_details(&self) -> Option<&[Payload]> {
        self.0.details.as_ref().map(DecodablePayloads::raw)
    }

    /// Returns the cause of this failure.
    #[must_use]
    pub fn cause(&self) -> Option<&Failure> {
        self.0.cause.as_ref()
    }

    /// Returns an iterator over this failure and all its causes.
    pub fn chain(&self) -> impl Iterator<Item = &Failure> {
        std::iter::successors(Some(self), |failure| failure.0.cause.as_ref())
    }

    /// Returns the last cause in the chain, or this failure if it has none.
    #[must_use]
    pub fn root(&self) -> &Failure {
        self.chain().last().unwrap_or(self)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            FailureKind::Activity { activity_type } => {
                write!(f, "activity `{activity_type}` failed")
            }
            FailureKind::ChildWorkflow { workflow_type, workflow_id } => {
                write!(f, "child workflow {workflow_type} `{workflow_id}` failed")
            }
            FailureKind::Application { type_name: Some(name), .. } => {
                write!(f, "{name}: {}", self.0.message)
            }
            // A worker of this crate has put the kind of the timeout into the message.
            FailureKind::Timeout(_) if self.0.message.contains("timeout of") => {
                f.write_str(&self.0.message)
            }
            FailureKind::Timeout(timeout) => write!(f, "{} ({timeout:?})", self.0.message),
            FailureKind::Cancelled if self.0.message.is_empty() => f.write_str("cancelled"),
            FailureKind::Terminated if self.0.message.is_empty() => f.write_str("terminated"),
            _ => f.write_str(&self.0.message),
        }
    }
}

/// Formats the failure without the values of its details.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Link { kind, message, details, cause } = &*self.0;
        f.debug_struct("Failure")
            .field("kind", kind)
            .field("message", message)
            .field("details", &details.as_ref().map(|details| Sizes(details.raw())))
            .field("cause", cause)
            .finish()
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause().map(|cause| cause as _)
    }
}
