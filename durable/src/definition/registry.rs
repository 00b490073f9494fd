//! Which workflows and activities this program holds, and on which queue.
//!
//! Annotated items submit themselves at link time; nothing here is filled by hand.
//! [`Registry::collect`] sorts them and refuses a program that could not run: two definitions of one
//! name on a queue, or options that cannot be.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

#[cfg(feature = "testing")]
use temporalio_sdk::workflow_replayer::WorkflowReplayerOptions;
use temporalio_sdk::{WorkerOptions, WorkflowRegistrationError};

use serde_json::Value;

use super::json::{self, InvalidInput};
use super::{
    Activity, ActivityDependency, Dependencies, HandlerDescription, Parameter, RegistryError,
    RegistryProblem, SourceLocation, Workflow,
};
use crate::options::{ActivityOptions, ConfiguredOptions, InvalidOptions, WorkflowOptions};

/// What the definitions of a queue are registered with.
pub(crate) enum Target<'a> {
    /// The SDK's worker, and what activities take as `State<T>`.
    Worker(&'a mut WorkerOptions, &'a Arc<Dependencies>),
    /// The SDK's replayer of histories, which needs workflows only.
    #[cfg(feature = "testing")]
    Replayer(&'a mut WorkflowReplayerOptions),
}

/// Registers one definition.
pub(crate) type Register = fn(&mut Target<'_>) -> Result<(), WorkflowRegistrationError>;

/// What an annotation submits at link time; made by generated code.
pub struct Registration {
    kind: Kind,
    /// Whether it is only declared here, and served elsewhere.
    declared: bool,
}

enum Kind {
    Workflow(Describe<WorkflowEntry>, Register),
    Activity(Describe<ActivityEntry>, Register),
}

type Describe<E> = fn(Register) -> (E, Result<(), InvalidOptions>);

inventory::collect!(Registration);

impl Registration {
    /// The registration of a workflow.
    #[must_use]
    pub(crate) const fn workflow<W: Workflow>(register: Register) -> Self {
        Self { kind: Kind::Workflow(WorkflowEntry::of::<W>, register), declared: false }
    }

    /// The registration of an activity.
    #[must_use]
    pub(crate) const fn activity<A: Activity>(register: Register) -> Self {
        Self { kind: Kind::Activity(ActivityEntry::of::<A>, register), declared: false }
    }

    /// The same, of what is only declared.
    #[must_use]
    pub(crate) const fn declared(mut self) -> Self {
        self.declared = true;
        self
    }
}

/// An annotated workflow, as the registry lists it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WorkflowEntry {
    /// The type name on the server.
    pub name: &'static str,
    /// The queue whose workers run it.
    pub queue: &'static str,
    /// Its input, or none.
    pub parameters: &'static [Parameter],
    /// Its output type, as written.
    pub output: &'static str,
    /// Its signals.
    pub signals: &'static [HandlerDescription],
    /// Its queries.
    pub queries: &'static [HandlerDescription],
    /// Its updates.
    pub updates: &'static [HandlerDescription],
    /// Where it is annotated.
    pub source: SourceLocation,
    register: Register,
    /// Whether its options can be, merged with these and the built-in ones.
    pub(crate) check: fn(&ConfiguredOptions) -> Result<(), InvalidOptions>,
    /// The options that the annotation sets.
    pub(crate) options: fn() -> WorkflowOptions,
    identify: fn(&[Value]) -> Result<Option<String>, InvalidInput>,
}

impl WorkflowEntry {
    fn of<W: Workflow>(register: Register) -> (Self, Result<(), InvalidOptions>) {
        let entry = Self {
            name: W::NAME,
            queue: W::QUEUE,
            parameters: W::PARAMETERS,
            output: W::OUTPUT,
            signals: W::SIGNALS,
            queries: W::QUERIES,
            updates: W::UPDATES,
            source: W::SOURCE,
            register,
            check: |configured| {
                let (call, configured) =
                    (WorkflowOptions::default(), configured.of_workflow(W::NAME));
                call.resolve(W::options(), configured).map(drop)
            },
            options: W::options,
            identify: |values| {
                let input = json::decode::<W::Input>(values, W::PARAMETERS)?;
                Ok(W::workflow_id(&input))
            },
        };
        let checked = (entry.check)(&ConfiguredOptions::default());
        (entry, checked)
    }

