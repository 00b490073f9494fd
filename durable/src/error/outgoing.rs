//! How a program's errors become failures on their way out, wherever they leave.
//!
//! The SDK takes errors as `anyhow::Error` or `Box<dyn Error>` and knows nothing of their types. The
//! derive submits each [`ApplicationError`] to a table at link time, and what leaves is looked up in
//! it: what an activity returns on its way into the activity's error, and what an update or its
//! validator returns in the [`TypedFailures`] converter, the one place where the SDK makes failures. There
//! they are also kept within what the server takes.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;

use futures_util::future::BoxFuture;
use temporalio_common::data_converters::{
    DataConverter, DecodablePayloads, FailureConverter, PayloadCodec, PayloadConversionError,
    PayloadConverter, SerializationContextData,
};
use temporalio_common::error::{
    ApplicationFailure, FailurePayloads, IncomingError, OutgoingActivityError, OutgoingError,
    OutgoingWorkflowError,
};
use temporalio_common::protos::temporal::api::common::v1::{Payload, Payloads};
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;
use temporalio_common::protos::temporal::api::failure::v1::{ApplicationFailureInfo, Failure};

use super::ApplicationFailure as OwnFailure;
use super::application::{
    ApplicationError, Classification, Classified, ERROR_TYPE, ErrorDetails, ErrorType,
};
use super::bounded::bound;
use super::call::ValueError;
use crate::definition::{metadata, updates};

/// An [`ApplicationError`] of this program; submitted by generated code.
pub struct KnownError {
    of_anyhow: OfAnyhow,
    of_error: OfError,
}

