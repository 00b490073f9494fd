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
pub(crate) struct Undeliverable(pub(in crate::workflow) String);

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
}

impl<W: 'static> Named for SignalHandler<W> {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl<W: 'static> Named for QueryHandler<W> {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl<W: 'static> Named for UpdateHandler<W> {
    fn name(&self) -> &'static str {
        self.name
    }
}

/// Returns a workflow's own handlers and the built-in ones that they do not replace.
pub(crate) fn with_built_in<H: Named>(
    own: &'static [H],
    built_in: &'static [H],
) -> impl Iterator<Item = &'static H> + Clone {
    let missing = built_in.iter().filter(|handler| find(own.iter(), handler.name()).is_none());
    own.iter().chain(missing)
}

pub(crate) fn find<H: Named>(
    mut handlers: impl Iterator<Item = &'static H>,
    name: &str,
) -> Option<&'static H> {
    handlers.find(|handler| handler.name() == name)
}

pub(crate) fn known<H: Named>(
    handlers: impl Iterator<Item = &'static H> + Clone,
    kind: &str,
    workflow: &str,
    name: &str,
) -> Result<&'static H, WorkflowError> {
    find(handlers.clone(), name).ok_or_else(|| {
        let reason = format!("unknown name; known names: {}", names(handlers));
        bad_call(kind, workflow, name, &reason)
    })
}

pub(crate) fn names<H: Named>(handlers: impl Iterator<Item = &'static H>) -> String {
    let names: Vec<_> = handlers.map(|handler| format!("`{}`", handler.name())).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

pub(crate) fn bad_call(kind: &str, workflow: &str, name: &str, reason: &str) -> WorkflowError {
    let error: HandlerError = format!("{kind} `{name}` of workflow {workflow}: {reason}").into();
    WorkflowError::Execution(error)
}
