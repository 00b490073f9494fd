//! `State<T>`: values that a worker shares with its activities.

use std::ops::Deref;
use std::sync::Arc;

use temporalio_common::error::ApplicationFailure;
use temporalio_sdk::activities::ActivityError;

use crate::definition::Dependencies;

/// A shared value of the worker that an activity takes as a parameter.
///
/// The value is set with [`Workers::state`](crate::Workers::state). `State` dereferences to it. `T` may
/// be a trait object.
///
/// ```
/// use durable::State;
///
/// struct Mailer;
/// impl Mailer {
///     fn send(&self, _to: &str) {}
/// }
///
/// // In a unit test of an activity, no worker is needed:
/// let mailer = State::new(Mailer);
/// mailer.send("ada@example.com");
/// ```
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "`State(db): State<Db>` is a parameter")]
pub struct State<T: ?Sized>(pub Arc<T>);

impl<T> State<T> {
    /// Wraps a value, for calling an activity function directly.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T: ?Sized> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Returns the worker's value of a type.
///
/// # Errors
/// Returns a non-retryable failure if the worker has no such value. Workers of this crate check this
/// when they start, so it only concerns activities that run without them.
pub(crate) fn state<T: ?Sized + Send + Sync + 'static>(
    dependencies: Option<&Arc<Dependencies>>,
) -> Result<State<T>, ActivityError> {
    dependencies.and_then(|dependencies| dependencies.get()).map(State).ok_or_else(|| {
        let name = std::any::type_name::<T>();
        let failure = ApplicationFailure::builder(format!(
            "this worker has no `State<{name}>`; add it with `.state(..)`"
        ));
        let failure = failure.type_name("MissingState".to_owned()).non_retryable(true).build();
        ActivityError::application(failure)
    })
}
