//! What workflow code calls with a value that cannot be sent, and what answers with a value that does
//! not fit: each is an error of its own, which names the value and never shows it.

use std::error::Error as StdError;
use std::fmt;

use serde::{Deserialize, Serialize};
use temporalio_common::data_converters::PayloadConversionError;
use temporalio_common::error::ApplicationFailure;

use super::application::{ApplicationError as _, Classification, Classified};
use super::outgoing::{Conversion, KnownError};
use super::payload_limit::PayloadTooLarge;

/// The type name of the failure with which a call is answered that has a value which cannot be sent.
pub const INVALID_CALL: &str = "InvalidCall";

/// The type name of the failure with which an output is answered that cannot be written, or that does
/// not fit the type that was declared for it.
pub const INVALID_OUTPUT: &str = "InvalidOutput";

/// A call that was not made, because of a value in it.
///
/// The input cannot be serialized, an id is empty or too long, the options contradict each other, or
/// the server's limit of pending calls is reached. In a workflow it is the error of the call, where
/// [`downcast`](crate::error::DowncastFailure::downcast) finds it; with `?` it fails the workflow for
/// good, with a failure of the type [`INVALID_CALL`].
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
    /// The reason, and what to do about it.
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

/// An output that cannot be written, or that does not fit the type that was declared for it.
///
/// In a workflow it is the error of the call, where
/// [`downcast`](crate::error::DowncastFailure::downcast) finds it; with `?` it fails the workflow for
/// good, with a failure of the type [`INVALID_OUTPUT`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{what} is invalid: {problem}")]
#[non_exhaustive]
pub struct InvalidOutput {
    /// The output, such as ``the output of activity `charge` ``.
    pub what: String,
    /// The place in it, and what is expected there.
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

/// An error about a value, which the SDK carries within an error of its conversion.
#[derive(Debug, Clone)]
pub(crate) enum ValueError {
    TooLarge(PayloadTooLarge),
    Call(InvalidCall),
    Output(InvalidOutput),
}

impl ValueError {
    /// The first error of a chain that is one.
    pub(crate) fn find<'a>(
        mut chain: impl Iterator<Item = &'a (dyn StdError + 'static)>,
    ) -> Option<Self> {
        chain.find_map(Self::read)
    }

    /// The error with which a conversion ended, if it is one.
    pub(crate) fn of(error: &PayloadConversionError) -> Option<Self> {
        match error {
            PayloadConversionError::EncodingError(source) => Self::read(source.as_ref()),
            _ => None,
        }
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

/// The reason why a value cannot be serialized, without the value.
pub(crate) fn unserializable(error: &PayloadConversionError) -> String {
    /// What `serde` and `serde_json` themselves say, which holds nothing of the value.
    const KNOWN: [&str; 9] = [
        "key must be a string",
        "float key must be finite",
        "number out of range",
        "path contains invalid UTF-8 characters",
        "SystemTime must be later than UNIX_EPOCH",
        "lock poison error",
        "already mutably borrowed",
        "can only flatten structs and maps",
        "cannot serialize tagged newtype variant",
    ];
    match error {
        PayloadConversionError::EncodingError(source) => {
            let said = source.to_string();
            let known = KNOWN.iter().find(|known| said.starts_with(**known));
            let known = known.map_or("its `Serialize` refuses the value", |known| known);
            format!("it cannot be serialized: {known}")
        }
        _ => "the data converter has no form for its type".to_owned(),
    }
}
