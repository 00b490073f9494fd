//! Measures values before they are sent, and refuses those that are too large for the server.
//!
//! Server 1.32.0 refuses a payload of more than 2 MiB by default. SDK 1.1.1 then runs an activity again
//! that has already completed, and repeats a workflow task forever. So values are measured when they
//! are serialized, and one that is too large becomes a failure that names it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use temporalio_common::data_converters::PayloadConversionError;
use temporalio_common::protos::temporal::api::common::v1::Payload;
use temporalio_common::protos::temporal::api::namespace::v1::NamespaceInfo;
use temporalio_sdk::workflows::WorkflowError;

use super::call::{InvalidCall, InvalidOutput, ValueError, unserializable};
use super::failure_texts::{self, SealedMessage};
use super::payload_too_large::PayloadTooLarge;
use crate::definition::encrypted_failures::{self, Seal};

/// The default limit of the server, in bytes.
pub(super) const DEFAULT_LIMIT: usize = 2 * 1024 * 1024;

/// The limit of one request to the server, in bytes, with room for what else is in it. Server 1.32.0
/// accepts 4 MiB.
const REQUEST: usize = (4 * 1024 - 64) * 1024;

/// Measures values as the codecs send them.
pub(crate) trait MeasureSent: Send + Sync {
    /// Returns the bytes that the codecs add to this number of payloads, at most.
    fn overhead(&self, payloads: usize) -> usize;

    /// Returns the size of payloads as they are sent, as the server measures it, in bytes.
    fn size(&self, payloads: &[Payload]) -> usize;

    /// Encodes a payload in code that cannot wait, or returns `None` if a codec fails or waits.
    fn encode_now(&self, payload: Payload) -> Option<Payload>;
}

/// The way in which a client sends values.
#[derive(Clone, Default)]
pub(crate) struct Sending {
    /// The codecs, if there are any whose sizes are known.
    pub(crate) codecs: Option<Arc<dyn MeasureSent>>,
    /// `true` if the texts of failures are encoded.
    pub(crate) hides_failures: bool,
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending")
            .field("hides_failures", &self.hides_failures)
            .finish_non_exhaustive()
    }
}

/// The largest sizes that workers send, in bytes.
#[derive(Debug, Clone)]
pub(crate) struct PayloadLimit {
    value: usize,
    memo: usize,
    /// The limit of all values of a workflow task together.
    task: usize,
    sending: Sending,
}

impl Default for PayloadLimit {
    fn default() -> Self {
        let sending = Sending::default();
        Self { value: DEFAULT_LIMIT, memo: DEFAULT_LIMIT, task: REQUEST, sending }
    }
}

thread_local! {
    /// The limit of the worker whose workflows run on this thread. There is only one.
    static OF_WORKFLOWS: RefCell<PayloadLimit> = RefCell::new(PayloadLimit::default());
}

impl PayloadLimit {
    /// Creates a limit in bytes. Zero means no limit.
    ///
    /// A codec that compresses is the reason for a limit above the server's, so the limit of a workflow
    /// task grows with it.
    pub(crate) fn new(bytes: usize) -> Self {
        let value = if bytes == 0 { usize::MAX } else { bytes };
        let task = value.saturating_mul(2).max(REQUEST);
        Self { value, memo: value, task, sending: Sending::default() }
    }

    /// Returns the same limits for values that are sent in this way.
    pub(super) fn sending(self, sending: &Sending) -> Self {
        Self { sending: sending.clone(), ..self }
    }

    /// Returns a limit in bytes for values that are sent in the same way.
    pub(crate) fn resized(&self, bytes: usize) -> Self {
        Self::new(bytes).sending(&self.sending)
    }

    /// Returns `true` if the texts of failures are encoded.
    pub(crate) fn hides_failures(&self) -> bool {
        self.sending.hides_failures
    }

    /// Returns a message, encoded if the texts of failures are.
    pub(crate) fn sealed(&self, message: impl FnOnce() -> String) -> Option<SealedMessage> {
        let codecs = self.sending.codecs.as_ref().filter(|_| self.sending.hides_failures)?;
        let payload = codecs.encode_now(failure_texts::payload_of(message()));
        // The error of a provider that must be asked first has no message.
        Some(payload.map_or_else(
            || SealedMessage(failure_texts::ENCODED.to_owned()),
            |payload| failure_texts::sealed(&payload),
        ))
    }

