//! Walks the causes of an error, prints them, and maps them to an exit code.

use std::error::Error as StdError;
use std::fmt;

use temporalio_client::tonic::Status;

use super::Error;
use super::server::message_of;
use crate::definition::caught;

/// The exit code of a program that did what it was asked to do.
pub(crate) const CLEAN: u8 = 0;
/// The exit code of a program that was tried and did not succeed: a workflow failed, the server does not
/// answer, or a worker ended.
pub(crate) const FAILED: u8 = 1;
/// The exit code of a program that cannot succeed as it was called, or as it is configured. A retry does
/// not help. Arguments that cannot be parsed end with this code too.
pub(crate) const MISUSED: u8 = 2;

/// Returns the exit code of an error, which may be an [`Error`] or have one among its causes.
pub(crate) fn exit_code(error: &(dyn StdError + 'static)) -> u8 {
    let own = links(error).find_map(|link| link.downcast_ref::<Error>());
    if own.is_some_and(Error::is_misuse) { MISUSED } else { FAILED }
}

/// Returns an error and all its causes, also those that an [`Error`] prints itself. A `source` that panics
/// ends them.
pub(crate) fn links<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&link| {
        let printed = link.downcast_ref::<Error>().and_then(Error::printed_cause);
        printed.or_else(|| caught(|| link.source()).ok().flatten())
    })
}

/// Returns the messages of an error and its causes. A cause whose message is part of the message before
/// it is left out, because some errors of other crates print their cause too.
pub(crate) fn messages(error: &(dyn StdError + 'static)) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    for message in links(error).map(message) {
        if !messages.last().is_some_and(|last| contains(last, &message)) {
            messages.push(message);
        }
    }
    messages
}

/// Returns an error with its causes in one line.
pub(crate) fn one_line(error: &(dyn StdError + 'static)) -> String {
    messages(error).join(": ")
}

/// Displays an error with a line for each cause.
pub(crate) struct Report<'a>(pub(crate) &'a (dyn StdError + 'static));

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&report(messages(self.0)))
    }
}

/// Returns the messages of an error and its causes as a report with a line for each cause.
pub(crate) fn report(messages: impl IntoIterator<Item = String>) -> String {
    let mut messages = messages.into_iter();
    let mut report = messages.next().unwrap_or_default();
    for (index, message) in messages.enumerate() {
        report += if index == 0 { "\n\nCaused by:\n    " } else { "\n    " };
        report += &message;
    }
    report
}

/// Displays the cause of an [`Error`] at the end of the error's own line.
pub(super) fn because(cause: &(dyn StdError + 'static)) -> String {
    format!(": {}", one_line(cause))
}

/// Returns the message of an error without its causes. It may be written by user code, which may panic.
fn message(error: &(dyn StdError + 'static)) -> String {
    let write = || match error.downcast_ref::<Error>() {
        Some(error) => error.headline(),
        // The SDK's errors have statuses as causes, whose `Display` prints all metadata.
        None => match error.downcast_ref::<Status>().or_else(|| boxed_status(error)) {
            Some(status) => message_of(status),
            None => error.to_string(),
        },
    };
    let unreadable =
        |_| "an error whose message cannot be written, because its `Display` panics".into();
    caught(write).unwrap_or_else(unreadable)
}

fn boxed_status<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Status> {
    error.downcast_ref::<Box<Status>>().map(AsRef::as_ref)
}

/// Returns whether a message contains another one as whole words.
fn contains(message: &str, other: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    message.match_indices(other).any(|(at, _)| {
        !is_word(message[..at].chars().next_back())
            && !is_word(message[at + other.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Link(&'static str, Option<Box<Link>>);

    impl fmt::Display for Link {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            assert_ne!(self.0, "panics", "this message panics");
            f.write_str(self.0)
        }
    }

    impl StdError for Link {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            self.1.as_deref().map(|cause| cause as _)
        }
    }

    fn chain(messages: &[&'static str]) -> Link {
        let (first, causes) = messages.split_first().expect("an error has a message");
        Link(first, (!causes.is_empty()).then(|| Box::new(chain(causes))))
    }

    #[test]
    fn prints_each_message_once() {
        for (links, printed) in [
            (&["no order"][..], "no order"),
            (&["no order", "no shop", "closed"], "no order: no shop: closed"),
            (&["no order: no shop", "no shop", "closed"], "no order: no shop: closed"),
            (&["no order (no shop)", "no shop"], "no order (no shop)"),
            (&["same", "same"], "same"),
            (&["queue 10", "1"], "queue 10: 1"),
            (
                &["no order", "panics", "closed"],
                "no order: an error whose message cannot be written, because its `Display` panics: closed",
            ),
        ] {
            assert_eq!(one_line(&chain(links)), printed);
        }
    }

    #[test]
    fn a_report_has_a_line_for_each_cause() {
        let report = Report(&chain(&["no order", "no shop", "closed"])).to_string();
        assert_eq!(report, "no order\n\nCaused by:\n    no shop\n    closed");
        assert_eq!(Report(&chain(&["no order"])).to_string(), "no order");
    }

    #[test]
    fn statuses_are_reported_with_their_message() {
        let status = Status::permission_denied("not yours");
        assert_eq!(one_line(&status), "not yours");
        assert_eq!(one_line(&Box::new(status)), "not yours");
        let silent = Status::new(temporalio_client::tonic::Code::NotFound, "");
        assert_eq!(one_line(&silent), silent.code().to_string());
    }
}
