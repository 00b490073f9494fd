//! The tables of a workflow's handlers: the entries, the search by name, and the errors for unknown names.

use std::any::Any;
use std::error::Error;

use futures_util::future::LocalBoxFuture;
use temporalio_common::data_converters::SerializationContext;
use temporalio_common::protos::temporal::api::common::v1::Payloads;
use temporalio_sdk::WorkflowContextView;
use temporalio_sdk::workflow_interceptors::WorkflowOutputValue;
use temporalio_sdk::workflows::WorkflowError;

use super::adapter::WorkflowAdapter;
use crate::definition::arguments::undecoded::Undecoded;
use crate::definition::{HandlerDescription, debug};
use crate::metrics;

/// The error of a query or update, as the SDK expects it.
pub type HandlerError = Box<dyn Error + Send + Sync>;

type Sdk<W> = temporalio_sdk::WorkflowContext<WorkflowAdapter<W>>;
type Decode = fn(&SerializationContext<'_>, Payloads) -> Result<Box<dyn Any>, Undecoded>;
type SignalFuture = LocalBoxFuture<'static, Result<(), WorkflowError>>;
type Validate<W> =
    fn(&WorkflowAdapter<W>, WorkflowContextView, Box<dyn Any>) -> Result<(), WorkflowError>;
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
    pub(super) fn report<W>(
        &self,
        context: &temporalio_sdk::WorkflowContext<W>,
        workflow: &str,
        signal: &str,
    ) {
        // A replay handles the same signal again, which was reported the first time.
        if context.is_replaying_history_events() {
            return;
        }
        metrics::own::signal_dropped(workflow, self.kind);
        tracing::warn!(
            workflow_type = workflow,
            workflow_id = context.workflow_id(),
            run_id = context.run_id(),
            signal,
            reason = self.reason,
            "signal dropped"
        );
    }
}

/// Replaces an input with an unknown encoding. It contains the message with which the task fails.
pub(crate) struct Unreadable(pub(in crate::workflow) String);

/// The entry of a signal in the workflow's table.
pub struct SignalHandler<W> {
    pub(crate) name: &'static str,
    /// `None` for a built-in handler.
    pub(crate) description: Option<HandlerDescription>,
    pub(crate) decode: Decode,
    pub(crate) dispatch: fn(Sdk<W>, Box<dyn Any>) -> SignalFuture,
}

debug!([W] SignalHandler[W]: name);

/// The entry of a query in the workflow's table.
pub struct QueryHandler<W> {
    pub(crate) name: &'static str,
    /// `None` for a built-in handler.
    pub(crate) description: Option<HandlerDescription>,
    pub(crate) decode: Decode,
    pub(crate) dispatch: fn(&WorkflowAdapter<W>, WorkflowContextView, Box<dyn Any>) -> Output,
}

debug!([W] QueryHandler[W]: name);

/// The entry of an update in the workflow's table.
pub struct UpdateHandler<W> {
    pub(crate) name: &'static str,
    pub(crate) description: HandlerDescription,
    pub(crate) has_validator: bool,
    pub(crate) decode: Decode,
    pub(crate) dispatch: fn(Sdk<W>, Box<dyn Any>) -> UpdateFuture,
    pub(crate) validate: Validate<W>,
}

debug!([W] UpdateHandler[W]: name);

/// An entry of a handler table.
pub(crate) trait Named: 'static {
    fn name(&self) -> &'static str;

    /// Returns the description, or `None` for a built-in handler.
    fn description(&self) -> Option<HandlerDescription>;
}

impl<W: 'static> Named for SignalHandler<W> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn description(&self) -> Option<HandlerDescription> {
        self.description
    }
}

impl<W: 'static> Named for QueryHandler<W> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn description(&self) -> Option<HandlerDescription> {
        self.description
    }
}

impl<W: 'static> Named for UpdateHandler<W> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn description(&self) -> Option<HandlerDescription> {
        Some(self.description)
    }
}

/// The handlers of a kind: a workflow's own, and the built-in ones that they do not replace.
///
/// Rustc compiles the search for every workflow. So it has no iterators and closures.
pub(crate) struct Handlers<H: 'static> {
    own: &'static [H],
    built_in: &'static [H],
}

impl<H: Named> Handlers<H> {
    pub(crate) const fn new(own: &'static [H], built_in: &'static [H]) -> Self {
        Self { own, built_in }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&'static H> {
        match search(self.own, name) {
            None => search(self.built_in, name),
            found => found,
        }
    }

    pub(crate) fn known(
        &self,
        kind: &str,
        workflow: &str,
        name: &str,
    ) -> Result<&'static H, WorkflowError> {
        match self.find(name) {
            Some(handler) => Ok(handler),
            None => Err(unknown(kind, workflow, name, &self.names())),
        }
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        let (mut own, mut built_in) = (self.own, self.built_in);
        while let [handler, others @ ..] = own {
            names.push(handler.name());
            own = others;
        }
        while let [handler, others @ ..] = built_in {
            if search(self.own, handler.name()).is_none() {
                names.push(handler.name());
            }
            built_in = others;
        }
        names
    }
}

/// Returns the handler of this name.
pub(crate) fn search<H: Named>(handlers: &'static [H], name: &str) -> Option<&'static H> {
    let mut rest = handlers;
    while let [handler, others @ ..] = rest {
        if handler.name() == name {
            return Some(handler);
        }
        rest = others;
    }
    None
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
