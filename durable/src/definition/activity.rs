//! The definition of an activity.

use temporalio_common::ActivityDefinition;

use super::sealed::Sealed;
use super::{ActivityDependency, Parameter, SourceLocation};
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
    /// The activity type's name on the server.
    const NAME: &'static str;
    /// The task queue of the activity.
    const QUEUE: &'static str;
    /// The inputs in order. Each is sent as a separate payload.
    const PARAMETERS: &'static [Parameter];
    /// The output type as written in the source.
    const OUTPUT: &'static str;
    /// The place of the annotation.
    const SOURCE: SourceLocation;

    /// The inputs as a tuple: `()`, `(T,)`, `(T, U)` and so on.
    type Arguments: 'static;

    /// Converts the inputs from the form in which they are sent.
    #[doc(hidden)]
    #[must_use]
    fn arguments(input: Self::Input) -> Self::Arguments;

    /// Converts the inputs to the form in which they are sent.
    #[doc(hidden)]
    #[must_use]
    fn input(arguments: Self::Arguments) -> Self::Input;

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
