//! A program's own errors as Temporal's application failures, and back again.
//!
//! `#[derive(ApplicationError)]` implements [`ApplicationError`]; how such an error becomes a failure
//! wherever it leaves the program is in [`super::outgoing`]. It knows neither activities nor
//! workflows.

use std::error::Error as StdError;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use temporalio_common::error::{
    ActivityExecutionError, ApplicationErrorCategory, ApplicationFailure as SdkFailure,
    CancelExternalWorkflowError, ChildWorkflowExecutionError, IncomingError, WorkflowSignalError,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::protos::temporal::api::failure::v1::Failure as RawFailure;
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;

use super::outgoing::{Conversion, Described};
use super::{ApplicationFailure, Error, Failure};

/// Where a payload of details tells of which Rust type they are, as two errors of a program may well
/// have a `NotFound` each.
pub(super) const ERROR_TYPE: &str = "application-error";

/// An error of the program that Temporal knows by its type, with its values, on both sides.
///
/// [`#[derive(ApplicationError)]`](macro@crate::ApplicationError) makes one of an error that is
/// `Serialize` and `Deserialize`. The Temporal concept is the
/// [application failure](https://docs.temporal.io/references/failures#application-failure).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an application error",
    label = "Temporal does not know this type",
    note = "derive it: `#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]`"
)]
pub trait ApplicationError: Classified + ErrorType + ErrorDetails {
    /// The failure that an activity or workflow ends with.
    #[must_use]
    fn into_failure(self) -> ApplicationFailure {
        Described::of(&self).failure(Box::new(self)).into()
    }
}

#[diagnostic::do_not_recommend]
impl<E: Classified + ErrorType + ErrorDetails> ApplicationError for E {}

/// How Temporal is to treat the values of an error; implemented by
/// [`#[derive(ApplicationError)]`](macro@crate::ApplicationError).
pub trait Classified: Sized {
    /// The name of the Rust type, without its module.
    const NAME: &'static str;
    /// All type names under which it is recorded, each once: what retry policies name.
    const TYPE_NAMES: &'static [&'static str];

    /// How values become failures.
    #[doc(hidden)]
    const CONVERSION: Conversion<Self>;

    /// How Temporal is to treat this value.
    #[must_use]
    fn classification(&self) -> Classification;
}

/// What Temporal is told of an application error, besides its message and its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Classification {
    /// By which retry policies, and callers in other languages, tell errors apart.
    pub type_name: &'static str,
    /// Whether trying again is of no use.
    pub non_retryable: bool,
    /// How long to wait before the next attempt, instead of what the retry policy says.
    pub next_retry_delay: Option<Duration>,
    /// How tools are to treat it.
    pub category: ApplicationErrorCategory,
}

impl Classification {
    /// A retryable error of a type.
    #[must_use]
    pub const fn new(type_name: &'static str) -> Self {
        Self {
            type_name,
            non_retryable: false,
            next_retry_delay: None,
            category: ApplicationErrorCategory::Unspecified,
        }
    }

    /// An error that is not tried again.
    #[must_use]
    pub const fn non_retryable(mut self) -> Self {
        self.non_retryable = true;
        self
    }

    /// An error after which the next attempt waits this long.
    #[must_use]
    pub const fn next_retry_delay(mut self, delay: Duration) -> Self {
        self.next_retry_delay = Some(delay);
        self
    }

    /// An error that is expected: workers log it at a low level and leave it out of their metrics.
    #[must_use]
    pub const fn benign(mut self) -> Self {
        self.category = ApplicationErrorCategory::Benign;
        self
    }
}

/// What an [`ApplicationError`] must be as an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error",
    label = "this type does not implement `std::error::Error`, or cannot be shared between threads",
    note = "derive it beside `ApplicationError`: `#[derive(Debug, thiserror::Error)]`, with a message \
            for each variant: `#[error(\"the card was declined\")]`"
)]
pub trait ErrorType: StdError + Send + Sync + Sized + 'static {}

#[diagnostic::do_not_recommend]
impl<E: StdError + Send + Sync + 'static> ErrorType for E {}

/// What an [`ApplicationError`] must be, so that its values come back.
#[diagnostic::on_unimplemented(
    message = "the values of `{Self}` cannot travel to the Temporal server and back",
    label = "this type is not `Serialize` and `Deserialize`",
    note = "derive both on it: `#[derive(Serialize, Deserialize)]`; a field that cannot travel, such \
            as a `#[source]`, is left out with `#[serde(skip)]`"
)]
pub trait ErrorDetails: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<E: Serialize + DeserializeOwned> ErrorDetails for E {}

/// An error that stands for a failure which Temporal recorded, and gives back the program's own error
/// that was its reason.
///
/// The errors that workflow code sees implement it: of activities, of child workflows, and what they
/// are made of. [`Failure`] and [`Error`], which callers outside see, have
/// a function of the same name.
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
pub trait DowncastFailure {
    /// The outermost link of the chain as the server sent it, or `None` where the error is this
    /// side's own.
    fn recorded(&self) -> Option<&RawFailure>;

    /// The first link of the chain that is an `E`, with its values.
    ///
    /// It is `None` where there is none: no link has one of its type names, or the values are not
    /// those of an `E`, as those of a newer or older program may be.
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

    /// Also of a failure that has not travelled yet.
    fn downcast<E: ApplicationError>(&self) -> Option<E> {
        typed(self.type_name()?, self.raw_details())
            .or_else(|| self.cause().and_then(DowncastFailure::downcast))
    }
}

impl Failure {
    /// The first link of the chain, from this one on, that is an `E`, with its values.
    ///
    /// It is `None` where there is none: no link has one of its type names, or the values are not
    /// those of an `E`, as those of a newer or older program may be. What it is can then be read off
    /// [`type_name`](Self::type_name) and [`message`](Self::message).
    #[must_use]
    pub fn downcast<E: ApplicationError>(&self) -> Option<E> {
        self.chain().find_map(|link| typed(link.type_name()?, link.raw_details()))
    }
}

impl Error {
    /// The program's own error that made the workflow or update fail, with its values; see
    /// [`Failure::downcast`].
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

/// The error of a recorded type name and details, if it is an `E`.
fn typed<E: ApplicationError>(type_name: &str, details: Option<&[Payload]>) -> Option<E> {
    if !E::TYPE_NAMES.contains(&type_name) {
        return None;
    }
    let [payload] = details? else { return None };
    // Programs in other languages do not say which type it is; theirs are taken at their word.
    let written = payload.metadata.get(ERROR_TYPE);
    if written.is_some_and(|name| name != E::NAME.as_bytes()) {
        return None;
    }
    let error: E = serde_json::from_slice(&payload.data).ok()?;
    (error.classification().type_name == type_name).then_some(error)
}
