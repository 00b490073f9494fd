//! Errors of the program in the log. As in failures, the values in the SDK's conversion errors are left out.

use std::error::Error as StdError;

use temporalio_common::error::ApplicationFailure;

use super::conversions::Conversions;
use super::report::{links, one_line};

/// Returns an error with its causes in one line.
pub(crate) fn logged(error: &(dyn StdError + 'static)) -> String {
    Conversions::of(links(error)).hide_in_text(one_line(error))
}

/// Describes a failure by its type and its message. The message of some errors begins with the type.
pub(crate) fn logged_application(failure: &ApplicationFailure) -> String {
    let message = logged(failure.source_error());
    match failure.type_name().filter(|name| !message.starts_with(name)) {
        Some(name) => format!("{name}: {message}"),
        None => message,
    }
}
