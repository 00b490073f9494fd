//! Definitions of signals, queries and updates.

use serde_json::Value;
use temporalio_common::data_converters::TemporalDeserializable;

use super::Parameter;
use super::json::{self, InvalidInput};

/// The name and inputs of a signal, query or update.
#[doc(hidden)]
pub trait Handler: 'static {
    /// The inputs in the form in which they are sent.
    type Inputs: TemporalDeserializable + 'static;

    /// The constants of the handler as one, which rustc checks faster.
    const FACTS: HandlerFacts;

    /// The handler's name on the server.
    const NAME: &'static str = Self::FACTS.name;
    /// The inputs in order. Each is sent as a separate payload.
    const PARAMETERS: &'static [Parameter] = Self::FACTS.parameters;
}

/// The constants of a handler.
#[doc(hidden)]
#[derive(Debug)]
pub struct HandlerFacts {
    pub(crate) name: &'static str,
    /// The doc comment of the method, or an empty text.
    pub(crate) description: &'static str,
    pub(crate) parameters: &'static [Parameter],
    /// The output type as written in the source; `()` for a signal.
    pub(crate) output: &'static str,
}

/// A signal, query or update in the registry.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct HandlerDescription {
    /// The handler's name on the server.
    pub name: &'static str,
    /// The inputs in order.
    pub parameters: &'static [Parameter],
    /// The output type as written in the source; `()` for a signal.
    pub output: &'static str,
    /// The doc comment of the method, or an empty text.
    pub description: &'static str,
    check: fn(&[Value]) -> Result<(), InvalidInput>,
}

/// The kind of a handler.
#[cfg(any(feature = "axum", feature = "cli"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandlerKind {
    Signal,
    Query,
    Update,
}

#[cfg(any(feature = "axum", feature = "cli"))]
impl HandlerKind {
    /// Returns the word for the kind, for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::Query => "query",
            Self::Update => "update",
        }
    }
}

impl HandlerDescription {
    /// Describes a handler.
    #[must_use]
    pub(crate) const fn of<H: Handler>() -> Self {
        Self {
            name: H::NAME,
            parameters: H::PARAMETERS,
            output: H::FACTS.output,
            description: H::FACTS.description,
            check: |values| json::decode::<H::Inputs>(values, H::PARAMETERS).map(drop),
        }
    }

    /// Checks that the handler can read these values, one for each parameter. Trailing optional inputs
    /// may be left out.
    ///
    /// # Errors
    /// [`InvalidInput`] describes the first value that does not match its type.
    pub fn check_input(&self, values: &[Value]) -> Result<(), InvalidInput> {
        (self.check)(values)
    }
}
