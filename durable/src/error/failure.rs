//! Why something failed, as Temporal records it: a chain of links, from the outermost to the root.

use std::error::Error as StdError;
use std::fmt;

use temporalio_common::data_converters::{
    DecodablePayloads, PayloadConverter, SerializationContextData, TemporalDeserializable,
    WorkflowSerializationContext,
};
use temporalio_common::error::{IncomingError, TimeoutType};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::{Error, Result, payload_error};

/// One link in the chain of why something failed, as Temporal records it.
///
/// [`Failure::cause`] leads to the next link; [`Failure::root`] to the last, which is mostly the one
/// that the failing code wrote.
#[derive(Debug, Clone)]
pub struct Failure(Box<Link>);

/// Boxed, so that a `Result` with a failure in its error stays small.
#[derive(Debug, Clone)]
struct Link {
    kind: FailureKind,
    message: String,
    details: Option<DecodablePayloads>,
    cause: Option<Failure>,
}

/// What a link of a failure chain stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// An error of the application's own code.
    Application {
        /// The error's type name, by which retry policies and callers tell errors apart.
        type_name: Option<String>,
        /// Whether the code said that trying again is of no use.
        non_retryable: bool,
    },
    /// An activity failed; its cause tells why.
    Activity {
        /// The activity's type name.
        activity_type: String,
    },
    /// A child workflow failed; its cause tells why.
    ChildWorkflow {
        /// The child's type name.
        workflow_type: String,
        /// The child's id.
        workflow_id: String,
    },
    /// A timeout expired.
    Timeout(TimeoutType),
    /// It was cancelled.
    Cancelled,
    /// It was terminated.
    Terminated,
    /// Anything else that the server records: server errors, resets, Nexus operations.
    Other,
}

impl Failure {
    /// Reads the chain of an SDK error.
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

    /// A failure that the server tells in a form of its own, with nothing but a message.
    pub(crate) fn plain(message: String) -> Self {
        Self(Box::new(Link { kind: FailureKind::Other, message, details: None, cause: None }))
    }

    /// The same failure, whose message says more.
    pub(crate) fn with_more(mut self, more: &str) -> Self {
        self.0.message = format!("{}; {more}", self.0.message);
        self
    }

    /// What this link stands for.
    #[must_use]
    pub fn kind(&self) -> &FailureKind {
        &self.0.kind
    }

    /// The message as it was recorded.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The application error's type name, where this link is one and has one.
    #[must_use]
    pub fn type_name(&self) -> Option<&str> {
        match &self.0.kind {
            FailureKind::Application { type_name, .. } => type_name.as_deref(),
            _ => None,
        }
    }

    /// The application error's details, or `None` where it has none.
    ///
    /// # Errors
    /// [`Error::WrongType`] when they are not of type `T`.
    pub fn details<T: TemporalDeserializable + 'static>(&self) -> Result<Option<T>> {
        self.0.details.as_ref().map(DecodablePayloads::deserialize).transpose().map_err(|error| {
            Error::WrongType { what: "failure's details".to_owned(), source: payload_error(error) }
        })
    }

    /// The details as they were recorded.
    pub(super) fn raw_details(&self) -> Option<&[Payload]> {
        self.0.details.as_ref().map(DecodablePayloads::raw)
    }

    /// The next link of the chain.
    #[must_use]
    pub fn cause(&self) -> Option<&Failure> {
        self.0.cause.as_ref()
    }

    /// This link and all that follow.
    pub fn chain(&self) -> impl Iterator<Item = &Failure> {
        std::iter::successors(Some(self), |failure| failure.0.cause.as_ref())
    }

    /// The last link of the chain.
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
            FailureKind::Timeout(timeout) => write!(f, "{} ({timeout:?})", self.0.message),
            _ => f.write_str(&self.0.message),
        }
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause().map(|cause| cause as _)
    }
}
