//! The workflow types and operations that a gateway has.

use std::collections::{BTreeMap, BTreeSet};

use super::{GatewayError, Operation, kind};
use crate::definition::{HandlerDescription, HandlerKind, Registry, WorkflowEntry};
use crate::web::Problem;

/// The rules of a gateway's builder.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    /// The queues whose workflows the gateway has, or all.
    pub(super) queues: Option<BTreeSet<String>>,
    /// The operations on every type, or all.
    pub(super) operations: Option<BTreeSet<Operation>>,
    /// The allowed types, each with its operations, or all.
    pub(super) types: Option<BTreeMap<String, BTreeSet<Operation>>>,
}

/// The allowed workflow types, by name.
#[derive(Debug)]
pub(super) struct Catalogue {
    types: BTreeMap<&'static str, Permitted>,
    has_document: bool,
}

#[derive(Debug)]
struct Permitted {
    entry: WorkflowEntry,
    operations: BTreeSet<Operation>,
}

impl Catalogue {
    /// Selects the types of the registry, also those that another program serves.
    pub(super) fn new(registry: &Registry, rules: &Rules) -> Result<Self, GatewayError> {
        let queues = registry.queues().chain(registry.declared());
        let all: Vec<_> = queues.flat_map(|(_, queue)| queue.workflows()).collect();
        let known = |queue: &str| all.iter().any(|entry| entry.queue == queue);
        if let Some(name) = rules.queues.iter().flatten().find(|queue| !known(queue)) {
            return Err(GatewayError::UnknownQueue { name: name.clone() });
        }
        let is_selected = |entry: &&WorkflowEntry| {
            rules.queues.as_ref().is_none_or(|queues| queues.contains(entry.queue))
                && rules.types.as_ref().is_none_or(|types| types.contains_key(entry.name))
        };
        let mut types = BTreeMap::<_, Permitted>::new();
        for entry in all.into_iter().filter(is_selected) {
            if let Some(other) = types.get(entry.name) {
                if other.entry.queue == entry.queue {
                    continue;
                }
                let (name, one, other) = (entry.name, other.entry.queue, entry.queue);
                return Err(GatewayError::AmbiguousType { name, one, other });
            }
            let operations = rules.of(entry.name);
            types.insert(entry.name, Permitted { entry: entry.clone(), operations });
        }
        let missing = |name: &&String| !types.contains_key(name.as_str());
        let named = rules.types.iter().flat_map(BTreeMap::keys);
        if let Some(name) = named.into_iter().find(missing) {
            return Err(GatewayError::UnknownType { name: name.clone() });
        }
        if types.is_empty() {
            return Err(GatewayError::NoTypes);
        }
        Ok(Self { types, has_document: rules.permits(Operation::Document) })
    }

    /// Returns the name of a type that the gateway has, for the hook.
    pub(super) fn name(&self, workflow_type: &str) -> Option<&'static str> {
        self.types.get_key_value(workflow_type).map(|(name, _)| *name)
    }

    /// Returns the type with this name if the operation is allowed on it.
    pub(super) fn permitted(
        &self,
        workflow_type: &str,
        operation: Operation,
    ) -> Result<&WorkflowEntry, Problem> {
        let Some(found) = self.types.get(workflow_type) else {
            // The name isn't repeated, because anything may be in a path.
            return Err(Problem::of(kind::UNKNOWN_TYPE, "the gateway has no such workflow type"));
        };
        if found.operations.contains(&operation) {
            Ok(&found.entry)
        } else {
            let name = found.entry.name;
            let detail = format!("the gateway doesn't allow this operation on `{name}`");
            Err(Problem::of(kind::FORBIDDEN, detail))
        }
    }

    /// Returns the types on which the operation is allowed, sorted by name.
    pub(super) fn with(&self, operation: Operation) -> impl Iterator<Item = &WorkflowEntry> {
        let has_it = move |permitted: &&Permitted| permitted.operations.contains(&operation);
        self.types.values().filter(has_it).map(|permitted| &permitted.entry)
    }

    /// Returns all types with their operations.
    pub(super) fn types(&self) -> impl Iterator<Item = (&WorkflowEntry, &BTreeSet<Operation>)> {
        self.types.values().map(|permitted| (&permitted.entry, &permitted.operations))
    }

    pub(super) fn has_document(&self) -> bool {
        self.has_document
    }
}

impl Rules {
    fn permits(&self, operation: Operation) -> bool {
        self.operations.as_ref().is_none_or(|all| all.contains(&operation))
    }

    /// Returns the operations on a type: both rules must allow them.
    fn of(&self, name: &str) -> BTreeSet<Operation> {
        let own = self.types.as_ref().and_then(|types| types.get(name));
        let is_own = |operation: &Operation| own.is_none_or(|own| own.contains(operation));
        Operation::ALL.into_iter().filter(|it| self.permits(*it) && is_own(it)).collect()
    }
}

/// Returns the declared handler of this name.
pub(super) fn handler(
    entry: &WorkflowEntry,
    kind: HandlerKind,
    name: &str,
) -> Result<HandlerDescription, Problem> {
    let found = entry.handlers(kind).iter().find(|handler| handler.name == name);
    found.copied().ok_or_else(|| {
        let detail = format!("workflow type `{}` has no such {}", entry.name, kind.name());
        Problem::of(self::kind::UNKNOWN_HANDLER, detail)
    })
}
