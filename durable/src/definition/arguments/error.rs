//! The error of inputs that cannot be decoded, with the names and types of the signature.

use std::fmt::{self, Write as _};

use temporalio_common::data_converters::{PayloadConversionError, SerializationContext};
use temporalio_common::protos::temporal::api::common::v1::Payload as RawPayload;

use super::encoding::{self, UnknownEncoding};
use super::panicked::Panicked;
use super::received::Fault;
use super::text::{Text, Values};
use super::trace::{Probe, Traced, trace};
use crate::definition::Parameter;

/// The error of inputs that cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecodeError {
    received: usize,
    /// Boxed, so that a `Result` with this error stays small.
    problem: Box<Problem>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    /// There are too many inputs, or fewer than required.
    Number { required: usize },
    /// The input at this place cannot be decoded, because of the value at this path.
    Input { place: usize, path: Option<Text>, reason: Text },
    /// The input at this place has an encoding that the worker does not know.
    UnknownEncoding { place: usize, encoding: String },
}

impl DecodeError {
    #[allow(clippy::needless_pass_by_value, reason = "the decoding that failed owned the payloads")]
    pub(super) fn explain(
        probe: &Probe,
        context: &SerializationContext<'_>,
        payloads: Vec<RawPayload>,
        error: PayloadConversionError,
    ) -> Self {
        let received = payloads.len();
        let fault = Fault::of(error);
        if let Some((place, encoding)) = encoding::of_fault(context, &payloads, &fault) {
            return Self {
                received,
                problem: Box::new(Problem::UnknownEncoding { place, encoding }),
            };
        }
        let (place, error) = match fault {
            Fault::Number { required } => {
                return Self { received, problem: Box::new(Problem::Number { required }) };
            }
            Fault::Input { error: PayloadConversionError::WrongEncoding, .. } if received != 1 => {
                let required = usize::from(!(probe.may_be_missing)(context));
                return Self { received, problem: Box::new(Problem::Number { required }) };
            }
            Fault::Input { place, error } => (place, error),
        };
        let panicked = Panicked::find(&error).map(|panicked| (None, panicked.text()));
        let traced = || match trace(probe, context.data, &payloads) {
            Some(Traced { place: traced, path, reason }) if traced == place => (Some(path), reason),
            _ => (None, untraced(&error)),
        };
        let (path, reason) = panicked.unwrap_or_else(traced);
        Self { received, problem: Box::new(Problem::Input { place, path, reason }) }
    }

    /// Creates the error of a value that cannot be read. The reason contains no value.
    pub(crate) fn unreadable(reason: impl Into<String>) -> Self {
        let reason = Text::plain(reason);
        Self { received: 1, problem: Box::new(Problem::Input { place: 0, path: None, reason }) }
    }

    /// Creates the error of a `Deserialize` that panicked. If there are several inputs, the place is
    /// unknown.
    pub(super) fn panicked(received: usize, message: &str) -> Self {
        Self::after_panic("its `Deserialize` panicked", received, message)
    }

    /// Creates the error of inputs for which the id template panicked.
    pub(in crate::definition) fn without_id(received: usize, message: &str) -> Self {
        Self::after_panic("the id template panicked", received, message)
    }

    fn after_panic(hidden: &str, received: usize, message: &str) -> Self {
        let place = if received == 1 { 0 } else { usize::MAX };
        let reason = Text::new(hidden, format!("{hidden}: {message}"));
        Self { received, problem: Box::new(Problem::Input { place, path: None, reason }) }
    }

    /// Returns `true` if the worker lacks the codec of an input.
    pub(crate) fn is_unknown_encoding(&self) -> bool {
        matches!(*self.problem, Problem::UnknownEncoding { .. })
    }

    /// Returns `true` if a value was not decoded because the worker lacks its codec.
    pub(crate) fn is_of_codec(error: &PayloadConversionError) -> bool {
        matches!(error, PayloadConversionError::EncodingError(source)
            if source.downcast_ref().is_some_and(Self::is_unknown_encoding))
    }

