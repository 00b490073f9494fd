//! The seal of traits that only macros and this crate implement.

/// A type that may implement the traits of this crate.
///
/// The traits whose supertrait it is can get new items without breaking a program, because no program
/// implements them itself. The macros implement it for the user's types.
#[doc(hidden)]
pub trait Sealed {}
