//! Converts errors of user code to failures.
//!
//! The SDK takes errors as `anyhow::Error` or `Box<dyn Error>`, without their types. So an error is
//! looked up in the link-time table of [`KnownError`]s: that of an activity when it is converted to an
//! activity error, and that of an update or validator in the [`TypedFailures`] converter, through which
//! the SDK creates all failures. The converter also keeps failures within the server's size limit.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use temporalio_common::data_converters::{
    DataConverter, FailureConverter, PayloadConversionError, PayloadConverter,
    SerializationContextData,
};
use temporalio_common::error::{
    ApplicationFailure, IncomingError, OutgoingActivityError, OutgoingError, OutgoingWorkflowError,
};
use temporalio_common::protos::temporal::api::failure::v1::Failure;
use temporalio_common::protos::temporal::api::failure::v1::failure::FailureInfo;

use super::application::KnownError;
#[cfg(feature = "testing")]
use super::application::{ApplicationError, described};
use super::application_failure::ApplicationFailure as OwnFailure;
use super::bounded::bound;
use super::call::ValueError;
use super::codec::{Codec, Outer};
use super::conversions::Conversions;
use super::failure_texts::{self, SealedMessage};
use super::report::links;
use super::server_limits::ServerLimits;
use super::{program_converter, task_size, unreadable};
use crate::definition::arguments::panicked::Panicked;
use crate::definition::{caught, updates};

/// Creates the failure of an error that a mock returns repeatedly, without the error's causes.
#[cfg(feature = "testing")]
pub(crate) fn repeated<E: ApplicationError>(error: &E) -> ApplicationFailure {
    described(error).failure(error.to_string().into())
}

/// Converts the error of an activity, with its type if the program knows it.
pub(crate) fn failure(error: anyhow::Error) -> ApplicationFailure {
    let error = match error.downcast::<OwnFailure>() {
        Ok(failure) => return failure.into(),
        Err(error) => error,
    };
    match error.downcast::<ApplicationFailure>() {
        Ok(failure) => failure,
        Err(error) => {
            match (ValueError::find(error.chain()), KnownError::describe_anyhow(&error)) {
                (Some(error), _) => error.into_failure(),
                (None, Some(described)) => described.failure(boxed(error)),
                (None, None) => ApplicationFailure::new(boxed(error)),
            }
        }
    }
}

/// Boxes an error with its type, by which [`Conversions`] finds those of the SDK.
fn boxed(error: anyhow::Error) -> Box<dyn StdError + Send + Sync> {
    error.reallocate_into_boxed_dyn_error_without_backtrace()
}

/// Converts the error of a query, update or validator, and keeps application failures recognizable.
pub(crate) fn handler_error<E>(error: E) -> Box<dyn StdError + Send + Sync>
where
    E: Into<Box<dyn StdError + Send + Sync>> + 'static,
{
    let mut slot = Some(error);
    let any: &mut dyn Any = &mut slot;
    if let Some(error) = any.downcast_mut::<Option<anyhow::Error>>().and_then(Option::take) {
        return handler_failure(failure(error));
    }
    if let Some(failure) = any.downcast_mut::<Option<OwnFailure>>().and_then(Option::take) {
        return handler_failure(failure);
    }
    if let Some(failure) = any.downcast_mut::<Option<ApplicationFailure>>().and_then(Option::take) {
        return handler_failure(failure);
    }
    // Boxed failures, as Clippy's `result_large_err` suggests.
    let boxed = any.downcast_mut::<Option<Box<OwnFailure>>>();
    if let Some(failure) = boxed.and_then(Option::take) {
        return handler_failure(*failure);
    }
    let boxed = any.downcast_mut::<Option<Box<ApplicationFailure>>>();
    if let Some(failure) = boxed.and_then(Option::take) {
        return handler_failure(*failure);
    }
    // The slot is only empty after one of the returns above.
    slot.map_or_else(|| "no error".into(), Into::into)
}

/// Wraps an application failure as the error of a handler, because the SDK keeps only the message.
pub(crate) fn handler_failure(
    failure: impl Into<ApplicationFailure>,
) -> Box<dyn StdError + Send + Sync> {
    Box::new(HandlerFailure(failure.into()))
}

/// A wrapped failure. It is the source of this error, so it becomes a cause, which [`TypedFailures`] unwraps.
#[derive(Debug)]
struct HandlerFailure(ApplicationFailure);

impl fmt::Display for HandlerFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl StdError for HandlerFailure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

