//! Values of a worker that activities take by type.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use temporalio_sdk::activities::{ActivityDefinitions, ActivityImplementer};

use crate::definition::{debug, discard};

/// A type that an activity takes as `State<T>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActivityDependency {
    id: TypeId,
    type_name: &'static str,
}

impl ActivityDependency {
    /// Creates the dependency on a `State<T>`.
    #[must_use]
    pub(crate) fn of<T: ?Sized + 'static>() -> Self {
        Self { id: TypeId::of::<T>(), type_name: std::any::type_name::<T>() }
    }

    /// Returns the full name of the type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }
}

/// The values of a worker, by type.
///
/// Each value is stored as an `Arc<T>`, so `T` may be unsized.
#[derive(Clone, Default)]
pub struct Dependencies {
    values: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

debug!([] Dependencies[]:);

/// The last owner of a value is often the thread of a worker, which must not end by a panic of a `Drop`.
impl Drop for Dependencies {
    fn drop(&mut self) {
        self.values.drain().for_each(|(_, value)| discard(value));
    }
}

impl Dependencies {
    pub(crate) fn insert<T: ?Sized + Send + Sync + 'static>(&mut self, value: Arc<T>) {
        self.values.insert(TypeId::of::<T>(), Arc::new(value));
    }

    /// Returns these values, and those of `other` whose types are missing here.
    #[cfg(feature = "testing")]
    pub(crate) fn over(&self, other: &Self) -> Self {
        let mut values = other.values.clone();
        values.extend(self.values.iter().map(|(id, value)| (*id, Arc::clone(value))));
        Self { values }
    }

    pub(crate) fn has(&self, dependency: &ActivityDependency) -> bool {
        self.values.contains_key(&dependency.id)
    }

    pub(crate) fn get_ref<T: ?Sized + Send + Sync + 'static>(&self) -> Option<&T> {
        self.values.get(&TypeId::of::<T>())?.downcast_ref::<Arc<T>>().map(Arc::as_ref)
    }

    pub(crate) fn get<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.values.get(&TypeId::of::<T>())?.downcast_ref::<Arc<T>>().map(Arc::clone)
    }
}

/// Makes the values the implementer that the SDK passes to each activity. Activities are registered one
/// by one, so there is nothing to register here.
impl ActivityImplementer for Dependencies {
    fn register_all(self: Arc<Self>, _: &mut ActivityDefinitions) {}
}
