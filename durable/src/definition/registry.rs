//! The registry of this program's workflows and activities, by task queue.
//!
//! Annotated items submit themselves at link time. [`Registry::collect`] sorts them and checks that they
//! do not contradict each other.

use std::collections::BTreeMap;
use std::fmt;

use temporalio_sdk::WorkflowRegistrationError;

use super::entry::{ActivityEntry, Register, Target, WorkflowEntry, WorkflowHandlers};
use super::search_attribute::{self, DeclaredSearchAttribute, SearchAttributeEntry};
use super::{Activity, RegistryError, RegistryProblem, SourceLocation, Workflow};
use crate::definition::debug;
use crate::options::InvalidOptions;

/// The entry that an annotation submits at link time; created by generated code.
pub struct Registration {
    kind: Kind,
    /// `true` for an item that is only declared here, and served by another program.
    declared: bool,
}

debug!([] Registration[]: declared);

enum Kind {
    Workflow(DescribeWorkflow, Register, fn() -> WorkflowHandlers),
    Activity(Describe<ActivityEntry>, Register),
}

type Describe<E> = fn(Register) -> (E, Result<(), InvalidOptions>);
type DescribeWorkflow =
    fn(Register, WorkflowHandlers) -> (WorkflowEntry, Result<(), InvalidOptions>);

inventory::collect!(Registration);

impl Registration {
    /// Creates the registration of a workflow.
    #[must_use]
    pub(crate) const fn workflow<W: Workflow>(
        register: Register,
        handlers: fn() -> WorkflowHandlers,
    ) -> Self {
        let kind = Kind::Workflow(WorkflowEntry::of::<W>, register, handlers);
        Self { kind, declared: false }
    }

    /// Creates the registration of an activity.
    #[must_use]
    pub(crate) const fn activity<A: Activity>(register: Register) -> Self {
        Self { kind: Kind::Activity(ActivityEntry::of::<A>, register), declared: false }
    }

    /// Marks the item as only declared.
    #[must_use]
    pub(crate) const fn declared(mut self) -> Self {
        self.declared = true;
        self
    }
}

/// The workflows and activities of one task queue.
#[derive(Clone, Default)]
pub struct Queue {
    workflows: Vec<WorkflowEntry>,
    activities: Vec<ActivityEntry>,
}

impl Queue {
    /// Returns the workflows, sorted by name.
    #[must_use]
    pub fn workflows(&self) -> &[WorkflowEntry] {
        &self.workflows
    }

    /// Returns the activities, sorted by name.
    #[must_use]
    pub fn activities(&self) -> &[ActivityEntry] {
        &self.activities
    }

    /// Registers all workflows and activities.
    pub(crate) fn register(
        &self,
        target: &mut Target<'_>,
    ) -> Result<(), WorkflowRegistrationError> {
        let workflows = self.workflows.iter().map(|entry| entry.register);
        let activities = self.activities.iter().map(|entry| entry.register);
        workflows.chain(activities).try_for_each(|register| register(target))
    }

    /// Adds the entries of `other` whose names are missing here.
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

/// All annotated workflows and activities of this program, by task queue.
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
    search_attributes: Vec<SearchAttributeEntry>,
}

impl Registry {
    /// Collects the annotated items that are linked into this program.
    ///
    /// A library crate is only linked if the program uses it. If nothing else uses it, write
    /// `use my_workflows as _;`.
    ///
    /// # Errors
    /// [`RegistryError`] lists every problem: definitions of one kind with the same name on one queue,
    /// annotations whose options, merged with the built-in ones, are invalid, and search attributes
    /// that are declared with several types.
    pub fn collect() -> Result<Self, RegistryError> {
        Self::from_registrations(inventory::iter::<Registration>.into_iter())
    }

    fn from_registrations<'a>(
        registrations: impl Iterator<Item = &'a Registration>,
    ) -> Result<Self, RegistryError> {
        let mut registry = Self::default();
        let mut problems = Vec::new();
        for registration in registrations {
            let Registry { queues, declared, .. } = &mut registry;
            let queues = if registration.declared { declared } else { queues };
            match registration.kind {
                Kind::Workflow(describe, register, handlers) => {
                    let (entry, options) = describe(register, handlers());
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
            // The link order is arbitrary. Sorting makes reports and registrations deterministic.
            queue.workflows.sort_by_key(|entry| (entry.name, entry.source));
            queue.activities.sort_by_key(|entry| (entry.name, entry.source));
        }
        // Declared items are not checked, because several modules may declare the same one.
        for (name, queue) in &registry.queues {
            let workflows = queue.workflows.iter().map(|entry| (entry.name, entry.source));
            let activities = queue.activities.iter().map(|entry| (entry.name, entry.source));
            duplicates("workflow", name, workflows, &mut problems);
            duplicates("activity", name, activities, &mut problems);
        }
        let declared = inventory::iter::<DeclaredSearchAttribute>;
        registry.search_attributes = search_attribute::collect(declared, &mut problems);
        if problems.is_empty() { Ok(registry) } else { Err(RegistryError { problems }) }
    }

    /// Returns the search attributes that this program declares with
    /// [`search_attributes!`](crate::search_attributes), sorted by name.
    #[must_use]
    pub fn search_attributes(&self) -> &[SearchAttributeEntry] {
        &self.search_attributes
    }

    /// Returns an iterator over the task queues, sorted by name.
    pub fn queues(&self) -> impl Iterator<Item = (&'static str, &Queue)> {
        self.queues.iter().map(|(name, queue)| (*name, queue))
    }

    /// Returns a task queue, or `None` if this program has no workflow or activity on it.
    #[must_use]
    pub fn queue(&self, name: &str) -> Option<&Queue> {
        self.queues.get(name)
    }

    /// Returns an iterator over all workflows, sorted by queue and name.
    pub fn workflows(&self) -> impl Iterator<Item = &WorkflowEntry> {
        self.queues.values().flat_map(Queue::workflows)
    }

    /// Returns an iterator over all activities, sorted by queue and name.
    pub fn activities(&self) -> impl Iterator<Item = &ActivityEntry> {
        self.queues.values().flat_map(Queue::activities)
    }

    /// Returns an iterator over the workflows and activities that this program only declares, because
    /// another program serves them, by task queue.
    pub fn declared(&self) -> impl Iterator<Item = (&'static str, &Queue)> {
        self.declared.iter().map(|(name, queue)| (*name, queue))
    }

    /// Makes declared items served by this program, unless it defines them itself, so that a test can
    /// mock them.
    #[cfg(feature = "testing")]
    pub(crate) fn serve_declared(&mut self) {
        for (name, declared) in std::mem::take(&mut self.declared) {
            self.queues.entry(name).or_default().add_missing(declared);
        }
    }

    /// Returns `true` if this program defines no workflow and no activity.
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