type OfAnyhow = fn(&anyhow::Error) -> Option<Described>;
type OfError = fn(&(dyn StdError + 'static)) -> Option<Described>;

inventory::collect!(KnownError);

impl KnownError {
    /// The entry of a type.
    #[must_use]
    pub const fn of<E: Classified>() -> Self {
        let Conversion { of_anyhow, of_error, .. } = E::CONVERSION;
        Self { of_anyhow, of_error }
    }
}

/// How the values of a type become failures; made by generated code.
///
/// It is the one place that asks of the type what it needs, so that rustc says once what is missing.
pub struct Conversion<E> {
    failure: fn(E) -> OwnFailure,
    of_anyhow: OfAnyhow,
    of_error: OfError,
}

impl<E: Classified + ErrorType + ErrorDetails> Conversion<E> {
    /// That of an error.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it is made in constants")]
    pub const fn new() -> Self {
        Self {
            failure: ApplicationError::into_failure,
            of_anyhow: |error| error.downcast_ref::<E>().map(Described::of),
            of_error: |error| error.downcast_ref::<E>().map(Described::of),
        }
    }
}

impl<E> Conversion<E> {
    /// The failure that an error is.
    pub(crate) fn failure(&self, error: E) -> OwnFailure {
        (self.failure)(error)
    }
}

/// What is told of an error, besides its message.
pub(super) struct Described {
    classification: Classification,
    /// None where the values cannot be serialised; the failure then has its type and message.
    details: Option<Payload>,
}

impl Described {
    pub(super) fn of<E: ApplicationError>(error: &E) -> Self {
        // JSON, whatever the data converter is, so that reading it back needs none either. Its codec
        // is applied to it, as to all payloads.
        let details = serde_json::to_vec(error).map(|data| Payload {
            metadata: [
                ("encoding".to_owned(), b"json/plain".to_vec()),
                (ERROR_TYPE.to_owned(), E::NAME.as_bytes().to_vec()),
            ]
            .into(),
            data,
            ..Payload::default()
        });
        Self { classification: error.classification(), details: details.ok() }
    }

    /// What is known of an error, also behind the contexts of `anyhow`.
    fn of_anyhow(error: &anyhow::Error) -> Option<Self> {
        inventory::iter::<KnownError>().find_map(|known| (known.of_anyhow)(error))
    }

    fn of_error(error: &(dyn StdError + 'static)) -> Option<Self> {
        inventory::iter::<KnownError>().find_map(|known| (known.of_error)(error))
    }

    /// The failure that an error is, which gives the message and the causes.
    pub(super) fn failure(self, error: Box<dyn StdError + Send + Sync>) -> ApplicationFailure {
        let Classification { type_name, non_retryable, next_retry_delay, category } =
            self.classification;
        // Not a value but its payloads, which can be read again where the failure does not travel.
        let details = self.details.map(|payload| {
            FailurePayloads::from(DecodablePayloads::new(
                vec![payload],
                PayloadConverter::default(),
                SerializationContextData::None,
            ))
        });
        ApplicationFailure::builder(error)
            .type_name(type_name.to_owned())
            .non_retryable(non_retryable)
            .maybe_next_retry_delay(next_retry_delay)
            .category(category)
            .maybe_details(details)
            .build()
    }

    /// The same, where the failure is made already.
    fn info(self) -> ApplicationFailureInfo {
        let Classification { type_name, non_retryable, next_retry_delay, category } =
            self.classification;
        let mut info = ApplicationFailureInfo {
            r#type: type_name.to_owned(),
            non_retryable,
            details: self.details.map(|payload| Payloads { payloads: vec![payload] }),
            next_retry_delay: next_retry_delay.and_then(|delay| delay.try_into().ok()),
            ..ApplicationFailureInfo::default()
        };
        info.set_category(category.into());
        info
    }
}

/// The failure of an error that is kept, to fail with again; its causes are left out.
#[cfg(feature = "testing")]
pub(crate) fn repeated<E: ApplicationError>(error: &E) -> ApplicationFailure {
    Described::of(error).failure(error.to_string().into())
}

/// The failure of whatever an activity returned: typed where the program knows the type.
pub(crate) fn failure(error: anyhow::Error) -> ApplicationFailure {
    let error = match error.downcast::<OwnFailure>() {
        Ok(failure) => return failure.into(),
        Err(error) => error,
    };
    match error.downcast::<ApplicationFailure>() {
        Ok(failure) => failure,
        Err(error) => match (ValueError::find(error.chain()), Described::of_anyhow(&error)) {
            (Some(error), _) => error.into_failure().into(),
            (None, Some(described)) => described.failure(error.into()),
            (None, None) => ApplicationFailure::new(error),
        },
    }
}

/// The error of a query, update or validator, in which the SDK's own words for it are found again.
pub(crate) fn handler_error<E>(error: E) -> Box<dyn StdError + Send + Sync>
where
    E: Into<Box<dyn StdError + Send + Sync>> + 'static,
{
    let mut slot = Some(error);
    let any: &mut dyn Any = &mut slot;
    if let Some(error) = any.downcast_mut::<Option<anyhow::Error>>().and_then(Option::take) {
        return carried(failure(error));
    }
    if let Some(failure) = any.downcast_mut::<Option<OwnFailure>>().and_then(Option::take) {
        return carried(failure);
    }
    if let Some(failure) = any.downcast_mut::<Option<ApplicationFailure>>().and_then(Option::take) {
        return carried(failure);
    }
    // Boxed where Clippy has said that it is large.
    let boxed = any.downcast_mut::<Option<Box<OwnFailure>>>();
    if let Some(failure) = boxed.and_then(Option::take) {
        return carried(*failure);
    }
    let boxed = any.downcast_mut::<Option<Box<ApplicationFailure>>>();
    if let Some(failure) = boxed.and_then(Option::take) {
        return carried(*failure);
    }
    // The slot is empty only after one of the returns above.
    slot.map_or_else(|| "no error".into(), Into::into)
}

/// An application failure as the error of a handler, of which the SDK would keep the message only.
pub(crate) fn carried(failure: impl Into<ApplicationFailure>) -> Box<dyn StdError + Send + Sync> {
    Box::new(Carried(failure.into()))
}

/// The failure is its source, and sources become causes; [`TypedFailures`] takes it from there.
#[derive(Debug)]
struct Carried(ApplicationFailure);

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for Carried {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

/// A data converter whose failures have the types that the program gave them.
struct TypedFailures(DataConverter);

/// The converter, with failures that have the types that the program gave them.
pub(crate) fn typed_failures(converter: DataConverter) -> DataConverter {
    let payload_converter = converter.payload_converter().clone();
    let codec = Codec(converter.clone());
    DataConverter::new(payload_converter, TypedFailures(converter), codec)
}

/// What an error without a type of its own is made of, where the SDK has wrapped one.
fn chain(error: &OutgoingError) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let first: Option<&(dyn StdError + 'static)> = match error {
        OutgoingError::Workflow(OutgoingWorkflowError::PayloadConversion(error)) => Some(error),
        OutgoingError::Activity(OutgoingActivityError::Application(failure))
        | OutgoingError::Workflow(OutgoingWorkflowError::Application(failure))
            if failure.type_name().is_none() =>
        {
            Some(failure.source_error())
        }
        _ => None,
    };
    std::iter::successors(first, |&error| error.source())
}

impl FailureConverter for TypedFailures {
    fn to_failure(
        &self,
        error: OutgoingError,
        converter: &PayloadConverter,
        context: &SerializationContextData,
    ) -> Failure {
        let error = match ValueError::find(chain(&error)) {
            Some(error) => OutgoingWorkflowError::from(error.into_failure()).into(),
            None => error,
        };
        let source = chain(&error).next();
        let is_carried = source.is_some_and(<dyn StdError>::is::<Carried>);
        let described = source.and_then(Described::of_error);
        let mut failure = self.0.failure_converter().to_failure(error, converter, context);
        updates::add_known(&mut failure.message);
        let failure = match (failure.cause.take(), described) {
            (Some(cause), None) if is_carried => *cause,
            (cause, described) => {
                failure.cause = cause;
                if let Some(described) = described {
                    let info = FailureInfo::ApplicationFailureInfo(described.info());
                    failure.failure_info = Some(info);
                }
                failure
            }
        };
        bound(failure, converter, context)
    }

    fn to_error(
        &self,
        failure: Failure,
        converter: &PayloadConverter,
        context: &SerializationContextData,
    ) -> Result<IncomingError, PayloadConversionError> {
        self.0.failure_converter().to_error(failure, converter, context)
    }
}

/// The codec of a data converter, which can only be borrowed from it.
struct Codec(DataConverter);

impl PayloadCodec for Codec {
    fn encode(
        &self,
        context: &SerializationContextData,
        mut payloads: Vec<Payload>,
    ) -> BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>> {
        payloads.iter_mut().for_each(metadata::complete);
        self.0.codec().encode(context, payloads)
    }

    fn decode(
        &self,
        context: &SerializationContextData,
        payloads: Vec<Payload>,
    ) -> BoxFuture<'static, Result<Vec<Payload>, PayloadConversionError>> {
        self.0.codec().decode(context, payloads)
    }
}
