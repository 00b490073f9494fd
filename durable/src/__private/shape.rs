//! Decides by type, and not by a name, whether a function returns a `Result`, and what a parameter is.
//!
//! A macro sees names alone, and an alias hides what it stands for. So generated code asks the type:
//! an inherent constant is found before one of a trait, which tells a `Result` from every other type,
//! and the answer picks an implementation of [`Returned`].

use std::convert::Infallible;
use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::Arc;

use temporalio_sdk::activities::{ActivityContext as SdkActivityContext, ActivityError};

use crate::activity::{ActivityContext, State, state};
use crate::definition::{ActivityDependency, Dependencies};

/// The shape of a return type.
pub struct Shape<R>(PhantomData<R>);

impl<T, E> Shape<Result<T, E>> {
    /// A `Result`, whatever it is called.
    pub const IS_RESULT: bool = true;
}

/// The shape of every type that is no `Result`.
pub trait OtherShape {
    /// No `Result`, whatever it is called.
    const IS_RESULT: bool = false;
}

impl<R> OtherShape for Shape<R> {}

/// What a function returns; [`Shape`] says which of the two implementations it is.
pub trait Returned<const IS_RESULT: bool> {
    /// The type of the success.
    type Success;
    /// The type of the error.
    type Error;

    /// The value as a `Result`.
    ///
    /// # Errors
    /// Its own.
    fn into_result(self) -> Result<Self::Success, Self::Error>;
}

impl<T, E> Returned<true> for Result<T, E> {
    type Success = T;
    type Error = E;

    fn into_result(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T> Returned<false> for T {
    type Success = T;
    type Error = Infallible;

    fn into_result(self) -> Result<T, Infallible> {
        Ok(self)
    }
}

/// The parts of what must be a `Result`.
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

    /// The value itself.
    ///
    /// # Errors
    /// Its own.
    fn into_result(self) -> Result<Self::Ok, Self::Err>;
}

impl<T, E> ResultType for Result<T, E> {
    type Ok = T;
    type Err = E;

    fn into_result(self) -> Self {
        self
    }
}

/// Two types, which may be one.
pub struct Pair<A: ?Sized, B: ?Sized>(PhantomData<A>, PhantomData<B>);

impl<A: ?Sized> Pair<A, A> {
    /// One type twice.
    pub const IS_SAME: bool = true;
}

/// Any two types.
pub trait OtherPair {
    /// Two types.
    const IS_SAME: bool = false;
}

impl<A: ?Sized, B: ?Sized> OtherPair for Pair<A, B> {}

/// What an id template can name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a part of a workflow id",
    label = "this is not `Display`",
    note = "name a text or a number in the template, such as the field `{{order_id}}`",
    note = "or implement `std::fmt::Display` for the type"
)]
pub trait IdPart {
    /// The part, to be written.
    fn part(&self) -> &dyn Display;
}

#[diagnostic::do_not_recommend]
impl<T: Display> IdPart for T {
    fn part(&self) -> &dyn Display {
        self
    }
}

/// A part of an id.
pub fn id_part<T: IdPart>(value: &T) -> &dyn Display {
    value.part()
}

/// The dependencies among what an activity takes from its worker.
#[must_use]
pub fn dependencies<const N: usize>(
    taken: [Option<ActivityDependency>; N],
) -> Vec<ActivityDependency> {
    taken.into_iter().flatten().collect()
}

/// The context of a method, under any name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the context of this method",
    label = "expected `{Context}`",
    note = "the context is the only parameter that is taken by reference; an input is owned, because \
            it travels through the server: remove the `&`"
)]
pub trait ContextType<Context> {
    /// The context, to read.
    fn shared(context: &Context) -> &Self;
    /// The context, to use.
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

/// What a worker gives an activity in front of its inputs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a worker gives an activity",
    label = "this is not durable's type of that name",
    note = "parameters written `ActivityContext` or `State<T>` come from the worker; take a type of \
            your own as an input under an alias: `type Input = {Self};`"
)]
pub trait FromWorker: Sized {
    /// The value that the worker must have been given for it.
    #[must_use]
    fn dependency() -> Option<ActivityDependency>;

    /// Takes it.
    ///
    /// # Errors
    /// When the worker has no such value.
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
