//! The seal of traits that only macros and this crate implement.

/// A type that may implement the traits of this crate.
///
/// The traits whose supertrait it is can get new items without breaking a program, because no program
/// implements them itself. The macros implement it for the user's types.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot implement a trait that only `durable` and its macros implement",
    label = "this type has no annotation of `durable`",
    note = "annotate a struct with `#[workflow(queue = \"..\")]`, or a function with `#[activity(queue = \"..\")]`"
)]
pub trait Sealed {}
