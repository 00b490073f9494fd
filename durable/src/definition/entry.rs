//! Entries of the registry: one annotated workflow or activity, and its registration with a worker.

use std::sync::Arc;

#[cfg(feature = "testing")]
use temporalio_sdk::workflow_replayer::WorkflowReplayerOptions;
use temporalio_sdk::{WorkerOptions, WorkflowRegistrationError};

use serde_json::Value;

use super::json::{self, InvalidInput};
#[cfg(feature = "schema")]
use super::schema::{DescribedTexts, DescribedTypes, Schemas};
use super::{
    Activity, ActivityDependency, Dependencies, HandlerDescription, Parameter, SourceLocation,
    Workflow,
};
use crate::options::{ActivityOptions, ConfiguredOptions, InvalidOptions, WorkflowOptions};

/// A worker or replayer with which definitions are registered.
pub(crate) enum Target<'a> {
    /// The SDK's worker, with the values that activities take as `State<T>`.
    Worker(&'a mut WorkerOptions, &'a Arc<Dependencies>),
    /// The SDK's replayer of histories, which only needs workflows.
    #[cfg(feature = "testing")]
    Replayer(&'a mut WorkflowReplayerOptions),
}

/// Registers one definition.
pub(crate) type Register = fn(&mut Target<'_>) -> Result<(), WorkflowRegistrationError>;

/// The handlers of a workflow.
pub(crate) struct WorkflowHandlers {
    pub(crate) signals: Vec<HandlerDescription>,
    pub(crate) queries: Vec<HandlerDescription>,
    pub(crate) updates: Vec<HandlerDescription>,
}

/// An annotated workflow in the registry.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WorkflowEntry {
    /// The type name on the server.
    pub name: &'static str,
    /// The task queue.
    pub queue: &'static str,
    /// The inputs in order.
    pub parameters: &'static [Parameter],
    /// The output type as written in the source.
    pub output: &'static str,
    /// The signals.
    pub signals: Vec<HandlerDescription>,
    /// The queries.
    pub queries: Vec<HandlerDescription>,
    /// The updates.
    pub updates: Vec<HandlerDescription>,
    /// The place of the annotation.
    pub source: SourceLocation,
    pub(super) register: Register,
    /// Checks the options, merged with these and the built-in ones.
    pub(crate) check: fn(&ConfiguredOptions) -> Result<(), InvalidOptions>,
    /// The options that the annotation sets.
    pub(crate) options: fn() -> WorkflowOptions,
    identify: fn(&[Value]) -> Result<Option<String>, InvalidInput>,
    #[cfg(feature = "schema")]
    type_id: std::any::TypeId,
}

impl WorkflowEntry {
    pub(super) fn of<W: Workflow>(
        register: Register,
        handlers: WorkflowHandlers,
    ) -> (Self, Result<(), InvalidOptions>) {
        let WorkflowHandlers { signals, queries, updates } = handlers;
        let entry = Self {
            name: W::NAME,
            queue: W::QUEUE,
            parameters: W::PARAMETERS,
            output: W::OUTPUT,
            signals,
            queries,
            updates,
            source: W::SOURCE,
            register,
            check: |configured| check_workflow(W::NAME, W::options(), configured),
            options: W::options,
            identify: |values| {
                let input = json::decode::<W::Input>(values, W::PARAMETERS)?;
                json::identified(values, W::PARAMETERS, || W::workflow_id(&input))
            },
            #[cfg(feature = "schema")]
            type_id: std::any::TypeId::of::<W>(),
        };
        let checked = (entry.check)(&ConfiguredOptions::default());
        (entry, checked)
    }

    /// Returns the declared handlers of a kind.
    #[cfg(any(feature = "axum", feature = "cli"))]
    pub(crate) fn handlers(&self, kind: super::HandlerKind) -> &[HandlerDescription] {
        match kind {
            super::HandlerKind::Signal => &self.signals,
            super::HandlerKind::Query => &self.queries,
            super::HandlerKind::Update => &self.updates,
        }
    }

