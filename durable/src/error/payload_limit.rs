//! Values that are too large for the server, found out before they are sent.
//!
//! The server refuses a payload of more than 2 MiB, as it is configured by default. Plain SDK 1.1.1
//! then runs an activity again that has done its work, and repeats a workflow task for ever. So what
//! activities and workflows hand over is measured where it is serialised anyway, and what is too
//! large becomes a failure that says what it is.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::{Deserialize, Serialize};
use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, GenericPayloadConverter as _, PayloadConversionError,
    SerializationContext, TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::protos::temporal::api::common::v1::Payloads;

use super::application::{Classification, Classified};
use super::call::{InvalidCall, InvalidOutput, ValueError, unserializable};
use super::outgoing::{Conversion, KnownError};

/// The type name of the failure with which a value is answered that is too large for the server.
pub const PAYLOAD_TOO_LARGE: &str = "PayloadTooLarge";

/// The limit of a server as it is configured by default, in bytes.
const DEFAULT_LIMIT: usize = 2 * 1024 * 1024;

/// A value that the server would refuse for its size.
///
/// An activity or workflow that meets it fails for good, with a failure of the type
/// [`PAYLOAD_TOO_LARGE`]; [`Failure::downcast`](crate::Failure::downcast) gives it back. The limit is
/// set with [`Workers::payload_limit`](crate::Workers::payload_limit).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error(
    "{what} has {size} bytes, and the server takes {limit} at most; keep it in a store, and hand over \
     where it is (a server with another limit, or a codec that compresses: `Workers::payload_limit`)"
)]
#[non_exhaustive]
pub struct PayloadTooLarge {
    /// Which value of what.
    pub what: String,
    /// Its size in bytes, serialised, before a codec.
    pub size: usize,
    /// The limit in bytes.
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

/// The largest size of a value that workers hand over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PayloadLimit(usize);

impl Default for PayloadLimit {
    fn default() -> Self {
        Self(DEFAULT_LIMIT)
    }
}

thread_local! {
    /// That of the worker whose workflows run on this thread, of which there is one.
    static OF_WORKFLOWS: Cell<PayloadLimit> = Cell::new(PayloadLimit::default());
}

impl PayloadLimit {
    /// A limit in bytes; zero is none.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(if bytes == 0 { usize::MAX } else { bytes })
    }

    /// The limit of the workflows that run on this thread.
    pub(crate) fn of_workflows() -> Self {
        OF_WORKFLOWS.get()
    }

    /// Makes it the limit of the workflows that run on this thread.
    pub(crate) fn apply_to_workflows(self) {
        OF_WORKFLOWS.set(self);
    }

    /// Refuses payloads that are too large, as the server counts.
    pub(crate) fn check(self, payloads: &[Payload], value: &Value) -> Result<(), PayloadTooLarge> {
        let bytes: usize = payloads.iter().map(|payload| payload.data.len()).sum();
        // All that is exact is to count the bytes of the message, which costs a clone; what is far
        // below needs none of it.
        if bytes <= self.0 / 2 {
            return Ok(());
        }
        let size = prost::Message::encoded_len(&Payloads { payloads: payloads.to_vec() });
        if size <= self.0 {
            return Ok(());
        }
        Err(PayloadTooLarge { what: value.to_string(), size, limit: self.0 })
    }
}

/// Which value of what.
#[derive(Debug)]
pub(crate) struct Value {
    /// Such as `output of activity`.
    role: &'static str,
    name: Cow<'static, str>,
}

impl Value {
    pub(crate) fn new(role: &'static str, name: impl Into<Cow<'static, str>>) -> Self {
        Self { role, name: name.into() }
    }

    /// The error of a value that cannot be serialized.
    pub(crate) fn unserializable(&self, error: &PayloadConversionError) -> ValueError {
        let problem = unserializable(error);
        if self.role.starts_with("output") {
            ValueError::Output(InvalidOutput::new(self.to_string(), problem))
        } else {
            ValueError::Call(InvalidCall::new(self.to_string(), problem))
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} `{}`", self.role, self.name)
    }
}

/// A value that is measured when it is serialised.
pub(crate) struct Measured<T> {
    pub(crate) inner: T,
    pub(crate) value: Value,
    pub(crate) limit: PayloadLimit,
}

impl<T> Measured<T> {
    fn read(inner: T) -> Self {
        Self { inner, value: Value::new("value", ""), limit: PayloadLimit::default() }
    }
}

impl<T: TemporalSerializable + 'static> TemporalSerializable for Measured<T> {
    fn as_serde(&self) -> Result<&dyn erased_serde::Serialize, PayloadConversionError> {
        self.inner.as_serde()
    }

    fn to_payload(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Payload, PayloadConversionError> {
        let payload = context.converter.to_payload(context, &self.inner);
        let payload = payload.map_err(|error| self.value.unserializable(&error))?;
        self.check(std::slice::from_ref(&payload))?;
        Ok(payload)
    }

    fn to_payloads(
        &self,
        context: &SerializationContext<'_>,
    ) -> Result<Vec<Payload>, PayloadConversionError> {
        let payloads = context.converter.to_payloads(context, &self.inner);
        let payloads = payloads.map_err(|error| self.value.unserializable(&error))?;
        self.check(&payloads)?;
        Ok(payloads)
    }
}

impl<T> Measured<T> {
    fn check(&self, payloads: &[Payload]) -> Result<(), ValueError> {
        self.limit.check(payloads, &self.value).map_err(ValueError::TooLarge)
    }
}

/// Nobody reads one; the SDK's definitions ask for the trait of both directions.
impl<T: TemporalDeserializable + 'static> TemporalDeserializable for Measured<T> {
    fn from_serde(
        converter: &dyn ErasedSerdePayloadConverter,
        context: &SerializationContext<'_>,
        payload: Payload,
    ) -> Result<Self, PayloadConversionError> {
        T::from_serde(converter, context, payload).map(Self::read)
    }

    fn from_payloads(
        context: &SerializationContext<'_>,
        payloads: Vec<Payload>,
    ) -> Result<Self, PayloadConversionError> {
        context.converter.from_payloads(context, payloads).map(Self::read)
    }
}