/// A failure converter that keeps the types of application errors.
struct TypedFailures {
    converter: DataConverter,
    limits: Arc<ServerLimits>,
    /// `true` if messages and stack traces are encoded.
    encodes: bool,
}

/// Returns the data converter with a codec outside of its own, and with failures that keep the types of
/// application errors, and that are within the limits. Its payload converter is guarded.
pub(crate) fn typed_failures(
    converter: DataConverter,
    outer: Outer,
    limits: Arc<ServerLimits>,
) -> DataConverter {
    let payload_converter = program_converter::guarded(converter.payload_converter());
    let codec = Codec::of(converter.clone(), outer.codec);
    let failures = TypedFailures { converter, limits, encodes: outer.sending.hides_failures };
    DataConverter::new(payload_converter, failures, codec)
}

/// Returns the source errors of an error that the SDK has wrapped.
fn chain(error: &OutgoingError) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let first: Option<&(dyn StdError + 'static)> = match error {
        OutgoingError::Workflow(OutgoingWorkflowError::PayloadConversion(error)) => Some(error),
        _ => application(error).map(|failure| failure.source_error() as _),
    };
    first.into_iter().flat_map(links)
}

/// Returns the application failure of an error.
fn application(error: &OutgoingError) -> Option<&ApplicationFailure> {
    match error {
        OutgoingError::Activity(OutgoingActivityError::Application(failure))
        | OutgoingError::Workflow(OutgoingWorkflowError::Application(failure)) => Some(failure),
        _ => None,
    }
}

/// Returns the source errors of an error that has no type name.
fn untyped_chain(error: &OutgoingError) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let is_typed = application(error).is_some_and(|failure| failure.type_name().is_some());
    chain(error).filter(move |_| !is_typed)
}

impl FailureConverter for TypedFailures {
    fn to_failure(
        &self,
        error: OutgoingError,
        converter: &PayloadConverter,
        context: &SerializationContextData,
    ) -> Failure {
        // It calls `Display`, `source` and `Serialize` of the user's errors, and the user's failure
        // converter. SDK 1.1.1 calls it outside of its guards.
        if let Some(sealed) = chain(&error).find_map(|it| it.downcast_ref::<SealedMessage>()) {
            return Failure { message: sealed.0.clone(), ..Failure::default() };
        }
        let described = || untyped_chain(&error).next().and_then(KnownError::describe);
        let info = unreadable::info(&error, caught(described).ok().flatten());
        let failure = caught(|| self.convert(error, converter, context))
            .unwrap_or_else(|message| unreadable::failure(info, &message));
        if self.encodes { failure_texts::encoded(failure) } else { failure }
    }

    fn to_error(
        &self,
        failure: Failure,
        converter: &PayloadConverter,
        context: &SerializationContextData,
    ) -> Result<IncomingError, PayloadConversionError> {
        // All of the chain, because the SDK's own converter (1.1.1) would encode the causes a second time when
        // the failure is sent on.
        let failure = failure_texts::decoded(failure);
        caught(|| self.converter.failure_converter().to_error(failure, converter, context))
            .unwrap_or_else(|message| Err(Panicked::new("the failure converter", &message).into()))
    }
}

impl TypedFailures {
    fn convert(
        &self,
        error: OutgoingError,
        converter: &PayloadConverter,
        context: &SerializationContextData,
    ) -> Failure {
        let conversions = Conversions::of(chain(&error));
        let is_of_workflow = matches!(error, OutgoingError::Workflow(_));
        let error = match ValueError::find(untyped_chain(&error)) {
            Some(error) => OutgoingWorkflowError::from(error.into_failure()).into(),
            None => error,
        };
        let source = untyped_chain(&error).next();
        let is_handler_failure = source.is_some_and(<dyn StdError>::is::<HandlerFailure>);
        let described = source.and_then(KnownError::describe);
        let mut failure = self.converter.failure_converter().to_failure(error, converter, context);
        conversions.hide_in(&mut failure);
        updates::add_known(&mut failure.message);
        let failure = match (failure.cause.take(), described) {
            (Some(cause), None) if is_handler_failure => *cause,
            (cause, described) => {
                failure.cause = cause;
                if let Some(described) = described {
                    let info = FailureInfo::ApplicationFailureInfo(described.info());
                    failure.failure_info = Some(info);
                }
                failure
            }
        };
        if !is_of_workflow {
            return bound(failure, converter, context, &self.limits.get());
        }
        let limit = task_size::limit_of_failure(&self.limits.get());
        let failure = bound(failure, converter, context, &limit);
        task_size::count_failure(prost::Message::encoded_len(&failure));
        failure
    }
}
