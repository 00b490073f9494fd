//! The definition of an activity.

use temporalio_common::ActivityDefinition;

use super::sealed::Sealed;
use super::{ActivityDependency, Arguments, Parameter, SourceLocation};
use crate::options::ActivityOptions;

/// The definition of an annotated activity.
///
/// `#[activity]` implements it for a type with the function's name. The Temporal concept is
/// the [activity definition](https://docs.temporal.io/activity-definition).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an activity",
    note = "annotate the function with `#[activity(queue = \"..\")]`"
)]
pub trait Activity: Sealed + ActivityDefinition + Send + Sync + Sized + 'static {
    /// The constants below as one, which rustc checks faster.
    #[doc(hidden)]
    const FACTS: ActivityFacts;

    /// The activity type's name on the server.
    const NAME: &'static str = Self::FACTS.name;
    /// The task queue of the activity.
    const QUEUE: &'static str = Self::FACTS.queue;
    /// The inputs in order. Each is sent as a separate payload.
    const PARAMETERS: &'static [Parameter] = Self::FACTS.parameters;
    /// The output type as written in the source.
    const OUTPUT: &'static str = Self::FACTS.output;
    /// The place of the annotation.
    const SOURCE: SourceLocation = Self::FACTS.source;

    /// The inputs as a tuple: `()`, `(T,)`, `(T, U)` and so on.
    type Arguments: Arguments<Wire = <Self as ActivityDefinition>::Input>;

    /// Returns the options that the annotation sets.
    #[must_use]
    fn options() -> ActivityOptions {
        ActivityOptions::default()
    }

    /// Returns the types that the function takes as `State<T>`, for which the worker needs values.
    #[must_use]
    fn dependencies() -> Vec<ActivityDependency> {
        Vec::new()
    }
}

/// The constants of an activity.
#[doc(hidden)]
#[derive(Debug)]
pub struct ActivityFacts {
    pub(crate) name: &'static str,
    pub(crate) queue: &'static str,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) output: &'static str,
    pub(crate) source: SourceLocation,
}
