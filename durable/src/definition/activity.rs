//! What `#[activity]` says of a function.

use temporalio_common::ActivityDefinition;

use super::{ActivityDependency, Parameter, SourceLocation};
use crate::options::ActivityOptions;

/// An annotated activity function, as a type.
///
/// `#[activity]` implements it on the type that bears the function's name. The Temporal concept is
/// the [activity definition](https://docs.temporal.io/activity-definition).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an activity",
    note = "annotate the function with `#[activity(queue = \"..\")]`"
)]
pub trait Activity: ActivityDefinition + Send + Sync + Sized + 'static {
    /// The activity type's name on the server.
    const NAME: &'static str;
    /// The task queue whose workers run it.
    const QUEUE: &'static str;
    /// The inputs, in order; each travels as a payload of its own.
    const PARAMETERS: &'static [Parameter];
    /// The output type as the user wrote it.
    const OUTPUT: &'static str;
    /// Where the annotation stands.
    const SOURCE: SourceLocation;

    /// The inputs as a tuple: `()`, `(T,)`, `(T, U)` and so on.
    type Arguments: 'static;

    /// The inputs, taken out of the form in which they travel.
    #[must_use]
    fn arguments(input: Self::Input) -> Self::Arguments;

    /// The inputs, in the form in which they travel.
    #[must_use]
    fn input(arguments: Self::Arguments) -> Self::Input;

    /// The options that the annotation sets; what it leaves out is `None`.
    #[must_use]
    fn options() -> ActivityOptions {
        ActivityOptions::default()
    }

    /// The types that the function takes as `State<T>`, which the worker must be given.
    #[must_use]
    fn dependencies() -> Vec<ActivityDependency> {
        Vec::new()
    }
}