    /// Returns the encoding of an input if the worker does not know it.
    pub(super) fn unknown_encoding(&self) -> Option<&str> {
        match &*self.problem {
            Problem::UnknownEncoding { encoding, .. } => Some(encoding),
            _ => None,
        }
    }

    /// Returns the number of the input and the path within it, if the error is of one value.
    #[cfg(feature = "axum")]
    pub(crate) fn place(&self) -> Option<(usize, Option<String>)> {
        match &*self.problem {
            Problem::Input { place, path, .. } => {
                Some((*place, shown(path.as_ref(), Values::AsSet).map(str::to_owned)))
            }
            Problem::Number { .. } | Problem::UnknownEncoding { .. } => None,
        }
    }

    /// Formats the error with the parameters of the signature:
    /// `` input `order: Order`, at `items[0].price`: .. ``.
    pub(crate) fn describe(&self, parameters: &[Parameter]) -> String {
        self.describe_with(parameters, Values::AsSet)
    }

    /// Formats the error like [`describe`](Self::describe), with or without the values.
    pub(crate) fn describe_with(&self, parameters: &[Parameter], values: Values) -> String {
        let (place, path, reason) = match &*self.problem {
            Problem::Input { place, path, reason } if self.received <= parameters.len() => {
                (*place, path, reason)
            }
            Problem::Input { .. } => return self.number(parameters.len(), parameters),
            Problem::Number { required } => return self.number(*required, parameters),
            Problem::UnknownEncoding { place, encoding } => {
                let (what, encoding) = (named(parameters, *place), encoding.clone());
                return UnknownEncoding { what, encoding }.to_string();
            }
        };
        let mut text = named(parameters, place);
        if let Some(path) = shown(path.as_ref(), values) {
            let _ = write!(text, ", at `{path}`");
        }
        let _ = write!(text, ": {}", reason.print(values));
        text
    }

    /// Formats the expected numbers of inputs, and the actual one.
    fn number(&self, required: usize, parameters: &[Parameter]) -> String {
        let expected = match (required.min(parameters.len()), parameters.len()) {
            (_, 0) => "no input".to_owned(),
            (1, 1) => "1 input".to_owned(),
            (0, 1) => "at most 1 input".to_owned(),
            (0, most) => format!("at most {most} inputs"),
            (required, most) if required == most => format!("{most} inputs"),
            (required, most) => format!("{required} to {most} inputs"),
        };
        let list = parameters.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let list = if list.is_empty() { list } else { format!(" ({list})") };
        let received = match self.received {
            0 => "none".to_owned(),
            received => received.to_string(),
        };
        format!("expected {expected}{list}, got {received}")
    }
}

/// Returns the name of an input for messages: ``input `order: Order` ``.
fn named(parameters: &[Parameter], place: usize) -> String {
    match parameters.get(place) {
        Some(parameter) => format!("input `{parameter}`"),
        None => "input".to_owned(),
    }
}

/// Returns a path that is worth printing.
fn shown(path: Option<&Text>, values: Values) -> Option<&str> {
    path.map(|path| path.print(values)).filter(|path| !path.is_empty())
}

/// Formats the error without the parameters: ``at `items[0].price`: ..``.
impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.problem {
            Problem::UnknownEncoding { encoding, .. } => {
                write!(f, "unknown encoding `{encoding}`")
            }
            Problem::Number { .. } => f.write_str("the number of values is wrong"),
            Problem::Input { path, reason, .. } => match shown(path.as_ref(), Values::AsSet) {
                Some(path) => write!(f, "at `{path}`: {reason}"),
                None => reason.fmt(f),
            },
        }
    }
}

impl std::error::Error for DecodeError {}

/// Returns the text of an error whose reason was not found.
fn untraced(error: &PayloadConversionError) -> Text {
    match error {
        PayloadConversionError::EncodingError(source) => {
            Text::new("the data converter cannot read it", source.to_string())
        }
        other => Text::plain(other.to_string()),
    }
}