    /// Checks that the workflow can read these values, one for each input. Trailing optional inputs may
    /// be left out.
    ///
    /// # Errors
    /// [`InvalidInput`] describes the first value that does not match its type.
    pub fn check_input(&self, values: &[Value]) -> Result<(), InvalidInput> {
        self.workflow_id(values).map(drop)
    }

    /// Returns the workflow id that the annotation's template produces for these inputs, or `None` if
    /// there is no template.
    ///
    /// # Errors
    /// [`InvalidInput`] describes the first value that does not match its type.
    pub fn workflow_id(&self, values: &[Value]) -> Result<Option<String>, InvalidInput> {
        (self.identify)(values)
    }

    /// Returns the types of the workflow and of its handlers, for JSON Schemas.
    #[cfg(feature = "schema")]
    #[must_use]
    pub fn schemas(&self) -> Schemas {
        DescribedTypes::find(self.type_id)
    }

    /// Returns the doc comment of the workflow, or an empty text.
    #[cfg(feature = "schema")]
    #[must_use]
    pub fn description(&self) -> &'static str {
        DescribedTexts::find(self.type_id).0
    }

    /// Returns the id template of the annotation, or `None` if ids are UUIDs.
    #[cfg(feature = "schema")]
    #[must_use]
    pub fn id_template(&self) -> Option<&'static str> {
        Some(DescribedTexts::find(self.type_id).1).filter(|template| !template.is_empty())
    }
}

fn check_workflow(
    name: &str,
    annotation: WorkflowOptions,
    configured: &ConfiguredOptions,
) -> Result<(), InvalidOptions> {
    WorkflowOptions::default().resolve(annotation, configured.of_workflow(name)).map(drop)
}

fn check_activity(
    name: &str,
    annotation: ActivityOptions,
    configured: &ConfiguredOptions,
) -> Result<(), InvalidOptions> {
    ActivityOptions::default().resolve(annotation, configured.of_activity(name)).map(drop)
}

/// An annotated activity in the registry.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ActivityEntry {
    /// The type name on the server.
    pub name: &'static str,
    /// The task queue.
    pub queue: &'static str,
    /// The inputs in order.
    pub parameters: &'static [Parameter],
    /// The output type as written in the source.
    pub output: &'static str,
    /// The types that the function takes as `State<T>`.
    pub dependencies: Vec<ActivityDependency>,
    /// The place of the annotation.
    pub source: SourceLocation,
    pub(super) register: Register,
    /// Checks the options, merged with these and the built-in ones.
    pub(crate) check: fn(&ConfiguredOptions) -> Result<(), InvalidOptions>,
    /// The options that the annotation sets.
    #[cfg(feature = "schema")]
    pub(crate) options: fn() -> ActivityOptions,
    #[cfg(feature = "schema")]
    type_id: std::any::TypeId,
}

impl ActivityEntry {
    pub(super) fn of<A: Activity>(register: Register) -> (Self, Result<(), InvalidOptions>) {
        let entry = Self {
            name: A::NAME,
            queue: A::QUEUE,
            parameters: A::PARAMETERS,
            output: A::OUTPUT,
            dependencies: A::dependencies(),
            source: A::SOURCE,
            register,
            check: |configured| check_activity(A::NAME, A::options(), configured),
            #[cfg(feature = "schema")]
            options: A::options,
            #[cfg(feature = "schema")]
            type_id: std::any::TypeId::of::<A>(),
        };
        let checked = (entry.check)(&ConfiguredOptions::default());
        (entry, checked)
    }

    /// Returns the types of the activity, for JSON Schemas.
    #[cfg(feature = "schema")]
    #[must_use]
    pub fn schemas(&self) -> Schemas {
        DescribedTypes::find(self.type_id)
    }

    /// Returns the doc comment of the activity, or an empty text.
    #[cfg(feature = "schema")]
    #[must_use]
    pub fn description(&self) -> &'static str {
        DescribedTexts::find(self.type_id).0
    }
}
