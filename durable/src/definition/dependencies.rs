//! The values that activities ask for by type, and the worker is given.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use temporalio_sdk::activities::{ActivityDefinitions, ActivityImplementer};

/// A type that an activity takes as `State<T>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActivityDependency {
    id: TypeId,
    type_name: &'static str,
}

impl ActivityDependency {
    /// The dependency on a `State<T>`; called by generated code.
    #[must_use]
    pub fn of<T: ?Sized + 'static>() -> Self {
        Self { id: TypeId::of::<T>(), type_name: std::any::type_name::<T>() }
    }

    /// The full name of the type.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }
}

/// All that a worker was given, by type.
///
/// Each value is kept as an `Arc<T>`, so that `T` may be unsized.
#[derive(Clone, Default)]
pub struct Dependencies {
    values: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl Dependencies {
    pub(crate) fn insert<T: ?Sized + Send + Sync + 'static>(&mut self, value: Arc<T>) {
        self.values.insert(TypeId::of::<T>(), Arc::new(value));
    }

    /// These values, and those of `other` of which there is none here.
    #[cfg(feature = "testing")]
    pub(crate) fn over(&self, other: &Self) -> Self {
        let mut values = other.values.clone();
        values.extend(self.values.iter().map(|(id, value)| (*id, Arc::clone(value))));
        Self { values }
    }

    pub(crate) fn has(&self, dependency: &ActivityDependency) -> bool {
        self.values.contains_key(&dependency.id)
    }

    pub(crate) fn get<T: ?Sized + Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.values.get(&TypeId::of::<T>())?.downcast_ref::<Arc<T>>().map(Arc::clone)
    }
}

/// The SDK hands an activity its implementer; here that is what the worker was given, for every
/// activity alike, and each activity is registered by itself.
impl ActivityImplementer for Dependencies {
    fn register_all(self: Arc<Self>, _: &mut ActivityDefinitions) {}
}