    /// Whether the workflow could read these values: one, or none where it takes no input.
    ///
    /// # Errors
    /// [`InvalidInput`] says what does not fit, and where.
    pub fn check_input(&self, values: &[Value]) -> Result<(), InvalidInput> {
        self.workflow_id(values).map(drop)
    }

    /// The workflow id that the annotation's template makes of an input, or `None` where it has no
    /// template.
    ///
    /// # Errors
    /// [`InvalidInput`] says what does not fit, and where.
    pub fn workflow_id(&self, values: &[Value]) -> Result<Option<String>, InvalidInput> {
        (self.identify)(values)
    }
}

/// An annotated activity, as the registry lists it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ActivityEntry {
    /// The type name on the server.
    pub name: &'static str,
    /// The queue whose workers run it.
    pub queue: &'static str,
    /// Its inputs, in order.
    pub parameters: &'static [Parameter],
    /// Its output type, as written.
    pub output: &'static str,
    /// What it takes as `State<T>`.
    pub dependencies: Vec<ActivityDependency>,
    /// Where it is annotated.
    pub source: SourceLocation,
    register: Register,
    /// Whether its options can be, merged with these and the built-in ones.
    pub(crate) check: fn(&ConfiguredOptions) -> Result<(), InvalidOptions>,
}

impl ActivityEntry {
    fn of<A: Activity>(register: Register) -> (Self, Result<(), InvalidOptions>) {
        let entry = Self {
            name: A::NAME,
            queue: A::QUEUE,
            parameters: A::PARAMETERS,
            output: A::OUTPUT,
            dependencies: A::dependencies(),
            source: A::SOURCE,
            register,
            check: |configured| {
                let (call, configured) =
                    (ActivityOptions::default(), configured.of_activity(A::NAME));
                call.resolve(A::options(), configured).map(drop)
            },
        };
        let checked = (entry.check)(&ConfiguredOptions::default());
        (entry, checked)
    }
}

/// What is defined for one task queue.
#[derive(Clone, Default)]
pub struct Queue {
    workflows: Vec<WorkflowEntry>,
    activities: Vec<ActivityEntry>,
}

impl Queue {
    /// The queue's workflows, by name.
    #[must_use]
    pub fn workflows(&self) -> &[WorkflowEntry] {
        &self.workflows
    }

    /// The queue's activities, by name.
    #[must_use]
    pub fn activities(&self) -> &[ActivityEntry] {
        &self.activities
    }

    /// Registers all of it.
    pub(crate) fn register(
        &self,
        target: &mut Target<'_>,
    ) -> Result<(), WorkflowRegistrationError> {
        let workflows = self.workflows.iter().map(|entry| entry.register);
        let activities = self.activities.iter().map(|entry| entry.register);
        workflows.chain(activities).try_for_each(|register| register(target))
    }

    /// Takes over what has no namesake here.
    #[cfg(feature = "testing")]
    fn add_missing(&mut self, other: Self) {
        for entry in other.workflows {
            if self.workflows.iter().all(|own| own.name != entry.name) {
                self.workflows.push(entry);
            }
        }
        for entry in other.activities {
            if self.activities.iter().all(|own| own.name != entry.name) {
                self.activities.push(entry);
            }
        }
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("workflows", &self.workflows)
            .field("activities", &self.activities)
            .finish_non_exhaustive()
    }
}

/// All annotated workflows and activities of this program, by queue.
///
/// ```standalone_crate
/// let registry = durable::Registry::collect()?;
/// for (name, queue) in registry.queues() {
///     println!("{name}: {} workflows", queue.workflows().len());
/// }
/// # Ok::<(), durable::definition::RegistryError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Registry {
    queues: BTreeMap<&'static str, Queue>,
    declared: BTreeMap<&'static str, Queue>,
}

