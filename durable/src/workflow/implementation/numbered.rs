//! The traits by which a workflow implements its signals, queries and updates, and the SDK's definitions of
//! them.
//!
//! A handler is a number of the workflow's own type. So an annotation costs rustc one implementation for
//! each handler, and no type with implementations of several traits.

use std::marker::PhantomData;

use futures_util::future::LocalBoxFuture;
use temporalio_common::data_converters::{TemporalDeserializable, TemporalSerializable};
use temporalio_common::{QueryDefinition, SignalDefinition, UpdateDefinition, WorkflowDefinition};
use temporalio_sdk::WorkflowContextView;

use super::tables::HandlerError;
use crate::definition::handler::HandlerFacts;
use crate::definition::{Handler, debug};
use crate::workflow::{SyncWorkflowContext, WorkflowContext};

/// Handlers of a workflow that is only declared: they are known, and nothing calls them here.
pub(super) const NOT_CALLED: &str = "a declared workflow has no code";

/// Declares the digits of the numbers of handlers.
macro_rules! digits {
    ($($digit:ident)*) => {
        $(
            /// A digit of a handler's number. Numbers are types, because rustc checks each mention of a
            /// constant as a function of its own.
            #[derive(Debug)]
            #[non_exhaustive]
            pub enum $digit {}
        )*
    };
}

digits!(D0 D1 D2 D3 D4 D5 D6 D7 D8 D9);

/// The signal of a workflow with this number, a `SignalDefinition`.
pub struct Signal<W, N>(PhantomData<fn() -> (W, N)>);
/// The query of a workflow with this number, a `QueryDefinition`.
pub struct Query<W, N>(PhantomData<fn() -> (W, N)>);
/// The update of a workflow with this number, an `UpdateDefinition`.
pub struct Update<W, N>(PhantomData<fn() -> (W, N)>);

/// The signal of a workflow with this number.
///
/// The numbers count the handlers of a workflow. One implementation for the workflow's own type costs
/// rustc less than a type for each handler, with an implementation of each trait. The entry in the table
/// of handlers selects the method that is called.
pub trait HandleSignal<N>: Sized + 'static {
    /// The inputs in the form in which they are sent.
    type Input: TemporalDeserializable + TemporalSerializable + 'static;
    /// The name, the parameters and the description.
    const FACTS: HandlerFacts;

    /// Calls the plain method.
    fn handle(_: &mut Self, _: &mut SyncWorkflowContext<Self>, _: Self::Input) {
        unreachable!("{NOT_CALLED}")
    }

    /// Calls the async method.
    #[must_use]
    fn handle_async(_: WorkflowContext<Self>, _: Self::Input) -> LocalBoxFuture<'static, ()> {
        unreachable!("{NOT_CALLED}")
    }
}

/// The query of a workflow with this number, like [`HandleSignal`].
pub trait AnswerQuery<N>: Sized + 'static {
    /// The inputs in the form in which they are sent.
    type Input: TemporalDeserializable + TemporalSerializable + 'static;
    /// The output.
    type Output: TemporalDeserializable + TemporalSerializable + 'static;
    /// The name, the parameters, the output and the description.
    const FACTS: HandlerFacts;

    /// Calls the method.
    ///
    /// # Errors
    /// Returns the error of the method.
    fn answer(
        _: &Self,
        _: &WorkflowContextView,
        _: Self::Input,
    ) -> Result<Self::Output, HandlerError> {
        unreachable!("{NOT_CALLED}")
    }
}

/// The update of a workflow with this number, like [`HandleSignal`].
pub trait HandleUpdate<N>: Sized + 'static {
    /// The inputs in the form in which they are sent.
    type Input: TemporalDeserializable + TemporalSerializable + 'static;
    /// The output.
    type Output: TemporalDeserializable + TemporalSerializable + 'static;
    /// The name, the parameters, the output and the description.
    const FACTS: HandlerFacts;
    /// `true` if there is an `#[update_validator]`.
    const HAS_VALIDATOR: bool = false;

    /// Calls the validator.
    ///
    /// # Errors
    /// Returns the error of the validator, with which the update is rejected.
    fn validate(_: &Self, _: &WorkflowContextView, _: &Self::Input) -> Result<(), HandlerError> {
        Ok(())
    }

    /// Calls the plain method.
    ///
    /// # Errors
    /// Returns the error of the method, with which the update fails.
    fn handle(
        _: &mut Self,
        _: &mut SyncWorkflowContext<Self>,
        _: Self::Input,
    ) -> Result<Self::Output, HandlerError> {
        unreachable!("{NOT_CALLED}")
    }

    /// Calls the async method.
    #[must_use]
    fn handle_async(
        _: WorkflowContext<Self>,
        _: Self::Input,
    ) -> LocalBoxFuture<'static, Result<Self::Output, HandlerError>> {
        unreachable!("{NOT_CALLED}")
    }
}

/// Implements the SDK's definition for the type of a kind of handlers.
macro_rules! define {
    ($handler:ident, $definition:ident, $trait:ident $(, $output:ident)?) => {
        debug!([W, N] $handler[W, N]:);

        impl<W, N> $handler<W, N> {
            /// The only value.
            pub const NEW: Self = Self(PhantomData);
        }

        impl<W: $trait<N> + WorkflowDefinition, N: 'static> $definition for $handler<W, N> {
            type Workflow = W;
            type Input = <W as $trait<N>>::Input;
            $(type $output = <W as $trait<N>>::$output;)?

            fn name(&self) -> &str {
                <Self as Handler>::NAME
            }
        }

        impl<W: $trait<N>, N: 'static> Handler for $handler<W, N> {
            type Inputs = <W as $trait<N>>::Input;

            const FACTS: HandlerFacts = W::FACTS;
        }
    };
}

define!(Signal, SignalDefinition, HandleSignal);
define!(Query, QueryDefinition, AnswerQuery, Output);
define!(Update, UpdateDefinition, HandleUpdate, Output);
