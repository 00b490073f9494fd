//! Reads a program's own errors back from the failures that Temporal recorded.

use temporalio_common::error::{
    ActivityExecutionError, ApplicationFailure as SdkFailure, CancelExternalWorkflowError,
    ChildWorkflowExecutionError, IncomingError, WorkflowSignalError,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::protos::temporal::api::failure::v1::Failure as RawFailure;
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;

use super::application::ApplicationError;
use super::described::ERROR_TYPE;
use super::{Error, Failure};
use crate::definition::arguments::encoding::{self, UnknownEncoding};
use crate::definition::{Sealed, user_code};

/// An error for a failure that Temporal recorded, from which the program's own error can be read back.
///
/// The errors of activities, child workflows and signals in workflow code implement it. [`Failure`] and
/// [`Error`], which clients get, have a method of the same name.
///
/// ```
/// use durable::prelude::*;
///
/// #[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
/// enum PaymentError {
///     #[error("the card was declined")]
///     #[failure(non_retryable)]
///     Declined { limit: f64 },
/// }
///
/// #[activity(queue = "payments")]
/// async fn charge(amount: f64) -> Result<String, PaymentError> {
///     if amount > 100.0 { Err(PaymentError::Declined { limit: 100.0 }) } else { Ok("paid".to_owned()) }
/// }
///
/// #[workflow(queue = "payments")]
/// #[derive(Default)]
/// struct PayWorkflow;
///
/// #[workflow_methods]
/// impl PayWorkflow {
///     #[run]
///     async fn run(ctx: &mut WorkflowContext<Self>, amount: f64) -> WorkflowResult<String> {
///         match charge::execute(ctx, amount).await {
///             Ok(paid) => Ok(paid),
///             Err(error) => match error.downcast::<PaymentError>() {
///                 Some(PaymentError::Declined { limit }) => Ok(charge::execute(ctx, limit).await?),
///                 None => Err(error.into()),
///             },
///         }
///     }
/// }
/// ```
pub trait DowncastFailure: Sealed {
    /// Returns the recorded failure, or `None` if the error was created in this process.
    #[doc(hidden)]
    fn recorded(&self) -> Option<&RawFailure>;

    /// Returns the first failure in the chain of causes that is an `E`, with its values.
    ///
    /// Returns `None` if no failure has one of the type names of `E`, or if its values cannot be read as
    /// an `E`, for example because another version of the program wrote them.
    #[must_use]
    fn downcast<E: ApplicationError>(&self) -> Option<E> {
        let links = std::iter::successors(self.recorded(), |link| link.cause.as_deref());
        let mut found = links.filter_map(|link| match &link.failure_info {
            Some(FailureInfo::ApplicationFailureInfo(info)) => {
                let details = info.details.as_ref().map(|details| details.payloads.as_slice());
                typed(&info.r#type, details)
            }
            _ => None,
        });
        found.next()
    }
}

impl Sealed for IncomingError {}
impl Sealed for ActivityExecutionError {}
impl Sealed for ChildWorkflowExecutionError {}
impl Sealed for WorkflowSignalError {}
impl Sealed for CancelExternalWorkflowError {}
impl Sealed for SdkFailure {}

impl DowncastFailure for IncomingError {
    fn recorded(&self) -> Option<&RawFailure> {
        Some(self.failure())
    }
}

impl DowncastFailure for ActivityExecutionError {
    fn recorded(&self) -> Option<&RawFailure> {
        self.failure()
    }
}

impl DowncastFailure for ChildWorkflowExecutionError {
    fn recorded(&self) -> Option<&RawFailure> {
        self.failure()
    }
}

impl DowncastFailure for WorkflowSignalError {
    fn recorded(&self) -> Option<&RawFailure> {
        self.failure()
    }
}

impl DowncastFailure for CancelExternalWorkflowError {
    fn recorded(&self) -> Option<&RawFailure> {
        self.failure()
    }
}

impl DowncastFailure for SdkFailure {
    fn recorded(&self) -> Option<&RawFailure> {
        self.failure()
    }

    /// Returns the error, also of a failure that was not sent yet.
    fn downcast<E: ApplicationError>(&self) -> Option<E> {
        typed(self.type_name()?, self.raw_details())
            .or_else(|| self.cause().and_then(DowncastFailure::downcast))
    }
}

impl Failure {
    /// Returns the first failure in the chain, starting with this one, that is an `E`, with its values.
    ///
    /// Returns `None` if no failure has one of the type names of `E`, or if its values cannot be read as
    /// an `E`, for example because another version of the program wrote them. In that case use
    /// [`type_name`](Self::type_name) and [`message`](Self::message).
    #[must_use]
    pub fn downcast<E: ApplicationError>(&self) -> Option<E> {
        self.chain().find_map(|link| typed(link.type_name()?, link.raw_details()))
    }
}

impl Error {
    /// Returns the program's own error because of which the workflow or update failed, with its values.
    /// See [`Failure::downcast`].
    ///
    /// ```
    /// # use durable::prelude::*;
    /// # #[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]
    /// # #[error("declined")]
    /// # struct Declined { limit: f64 }
    /// fn limit(error: &durable::Error) -> Option<f64> {
    ///     error.downcast::<Declined>().map(|declined| declined.limit)
    /// }
    /// ```
    #[must_use]
    pub fn downcast<E: ApplicationError>(&self) -> Option<E> {
        match self {
            Self::Failed { failure, .. } | Self::UpdateFailed { failure, .. } => failure.downcast(),
            _ => None,
        }
    }
}

/// Reads an `E` from a recorded type name and details.
fn typed<E: ApplicationError>(type_name: &str, details: Option<&[Payload]>) -> Option<E> {
    if !E::TYPE_NAMES.contains(&type_name) {
        return None;
    }
    let [payload] = details? else { return None };
    if let Some(encoding) = encoding::unknown(payload) {
        without_codec(type_name, encoding);
        return None;
    }
    // Programs in other languages do not record the Rust type, so there is nothing to compare.
    let written = payload.metadata.get(ERROR_TYPE);
    if written.is_some_and(|name| name != E::NAME.as_bytes()) {
        return None;
    }
    let error: E = serde_json::from_slice(&payload.data).ok()?;
    (error.classification().type_name == type_name).then_some(error)
}

/// Reports details that this process can't read because it lacks their codec. In workflow code the task
/// fails, and is tried again: with `None` the code would take a way that no worker with the codec takes.
fn without_codec(type_name: &str, encoding: String) {
    let error = UnknownEncoding { what: format!("the value of the error `{type_name}`"), encoding };
    if let Some(code) = user_code::current() {
        user_code::refuse(&code, format!("{code}: {error}"));
    }
    tracing::warn!("{error}");
}