impl Registry {
    /// Collects what the linker found in this program.
    ///
    /// A library crate takes part only when the program really links it: where nothing else names
    /// it, write `use my_workflows as _;`.
    ///
    /// # Errors
    /// [`RegistryError`] lists every problem: two definitions of one kind and name on a queue, and
    /// annotations whose options, merged with the built-in ones, cannot be.
    pub fn collect() -> Result<Self, RegistryError> {
        Self::from_registrations(inventory::iter::<Registration>.into_iter())
    }

    fn from_registrations<'a>(
        registrations: impl Iterator<Item = &'a Registration>,
    ) -> Result<Self, RegistryError> {
        let mut registry = Self::default();
        let mut problems = Vec::new();
        for registration in registrations {
            let Registry { queues, declared } = &mut registry;
            let queues = if registration.declared { declared } else { queues };
            match registration.kind {
                Kind::Workflow(describe, register) => {
                    let (entry, options) = describe(register);
                    problem_of("workflow", entry.name, entry.source, options, &mut problems);
                    queues.entry(entry.queue).or_default().workflows.push(entry);
                }
                Kind::Activity(describe, register) => {
                    let (entry, options) = describe(register);
                    problem_of("activity", entry.name, entry.source, options, &mut problems);
                    queues.entry(entry.queue).or_default().activities.push(entry);
                }
            }
        }
        for queue in registry.queues.values_mut().chain(registry.declared.values_mut()) {
            // Link order is arbitrary; what is reported and registered should not be.
            queue.workflows.sort_by_key(|entry| (entry.name, entry.source));
            queue.activities.sort_by_key(|entry| (entry.name, entry.source));
        }
        // What is served elsewhere may well be declared twice.
        for (name, queue) in &registry.queues {
            let workflows = queue.workflows.iter().map(|entry| (entry.name, entry.source));
            let activities = queue.activities.iter().map(|entry| (entry.name, entry.source));
            duplicates("workflow", name, workflows, &mut problems);
            duplicates("activity", name, activities, &mut problems);
        }
        if problems.is_empty() { Ok(registry) } else { Err(RegistryError { problems }) }
    }

    /// The queues, by name.
    pub fn queues(&self) -> impl Iterator<Item = (&'static str, &Queue)> {
        self.queues.iter().map(|(name, queue)| (*name, queue))
    }

    /// One queue, or `None` when nothing in this program is annotated with it.
    #[must_use]
    pub fn queue(&self, name: &str) -> Option<&Queue> {
        self.queues.get(name)
    }

    /// All workflows, by queue and name.
    pub fn workflows(&self) -> impl Iterator<Item = &WorkflowEntry> {
        self.queues.values().flat_map(Queue::workflows)
    }

    /// All activities, by queue and name.
    pub fn activities(&self) -> impl Iterator<Item = &ActivityEntry> {
        self.queues.values().flat_map(Queue::activities)
    }

    /// What this program declares without a body, because it is served elsewhere, by queue.
    pub fn declared(&self) -> impl Iterator<Item = (&'static str, &Queue)> {
        self.declared.iter().map(|(name, queue)| (*name, queue))
    }

    /// Has what is declared served here, as far as nothing else of this program serves it: in a test
    /// it may be mocked.
    #[cfg(feature = "testing")]
    pub(crate) fn serve_declared(&mut self) {
        for (name, declared) in std::mem::take(&mut self.declared) {
            self.queues.entry(name).or_default().add_missing(declared);
        }
    }

    /// Whether this program holds no workflow and no activity at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queues.is_empty()
    }
}

fn problem_of(
    kind: &'static str,
    name: &'static str,
    source: SourceLocation,
    options: Result<(), InvalidOptions>,
    problems: &mut Vec<RegistryProblem>,
) {
    if let Err(error) = options {
        problems.push(RegistryProblem::InvalidOptions { kind, name, source, error });
    }
}

fn duplicates(
    kind: &'static str,
    queue: &'static str,
    sorted: impl Iterator<Item = (&'static str, SourceLocation)>,
    problems: &mut Vec<RegistryProblem>,
) {
    let mut by_name = BTreeMap::<_, Vec<_>>::new();
    for (name, source) in sorted {
        by_name.entry(name).or_default().push(source);
    }
    for (name, sources) in by_name {
        if sources.len() > 1 {
            problems.push(RegistryProblem::DuplicateName { kind, name, queue, sources });
        }
    }
}
