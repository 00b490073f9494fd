//! What `#[signal]`, `#[query]` and `#[update]` say of a method.

use serde_json::Value;
use temporalio_common::data_converters::TemporalDeserializable;

use super::Parameter;
use super::json::{self, InvalidInput};

/// The name and inputs of a signal, query or update; implemented by generated code on the type that
/// stands for the handler.
pub trait Handler: 'static {
    /// The inputs, in the form in which they travel.
    type Inputs: TemporalDeserializable + 'static;

    /// The handler's name on the server.
    const NAME: &'static str;
    /// The doc comment of the method.
    const DESCRIPTION: &'static str = "";
    /// The inputs, in order; each travels as a payload of its own.
    const PARAMETERS: &'static [Parameter];
    /// The output type as the user wrote it; `()` for a signal.
    const OUTPUT: &'static str;
}

/// A handler as the registry lists it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct HandlerDescription {
    /// The handler's name on the server.
    pub name: &'static str,
    /// The inputs, in order.
    pub parameters: &'static [Parameter],
    /// The output type as the user wrote it; `()` for a signal.
    pub output: &'static str,
    /// The doc comment of the method, or an empty text.
    pub description: &'static str,
    check: fn(&[Value]) -> Result<(), InvalidInput>,
}

impl HandlerDescription {
    /// Describes a handler; called by generated code.
    #[must_use]
    pub const fn of<H: Handler>() -> Self {
        Self {
            name: H::NAME,
            parameters: H::PARAMETERS,
            output: H::OUTPUT,
            description: H::DESCRIPTION,
            check: |values| json::decode::<H::Inputs>(values, H::PARAMETERS).map(drop),
        }
    }

    /// Whether the handler could read these values, one for each parameter.
    ///
    /// # Errors
    /// [`InvalidInput`] says which does not fit, and where.
    pub fn check_input(&self, values: &[Value]) -> Result<(), InvalidInput> {
        (self.check)(values)
    }
}
