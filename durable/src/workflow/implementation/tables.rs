//! The tables of a workflow's handlers: the entries, the search by name, and the errors for unknown names.

use std::any::Any;
use std::error::Error;

use futures_util::future::LocalBoxFuture;
use temporalio_common::data_converters::SerializationContext;
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_sdk::WorkflowContextView;
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::workflows::WorkflowError;

use super::untyped::{UntypedAdapter, UntypedRun};
use crate::definition::arguments::DecodeError;
use crate::definition::{HandlerDescription, Parameter, debug};
use crate::metrics;

/// The error of a query or update, as the SDK expects it.
pub type HandlerError = Box<dyn Error + Send + Sync>;

type Decode = fn(&SerializationContext<'_>, Payloads) -> Result<Box<dyn Any>, DecodeError>;
type SignalFuture = LocalBoxFuture<'static, Result<(), WorkflowError>>;
type Validate =
    fn(&dyn UntypedAdapter, WorkflowContextView, Box<dyn Any>) -> Result<(), WorkflowError>;
type Output = Result<Box<dyn WorkflowOutputValue>, WorkflowError>;
pub(crate) type UpdateFuture = LocalBoxFuture<'static, Output>;

/// Replaces the input of a signal that cannot be delivered. It contains the reason.
pub(crate) struct Undeliverable {
    /// The kind of the reason, as metrics have it.
    kind: &'static str,
    reason: String,
}

impl Undeliverable {
    /// The workflow has no such signal.
    pub(super) fn unknown(reason: String) -> Self {
        Self { kind: "unknown_name", reason }
    }

    /// The input doesn't fit.
    pub(super) fn invalid(reason: String) -> Self {
        Self { kind: "invalid_input", reason }
    }

    /// Logs and counts the signal, which is dropped.
    pub(super) fn report(&self, run: &dyn UntypedRun, workflow: &str, signal: &str) {
        // A replay handles the same signal again, which was reported the first time.
        if run.is_replaying() {
            return;
        }
        metrics::own::signal_dropped(workflow, self.kind);
        let ids = run.execution().ids();
        tracing::warn!(
            workflow_type = workflow,
            workflow_id = ids.workflow_id,
            run_id = ids.run_id,
            signal,
            reason = self.reason,
            "signal dropped"
        );
    }
}

/// Replaces an input with an unknown encoding. It contains the message with which the task fails.
pub(crate) struct Unreadable(pub(in crate::workflow) String);

/// The entry of a signal in the workflow's table.
pub struct SignalHandler {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [Parameter],
    /// `None` for a built-in handler.
    pub(crate) description: Option<HandlerDescription>,
    pub(crate) decode: Decode,
    pub(crate) dispatch: fn(&dyn UntypedRun, Box<dyn Any>) -> SignalFuture,
}

debug!([] SignalHandler[]: name);

/// The entry of a query in the workflow's table.
pub struct QueryHandler {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [Parameter],
    /// `None` for a built-in handler.
    pub(crate) description: Option<HandlerDescription>,
    pub(crate) decode: Decode,
    pub(crate) dispatch: fn(&dyn UntypedAdapter, WorkflowContextView, Box<dyn Any>) -> Output,
}

debug!([] QueryHandler[]: name);

/// The entry of an update in the workflow's table.
pub struct UpdateHandler {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) description: HandlerDescription,
    pub(crate) has_validator: bool,
    pub(crate) decode: Decode,
    pub(crate) dispatch: fn(&dyn UntypedRun, Box<dyn Any>) -> UpdateFuture,
    pub(crate) validate: Validate,
}

debug!([] UpdateHandler[]: name);

/// An entry of a handler table.
pub(crate) trait Named: 'static {
    fn name(&self) -> &'static str;

    fn decoder(&self) -> Decoder;

    /// Returns the description, or `None` for a built-in handler.
    fn description(&self) -> Option<HandlerDescription>;
}

/// Decodes the inputs of a handler.
#[derive(Clone, Copy)]
pub(crate) struct Decoder {
    pub(super) decode: Decode,
    pub(super) parameters: &'static [Parameter],
}

impl Named for SignalHandler {
    fn name(&self) -> &'static str {
        self.name
    }

    fn decoder(&self) -> Decoder {
        Decoder { decode: self.decode, parameters: self.parameters }
    }

    fn description(&self) -> Option<HandlerDescription> {
        self.description
    }
}

impl Named for QueryHandler {
    fn name(&self) -> &'static str {
        self.name
    }

    fn decoder(&self) -> Decoder {
        Decoder { decode: self.decode, parameters: self.parameters }
    }

    fn description(&self) -> Option<HandlerDescription> {
        self.description
    }
}

impl Named for UpdateHandler {
    fn name(&self) -> &'static str {
        self.name
    }

    fn decoder(&self) -> Decoder {
        Decoder { decode: self.decode, parameters: self.parameters }
    }

    fn description(&self) -> Option<HandlerDescription> {
        Some(self.description)
    }
}

/// The handlers of a kind: a workflow's own, and the built-in ones that they do not replace.
pub(crate) struct Handlers<H: 'static> {
    own: &'static [H],
    built_in: &'static [H],
}

impl<H: Named> Handlers<H> {
    pub(crate) const fn new(own: &'static [H], built_in: &'static [H]) -> Self {
        Self { own, built_in }
    }

    pub(crate) fn own(&self) -> &'static [H] {
        self.own
    }

    pub(crate) fn find(&self, name: &str) -> Option<&'static H> {
        search(self.own, name).or_else(|| search(self.built_in, name))
    }

    pub(crate) fn known(
        &self,
        kind: &str,
        workflow: &str,
        name: &str,
    ) -> Result<&'static H, WorkflowError> {
        self.find(name).ok_or_else(|| unknown(kind, workflow, name, &self.names()))
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        let is_replaced = |built_in: &&H| search(self.own, built_in.name()).is_some();
        let built_in = self.built_in.iter().filter(|built_in| !is_replaced(built_in));
        self.own.iter().chain(built_in).map(Named::name).collect()
    }
}

/// Returns the handler of this name.
pub(crate) fn search<H: Named>(handlers: &'static [H], name: &str) -> Option<&'static H> {
    handlers.iter().find(|handler| handler.name() == name)
}

fn unknown(kind: &str, workflow: &str, name: &str, known: &[&str]) -> WorkflowError {
    let reason = format!("unknown name; known names: {}", list(known));
    bad_call(kind, workflow, name, &reason)
}

/// Lists names for a message.
pub(crate) fn list(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

pub(crate) fn bad_call(kind: &str, workflow: &str, name: &str, reason: &str) -> WorkflowError {
    let error: HandlerError = format!("{kind} `{name}` of workflow {workflow}: {reason}").into();
    WorkflowError::Execution(error)
}
