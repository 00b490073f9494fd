//! The error of a value that is too large for the server.

use serde::{Deserialize, Serialize};

use super::application::{Classified, Conversion, KnownError};
use super::classification::Classification;

/// The type name of the failure of a [`PayloadTooLarge`].
pub const PAYLOAD_TOO_LARGE: &str = "PayloadTooLarge";

/// The error of a value that is too large for the server.
///
/// An activity or workflow with such a value fails with a non-retryable failure of type
/// [`PAYLOAD_TOO_LARGE`], from which [`Failure::downcast`](crate::Failure::downcast) returns it.
/// [`Workers::payload_limit`](crate::Workers::payload_limit) sets another limit than the server's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error(
    "{what} has {size} bytes, and the server's limit is {limit}; store it elsewhere and pass a reference \
     to it (if a codec makes it smaller, set `Workers::payload_limit`)"
)]
#[non_exhaustive]
pub struct PayloadTooLarge {
    /// The value, such as ``the output of activity `charge` ``.
    pub what: String,
    /// The serialized size in bytes, before a codec.
    pub size: usize,
    /// The limit in bytes. In a replay it is that of the worker that replays.
    pub limit: usize,
}

impl Classified for PayloadTooLarge {
    const NAME: &'static str = PAYLOAD_TOO_LARGE;
    const TYPE_NAMES: &'static [&'static str] = &[PAYLOAD_TOO_LARGE];

    const CONVERSION: Conversion<Self> = Conversion::new();

    fn classification(&self) -> Classification {
        Classification::new(PAYLOAD_TOO_LARGE).non_retryable()
    }
}

inventory::submit! { KnownError::of::<PayloadTooLarge>() }
