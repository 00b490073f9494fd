//! Measures values before they are sent, and refuses those that are too large for the server.
//!
//! Server 1.32.0 refuses a payload of more than 2 MiB by default. SDK 1.1.1 then runs an activity again
//! that has already completed, and repeats a workflow task forever. So values are measured when they
//! are serialized, and one that is too large becomes a failure that names it.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use temporalio_common::data_converters::{
    ErasedSerdePayloadConverter, GenericPayloadConverter as _, PayloadConversionError,
    SerializationContext, TemporalDeserializable, TemporalSerializable,
};
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::protos::temporal::api::common::v1::Payloads;

use super::call::{InvalidCall, InvalidOutput, ValueError, unserializable};
use super::payload_too_large::PayloadTooLarge;

/// The default limit of the server, in bytes.
const DEFAULT_LIMIT: usize = 2 * 1024 * 1024;

/// The largest size of a value that workers send, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PayloadLimit(usize);

impl Default for PayloadLimit {
    fn default() -> Self {
        Self(DEFAULT_LIMIT)
    }
}

thread_local! {
    /// The limit of the worker whose workflows run on this thread. There is only one.
    static OF_WORKFLOWS: Cell<PayloadLimit> = Cell::new(PayloadLimit::default());
}

impl PayloadLimit {
    /// Creates a limit in bytes. Zero means no limit.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(if bytes == 0 { usize::MAX } else { bytes })
    }

    /// Returns the limit of the workflows that run on this thread.
    pub(crate) fn of_workflows() -> Self {
        OF_WORKFLOWS.get()
    }

    /// Sets the limit of the workflows that run on this thread.
    pub(crate) fn apply_to_workflows(self) {
        OF_WORKFLOWS.set(self);
    }

    /// Returns an error if payloads are too large, measured like the server does.
    pub(crate) fn check(self, payloads: &[Payload], value: &Value) -> Result<(), PayloadTooLarge> {
        let bytes: usize = payloads.iter().map(|payload| payload.data.len()).sum();
        // The exact size of the message costs a clone, which is not needed far below the limit.
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

/// The name of a value for error messages.
#[derive(Debug)]
pub(crate) struct Value {
    /// The role, such as `output of activity`.
    role: &'static str,
    name: Cow<'static, str>,
}

impl Value {
    pub(crate) fn new(role: &'static str, name: impl Into<Cow<'static, str>>) -> Self {
        Self { role, name: name.into() }
    }

    /// Creates the error of a value that cannot be serialized.
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

/// A value that is measured when it is serialized.
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

/// Unused; the SDK's definitions require the traits of both directions.
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
