//! Errors of values that workflow code sends or receives. They name the value and never print it.

use std::error::Error as StdError;
use std::fmt;

use serde::{Deserialize, Serialize};
use temporalio_common::data_converters::PayloadConversionError;
use temporalio_common::error::ApplicationFailure;

use super::application::{ApplicationError as _, Classified, Conversion, KnownError};
use super::classification::Classification;
use super::payload_too_large::PayloadTooLarge;
use crate::definition::arguments::DecodeError;
use crate::definition::arguments::conversion::{conversion, message};

/// The type name of the failure of an [`InvalidCall`].
pub const INVALID_CALL: &str = "InvalidCall";

/// The type name of the failure of an [`InvalidOutput`].
pub const INVALID_OUTPUT: &str = "InvalidOutput";

/// The error of a call in a workflow that was not sent because of an invalid value.
///
/// The input cannot be serialized, an id is empty or too long, the options contradict each other, or
/// a limit of the server is reached: that of pending calls, or that of the size of a workflow task. The error of the call contains it, and
/// [`downcast`](crate::error::DowncastFailure::downcast) returns it. With `?` the workflow fails with a
/// non-retryable failure of type [`INVALID_CALL`].
///
/// ```
/// use durable::error::InvalidCall;
/// use durable::prelude::*;
///
/// #[activity(queue = "orders")]
/// async fn charge(order: String) -> String {
///     order
/// }
///
/// #[workflow(queue = "orders")]
/// #[derive(Default)]
/// struct OrderWorkflow;
///
/// #[workflow_methods]
/// impl OrderWorkflow {
///     #[run]
///     async fn run(ctx: &mut WorkflowContext<Self>, order: String) -> WorkflowResult<String> {
///         match charge::execute(ctx, order.clone()).activity_id(order).await {
///             Err(error) if error.downcast::<InvalidCall>().is_some() => Ok("no such id".to_owned()),
///             charged => Ok(charged?),
///         }
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{what} is invalid: {problem}")]
#[non_exhaustive]
pub struct InvalidCall {
    /// The value or the call, such as ``the input of activity `charge` ``.
    pub what: String,
    /// The problem, with its solution.
    pub problem: String,
}

impl InvalidCall {
    pub(crate) fn new(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { what: what.into(), problem: problem.into() }
    }
}

impl Classified for InvalidCall {
    const NAME: &'static str = INVALID_CALL;
    const TYPE_NAMES: &'static [&'static str] = &[INVALID_CALL];

    const CONVERSION: Conversion<Self> = Conversion::new();

    fn classification(&self) -> Classification {
        Classification::new(INVALID_CALL).non_retryable()
    }
}

inventory::submit! { KnownError::of::<InvalidCall>() }

/// The error of an output that cannot be serialized, or does not match its declared type.
///
/// In a workflow the error of the call contains it, and
/// [`downcast`](crate::error::DowncastFailure::downcast) returns it. With `?` the workflow fails with a
/// non-retryable failure of type [`INVALID_OUTPUT`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{what} is invalid: {problem}")]
#[non_exhaustive]
pub struct InvalidOutput {
    /// The output, such as ``the output of activity `charge` ``.
    pub what: String,
    /// The problem: the place in the output and the expected value.
    pub problem: String,
}

impl InvalidOutput {
    pub(crate) fn new(what: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { what: what.into(), problem: problem.into() }
    }
}

impl Classified for InvalidOutput {
    const NAME: &'static str = INVALID_OUTPUT;
    const TYPE_NAMES: &'static [&'static str] = &[INVALID_OUTPUT];

    const CONVERSION: Conversion<Self> = Conversion::new();

    fn classification(&self) -> Classification {
        Classification::new(INVALID_OUTPUT).non_retryable()
    }
}

inventory::submit! { KnownError::of::<InvalidOutput>() }

/// An error of a value, as the source of one of the SDK's conversion errors.
#[derive(Debug, Clone)]
pub(crate) enum ValueError {
    TooLarge(PayloadTooLarge),
    Call(InvalidCall),
    Output(InvalidOutput),
}

impl ValueError {
    /// Returns the first such error in a chain.
    pub(crate) fn find<'a>(
        mut chain: impl Iterator<Item = &'a (dyn StdError + 'static)>,
    ) -> Option<Self> {
        chain.find_map(Self::read)
    }

    /// Returns the source of a conversion error, if it is such an error.
    pub(crate) fn of(error: &PayloadConversionError) -> Option<Self> {
        match error {
            PayloadConversionError::EncodingError(source) => Self::read(source.as_ref()),
            _ => None,
        }
    }

    /// Returns `true` for such an error.
    pub(crate) fn is(error: &(dyn StdError + 'static)) -> bool {
        Self::read(error).is_some()
    }

    fn read(error: &(dyn StdError + 'static)) -> Option<Self> {
        let too_large = error.downcast_ref().cloned().map(Self::TooLarge);
        let call = || error.downcast_ref().cloned().map(Self::Call);
        let output = || error.downcast_ref().cloned().map(Self::Output);
        too_large.or_else(call).or_else(output)
    }

    pub(crate) fn into_failure(self) -> ApplicationFailure {
        match self {
            Self::TooLarge(error) => error.into_failure().into(),
            Self::Call(error) => error.into_failure().into(),
            Self::Output(error) => error.into_failure().into(),
        }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(error) => error.fmt(f),
            Self::Call(error) => error.fmt(f),
            Self::Output(error) => error.fmt(f),
        }
    }
}

impl From<ValueError> for PayloadConversionError {
    fn from(error: ValueError) -> Self {
        Self::EncodingError(match error {
            ValueError::TooLarge(error) => error.into(),
            ValueError::Call(error) => error.into(),
            ValueError::Output(error) => error.into(),
        })
    }
}

/// Describes a serialization error without printing the value.
pub(crate) fn unserializable(error: &PayloadConversionError) -> String {
    match error {
        PayloadConversionError::EncodingError(source) => {
            let reason = message(source.as_ref(), "its `Serialize` returned an error");
            format!("it cannot be serialized: {reason}")
        }
        _ => "the data converter does not support its type".to_owned(),
    }
}

/// Returns the source of an encoding error, because the SDK's `Display` puts `Encoding error:` in front of
/// it. The error of a type or converter may contain the value, so its message is replaced.
pub(crate) fn payload_error(error: PayloadConversionError) -> Box<dyn StdError + Send + Sync> {
    match error {
        PayloadConversionError::EncodingError(source)
            if source.is::<DecodeError>() || ValueError::is(source.as_ref()) =>
        {
            source
        }
        other => conversion(&other).to_string().into(),
    }
}
