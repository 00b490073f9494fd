//! Application errors: a program's own errors that Temporal records with their type and values.
//!
//! `#[derive(ApplicationError)]` implements [`ApplicationError`] and submits the type to a table at
//! link time, in which [`super::outgoing`] looks up the errors that leave the program.

use std::error::Error as StdError;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::application_failure::ApplicationFailure;
use super::classification::Classification;
use super::described::Described;
use crate::definition::debug;

/// An error of the program that Temporal records with its type and values, so that callers get it
/// back.
///
/// [`#[derive(ApplicationError)]`](macro@crate::ApplicationError) implements it for an error that is
/// `Serialize` and `Deserialize`. The Temporal concept is the
/// [application failure](https://docs.temporal.io/references/failures#application-failure).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an application error",
    label = "Temporal does not know this type",
    note = "derive it: `#[derive(Debug, thiserror::Error, Serialize, Deserialize, ApplicationError)]`"
)]
pub trait ApplicationError: Classified + ErrorType + ErrorDetails {
    /// Converts the error into a failure with which an activity or workflow ends.
    #[must_use]
    fn into_failure(self) -> ApplicationFailure {
        described(&self).failure(Box::new(self)).into()
    }
}

#[diagnostic::do_not_recommend]
impl<E: Classified + ErrorType + ErrorDetails> ApplicationError for E {}

/// The classification of an error for Temporal; implemented by
/// [`#[derive(ApplicationError)]`](macro@crate::ApplicationError).
pub trait Classified: Sized {
    /// The name of the Rust type, without its module.
    const NAME: &'static str;
    /// The type names under which values of the type are recorded, without duplicates. Retry policies
    /// refer to them.
    const TYPE_NAMES: &'static [&'static str];

    /// The conversion of values to failures.
    #[doc(hidden)]
    const CONVERSION: Conversion<Self>;

    /// Returns the classification of this value.
    #[must_use]
    fn classification(&self) -> Classification;
}

/// The error trait that an [`ApplicationError`] needs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error",
    label = "this type does not implement `std::error::Error`, or cannot be shared between threads",
    note = "derive it beside `ApplicationError`: `#[derive(Debug, thiserror::Error)]`, with a message \
            for each variant: `#[error(\"the card was declined\")]`"
)]
pub trait ErrorType: StdError + Send + Sync + Sized + 'static {}

#[diagnostic::do_not_recommend]
impl<E: StdError + Send + Sync + 'static> ErrorType for E {}

/// The Serde traits that an [`ApplicationError`] needs, so that its values can be read back.
#[diagnostic::on_unimplemented(
    message = "the values of `{Self}` cannot travel to the Temporal server and back",
    label = "this type is not `Serialize` and `Deserialize`",
    note = "derive both on it: `#[derive(Serialize, Deserialize)]`; a field that cannot travel, such \
            as a `#[source]`, is left out with `#[serde(skip)]`"
)]
pub trait ErrorDetails: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<E: Serialize + DeserializeOwned> ErrorDetails for E {}

/// An [`ApplicationError`] type of this program; submitted by generated code.
pub struct KnownError {
    of_anyhow: OfAnyhow,
    of_error: OfError,
}

debug!([] KnownError[]:);

type OfAnyhow = fn(&anyhow::Error) -> Option<Described>;
type OfError = fn(&(dyn StdError + 'static)) -> Option<Described>;

inventory::collect!(KnownError);

impl KnownError {
    /// Creates the entry of a type.
    #[must_use]
    pub const fn of<E: Classified>() -> Self {
        let Conversion { of_anyhow, of_error, .. } = E::CONVERSION;
        Self { of_anyhow, of_error }
    }

    /// Describes an error that `anyhow` holds, also behind contexts, if the program knows its type.
    pub(super) fn describe_anyhow(error: &anyhow::Error) -> Option<Described> {
        inventory::iter::<Self>().find_map(|known| (known.of_anyhow)(error))
    }

    /// Describes an error, if the program knows its type.
    pub(super) fn describe(error: &(dyn StdError + 'static)) -> Option<Described> {
        inventory::iter::<Self>().find_map(|known| (known.of_error)(error))
    }
}

/// The conversion of a type's values to failures; created by generated code.
///
/// It is the only place with the trait bounds, so that rustc reports a missing one once.
pub struct Conversion<E> {
    failure: fn(E) -> ApplicationFailure,
    of_anyhow: OfAnyhow,
    of_error: OfError,
}

debug!([E] Conversion[E]:);

impl<E: Classified + ErrorType + ErrorDetails> Conversion<E> {
    /// Creates the conversion of an error type.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it is created in constants")]
    pub const fn new() -> Self {
        Self {
            failure: ApplicationError::into_failure,
            of_anyhow: |error| error.downcast_ref::<E>().map(described),
            of_error: |error| error.downcast_ref::<E>().map(described),
        }
    }
}

impl<E> Conversion<E> {
    /// Converts an error into a failure.
    pub(crate) fn failure(&self, error: E) -> ApplicationFailure {
        (self.failure)(error)
    }
}

/// Describes an error: its classification and its values.
pub(super) fn described<E: ApplicationError>(error: &E) -> Described {
    Described::new(error.classification(), E::NAME, error)
}
