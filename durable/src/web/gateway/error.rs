//! The error of a gateway that can't be set up.

use crate::definition::RegistryError;
use crate::error::Error;

/// The error of a gateway that can't be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// The annotations contradict each other.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// An allowed type isn't in the registry.
    #[error(
        "unknown workflow type `{name}` in the gateway's allowed types; check the name, and that the \
         library that defines it is linked (`use my_workflows as _;`)"
    )]
    UnknownType {
        /// The name.
        name: String,
    },
    /// A queue has no workflows in this program.
    #[error("unknown queue `{name}` of the gateway; no workflow of this program is on it")]
    UnknownQueue {
        /// The name.
        name: String,
    },
    /// Several queues have a type of the same name.
    #[error(
        "workflow type `{name}` is on the queues `{one}` and `{other}`; choose one with `queues`, and \
         mount a second gateway for the other"
    )]
    AmbiguousType {
        /// The name.
        name: &'static str,
        /// A queue.
        one: &'static str,
        /// Another queue.
        other: &'static str,
    },
    /// The gateway would have no workflow type.
    #[error(
        "the gateway has no workflow type; link the library that defines them (`use my_workflows as _;`)"
    )]
    NoTypes,
    /// A limit is zero.
    #[error("invalid `{option}`: 0 lets no request through; set a positive value")]
    ZeroLimit {
        /// The option.
        option: &'static str,
    },
}

impl From<GatewayError> for Error {
    fn from(error: GatewayError) -> Self {
        Self::other(error, true)
    }
}