    /// Returns the size of payloads as they are sent, at most, in bytes. It is exact if it exceeds `limit`.
    pub(super) fn sent_size(&self, payloads: &[Payload], limit: usize) -> usize {
        let size = size_of(payloads);
        let Some(codecs) = &self.sending.codecs else { return size };
        let most = size.saturating_add(codecs.overhead(payloads.len()));
        // Compressing a value to measure it is worth it only if it would be refused.
        if most <= limit { most } else { codecs.size(payloads) }
    }

    /// Creates the limits of a namespace from its description. A server that tells none has the default
    /// ones.
    pub(crate) fn told(namespace: &NamespaceInfo) -> Self {
        let told = |bytes: i64| usize::try_from(bytes).ok().filter(|bytes| *bytes > 0);
        let limit = |bytes| told(bytes).unwrap_or(DEFAULT_LIMIT).min(REQUEST);
        let limits = namespace.limits.unwrap_or_default();
        // The SDK splits a workflow task that is too large for one request if the server allows it.
        let splits = namespace
            .capabilities
            .as_ref()
            .is_some_and(|can| can.workflow_task_completion_pagination);
        let whole = || told(limits.workflow_task_completion_size_limit_error).unwrap_or(usize::MAX);
        Self {
            value: limit(limits.blob_size_limit_error),
            memo: limit(limits.memo_size_limit_error),
            task: if splits { whole() } else { REQUEST },
            sending: Sending::default(),
        }
    }

    /// Returns the limit of one value, in bytes.
    pub(crate) fn value(&self) -> usize {
        self.value
    }

    /// Returns the limit of a value in a memo, in bytes.
    pub(crate) fn memo(&self) -> usize {
        self.memo
    }

    /// Returns the limit of the details of a failure or cancellation, in bytes. They are nested in the
    /// failures of activity, parent and grandparent, and a codec makes them longer.
    pub(crate) fn details(&self) -> usize {
        (self.value / 2).min(1024 * 1024)
    }

    /// Returns the limit of all values of a workflow task, in bytes.
    pub(crate) fn task(&self) -> usize {
        self.task
    }

    /// Returns these limits for values of at most so many bytes.
    pub(super) fn at_most(self, bytes: usize) -> Self {
        Self { value: self.value.min(bytes), ..self }
    }

    /// Returns the limit of the workflows that run on this thread.
    pub(crate) fn of_workflows() -> Self {
        OF_WORKFLOWS.with_borrow(Clone::clone)
    }

    /// Sets the limit of the workflows that run on this thread.
    pub(crate) fn apply_to_workflows(self) {
        let limit = self.clone();
        let seal = move |message| {
            let sealed = limit.sealed(|| message);
            let sealed = sealed.unwrap_or_else(|| SealedMessage(failure_texts::ENCODED.to_owned()));
            WorkflowError::Execution(sealed.into())
        };
        encrypted_failures::set(self.hides_failures().then(|| Rc::new(seal) as Seal));
        OF_WORKFLOWS.set(self);
    }

    /// Returns an error if payloads are too large as they are sent, measured like the server does.
    pub(crate) fn check(&self, payloads: &[Payload], value: &Value) -> Result<(), PayloadTooLarge> {
        let size = self.sent_size(payloads, self.value);
        if size <= self.value {
            return Ok(());
        }
        Err(value.too_large(size, self.value))
    }
}

/// Returns the size of payloads as the server measures it, in bytes.
pub(super) fn size_of(payloads: &[Payload]) -> usize {
    let field = |payload: &Payload| prost::encoding::message::encoded_len(1, payload);
    payloads.iter().map(field).sum()
}

/// The name of a value for error messages.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    /// The role, such as `output of activity`.
    role: &'static str,
    name: Cow<'static, str>,
}

impl Value {
    pub(crate) fn new(role: &'static str, name: impl Into<Cow<'static, str>>) -> Self {
        Self { role, name: name.into() }
    }

    /// Creates the error of a value that is too large.
    pub(super) fn too_large(&self, size: usize, limit: usize) -> PayloadTooLarge {
        PayloadTooLarge { what: self.to_string(), size, limit }
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
