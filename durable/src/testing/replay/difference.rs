//! Plain descriptions of differences between code and history, made of the SDK's messages.
//!
//! The SDK (1.1.1) reports a difference in one message, in terms of its state machines. The event is
//! looked up in the history. A message of an unknown form is passed on as it is.

use temporalio_common::protos::temporal::api::enums::v1::EventType;
use temporalio_common::protos::temporal::api::history::v1::HistoryEvent;
use temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;

use super::event::{Marker, action, describe, marker};
use crate::testing::error::RecordedEvent;

/// A difference between code and history.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) event: Option<RecordedEvent>,
    pub(super) words: String,
}

impl Difference {
    /// Reads the SDK's message about a history. `failure` is the message with which the workflow
    /// failed, if it did.
    pub(super) fn of(message: &str, events: &[HistoryEvent], failure: Option<&str>) -> Self {
        let said = inner_message(message);
        let core = said.strip_prefix(PREFIX).unwrap_or(&said);
        let meant = events_of(core, events);
        let words = meant.first().and_then(|event| in_words(core, event, failure));
        Self {
            event: if let [only] = meant.as_slice() { Some(describe(only)) } else { None },
            words: match words {
                Some(words) => format!("{words} ({})", shortened(&said)),
                None => said,
            },
        }
    }
}

const PREFIX: &str = "[TMPRL1100] Nondeterminism error: ";

/// Returns the message without the full form of the event, whose number it contains too.
fn shortened(said: &str) -> &str {
    said.split_once(": HistoryEvent {").map_or(said, |(before, _)| before)
}

/// Returns the message of a failure from the failure's `Debug` form, which the SDK passes on.
pub(super) fn inner_message(message: &str) -> String {
    let Some((_, quoted)) = message.split_once("message: \"") else { return message.to_owned() };
    let mut text = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(other),
                None => break,
            },
            other => text.push(other),
        }
    }
    if text.is_empty() { message.to_owned() } else { text }
}

/// Returns the event that the SDK's message is about, or all events that it can be about.
fn events_of<'a>(core: &str, events: &'a [HistoryEvent]) -> Vec<&'a HistoryEvent> {
    let number = ["HistoryEvent(id: ", "event_id: "].iter().find_map(|before| {
        let (_, after) = core.split_once(before)?;
        after.split(|it: char| !it.is_ascii_digit()).next()?.parse::<i64>().ok()
    });
    let meant = |event: &&HistoryEvent| match number {
        Some(number) => event.event_id == number,
        None => is_meant(core, event),
    };
    events.iter().filter(meant).collect()
}

fn is_meant(core: &str, event: &HistoryEvent) -> bool {
    use Attributes as A;
    let quoted = |text: &str| core.contains(&format!(" '{text}' does not "));
    match event.attributes.as_ref() {
        Some(A::ActivityTaskScheduledEventAttributes(it)) => {
            let name = it.activity_type.as_ref().map_or("", |it| &it.name);
            core.starts_with("Activity type of scheduled event") && quoted(name)
                || core.starts_with("Activity id of scheduled event") && quoted(&it.activity_id)
        }
        Some(A::StartChildWorkflowExecutionInitiatedEventAttributes(it)) => {
            let name = it.workflow_type.as_ref().map_or("", |it| &it.name);
            core.starts_with("Child workflow type of scheduled event") && quoted(name)
                || core.starts_with("Child workflow id of scheduled event")
                    && quoted(&it.workflow_id)
        }
        Some(A::MarkerRecordedEventAttributes(it)) => match marker(it) {
            Marker::Patch(patch) => core.contains(&format!("encountered for change {patch}, but")),
            Marker::LocalActivity(it) => {
                core.starts_with("Activity type of recorded marker") && quoted(&it.activity_type)
                    || core.starts_with("Activity id of recorded marker") && quoted(&it.activity_id)
            }
            Marker::Other => false,
        },
        _ => false,
    }
}

fn in_words(core: &str, event: &HistoryEvent, failure: Option<&str>) -> Option<String> {
    let history = format!("the history says that the workflow {}", action(event));
    if core.starts_with("No command scheduled for event") {
        return Some(format!("{history}, and the code only waits here"));
    }
    if core.starts_with("Non-deprecated patch marker encountered") {
        return Some(format!("{history}, and the code does not ask for it here"));
    }
    if core.starts_with("During event handling") {
        return Some(format!(
            "the history continues with {}, and the code has no command that it belongs to",
            describe(event)
        ));
    }
    if let Some(other) = mismatch(core, event) {
        return Some(format!("{history}, and the code {other}"));
    }
    let (machine, _) = core.split_once(" machine ")?;
    let does = match machine {
        "Activity" => "schedules an activity",
        "Timer" => "starts a timer",
        "Child workflow" => "starts a child workflow",
        "Local activity" => "runs a local activity",
        "Signal external WF" => "sends a signal to another workflow",
        "Cancel external WF" => "cancels another workflow",
        "Complete workflow" => "completes",
        "Fail workflow" => {
            let message = failure.map_or_else(String::new, |failure| format!(": {failure}"));
            return Some(format!("{history}, and the code fails here{message}"));
        }
        "Cancel workflow" => "ends as cancelled",
        "Continue as new workflow" => "continues as a new run",
        "Change" => "asks for a patch",
        "Update" => "answers an update",
        _ => return None,
    };
    Some(format!("{history}, and the code {does} here"))
}

/// Describes the code if it has the same kind of command with another type or id.
fn mismatch(core: &str, event: &HistoryEvent) -> Option<String> {
    let (what, rest) = core.split_once(" of ")?;
    let (_, by_code) = rest.rsplit_once(" '")?;
    let by_code = by_code.strip_suffix('\'')?;
    let local = event.event_type() == EventType::MarkerRecorded;
    Some(match what {
        "Activity type" if local => format!("runs local activity `{by_code}` here"),
        "Activity type" => format!("schedules activity `{by_code}` here"),
        "Activity id" => format!("gives the activity the id `{by_code}`"),
        "Child workflow type" => format!("starts child workflow `{by_code}` here"),
        "Child workflow id" => format!("gives the child workflow the id `{by_code}`"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unquotes_message_of_failure() {
        let failure =
            r#"Failure { failure: Some(Failure { message: "a \"b\"\nc\\d", source: "" }) }"#;
        assert_eq!(inner_message(failure), "a \"b\"\nc\\d");
        assert_eq!(inner_message("anything else"), "anything else");
    }

    #[test]
    fn passes_on_unknown_message() {
        let said = format!("{PREFIX}Something of a later release");
        let difference = Difference::of(&said, &[], None);
        assert!(difference.event.is_none());
        assert_eq!(difference.words, said);
    }
}
