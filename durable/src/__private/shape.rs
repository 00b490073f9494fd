//! Distinguishes return types and parameters by their types, and not by the names in the source.
//!
//! A macro only sees names, and an alias hides the type. So generated code decides by type: an inherent
//! constant takes precedence over one of a trait, which distinguishes a `Result` from every other type
//! and selects the implementation of [`Returned`].

use std::convert::Infallible;
use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::Arc;

use temporalio_sdk::activities::{ActivityContext as SdkActivityContext, ActivityError};

use super::PayloadType;
use crate::activity::{ActivityContext, State, state};
use crate::definition::{ActivityDependency, Dependencies};

/// A value of a return type, whose inherent items exist only for a `Result`.
#[derive(Debug)]
pub struct Shape<R>(pub R);

impl<T, E> Shape<Result<T, E>> {
    /// The type of the success of a `Result`, also under an alias.
    pub const SUCCESS: Success<T, true> = Success(PhantomData);

    /// Returns the `Result`.
    ///
    /// # Errors
    /// Returns the error of the value.
    pub fn into_std(self) -> Result<T, E> {
        self.0
    }
}

/// The shape of every type that is not a `Result`.
pub trait OtherShape {
    /// The type itself.
    type Type;

    /// The type of the success, which is the type itself.
    const SUCCESS: Success<Self::Type, false> = Success(PhantomData);

    /// Returns the value as a success.
    ///
    /// # Errors
    /// Never returns an error.
    fn into_std(self) -> Result<Self::Type, Infallible>;
}

impl<R> OtherShape for Shape<R> {
    type Type = R;

    fn into_std(self) -> Result<R, Infallible> {
        Ok(self.0)
    }
}

/// The type of the success of a return type, and whether the return type is a `Result`.
#[derive(Debug)]
pub struct Success<T, const IS_RESULT: bool>(PhantomData<fn() -> T>);

/// Requires that the success is a payload, and returns whether the return type is a `Result`.
///
/// Generated code evaluates it for the parameter of [`Returned`]; see [`Sent`](super::Sent).
#[must_use]
pub const fn output<T: PayloadType, const IS_RESULT: bool>(_: &Success<T, IS_RESULT>) -> bool {
    IS_RESULT
}

/// A return type. [`Shape`] selects one of the two implementations.
pub trait Returned<const IS_RESULT: bool> {
    /// The type of the success.
    type Success;
}

#[diagnostic::do_not_recommend]
impl<T, E> Returned<true> for Result<T, E> {
    type Success = T;
}

#[diagnostic::do_not_recommend]
impl<T> Returned<false> for T {
    type Success = T;
}

/// A return type that must be a `Result`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a `Result`",
    label = "this is not a `Result`",
    note = "`#[run]` returns `WorkflowResult<T>`, and a validator `Result<(), E>`"
)]
pub trait ResultType {
    /// The type of the success.
    type Ok;
    /// The type of the error.
    type Err;

    /// The type of the success.
    const SUCCESS: Success<Self::Ok, true> = Success(PhantomData);

    /// Returns the value itself.
    ///
    /// # Errors
    /// Returns the error of the value.
    fn into_std(self) -> Result<Self::Ok, Self::Err>;
}

impl<T, E> ResultType for Result<T, E> {
    type Ok = T;
    type Err = E;

    fn into_std(self) -> Self {
        self
    }
}

/// A pair of types, for a comparison.
#[derive(Debug)]
pub struct Pair<A: ?Sized, B: ?Sized>(PhantomData<A>, PhantomData<B>);

impl<T: ?Sized> Pair<T, T> {
    /// `true` for equal types.
    pub const IS_SAME: bool = true;
}

/// A pair of different types.
pub trait OtherPair {
    /// `false` for different types.
    const IS_SAME: bool = false;
}

impl<A: ?Sized, B: ?Sized> OtherPair for Pair<A, B> {}

/// Selects the text of an output type: that of the first argument of the return type if the argument is
/// the output.
#[must_use]
pub const fn output_text(
    is_same: bool,
    argument: &'static str,
    returned: &'static str,
) -> &'static str {
    if is_same { argument } else { returned }
}

/// A value that an id template can contain.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a part of a workflow id",
    label = "this is not `Display`",
    note = "name a text or a number in the template, such as the field `{{order_id}}`",
    note = "or implement `std::fmt::Display` for the type"
)]
pub trait IdPart {
    /// Returns the part for formatting.
    fn part(&self) -> &dyn Display;
}

#[diagnostic::do_not_recommend]
impl<T: Display> IdPart for T {
    fn part(&self) -> &dyn Display {
        self
    }
}

/// Returns a part of an id for formatting.
pub fn id_part<T: IdPart>(value: &T) -> &dyn Display {
    value.part()
}

/// Collects the dependencies of an activity's parameters.
#[must_use]
pub fn dependencies<const N: usize>(
    taken: [Option<ActivityDependency>; N],
) -> Vec<ActivityDependency> {
    taken.into_iter().flatten().collect()
}

/// The context type of a method, which may be an alias.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the context of this method",
    label = "expected `{Context}`",
    note = "the context is the only parameter that is taken by reference; an input is owned, because \
            it travels through the server: remove the `&`"
)]
pub trait ContextType<Context> {
    /// Returns a shared reference to the context.
    fn shared(context: &Context) -> &Self;
    /// Returns an exclusive reference to the context.
    fn exclusive(context: &mut Context) -> &mut Self;
}

impl<Context> ContextType<Context> for Context {
    fn shared(context: &Context) -> &Self {
        context
    }

    fn exclusive(context: &mut Context) -> &mut Self {
        context
    }
}

/// A parameter of an activity that the worker provides, before the inputs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a worker gives an activity",
    label = "this is not durable's type of that name",
    note = "parameters written `ActivityContext` or `State<T>` come from the worker; take a type of \
            your own as an input under an alias: `type Input = {Self};`"
)]
pub trait FromWorker: Sized {
    /// Returns the dependency on a value of the worker, if there is one.
    #[must_use]
    fn dependency() -> Option<ActivityDependency>;

    /// Creates the parameter.
    ///
    /// # Errors
    /// Returns an error if the worker has no such value.
    fn from_worker(
        context: &SdkActivityContext,
        dependencies: Option<&Arc<Dependencies>>,
    ) -> Result<Self, ActivityError>;
}

impl FromWorker for ActivityContext {
    fn dependency() -> Option<ActivityDependency> {
        None
    }

    fn from_worker(
        context: &SdkActivityContext,
        dependencies: Option<&Arc<Dependencies>>,
    ) -> Result<Self, ActivityError> {
        Ok(Self::new(context.clone(), dependencies))
    }
}

impl<T: ?Sized + Send + Sync + 'static> FromWorker for State<T> {
    fn dependency() -> Option<ActivityDependency> {
        Some(ActivityDependency::of::<T>())
    }

    fn from_worker(
        _: &SdkActivityContext,
        dependencies: Option<&Arc<Dependencies>>,
    ) -> Result<Self, ActivityError> {
        state(dependencies)
    }
}

/// Returns `true` if every input is a payload.
#[must_use]
pub const fn all(are_payloads: &[bool]) -> bool {
    let mut rest = are_payloads;
    while let [first, others @ ..] = rest {
        if !*first {
            return false;
        }
        rest = others;
    }
    true
}
