//! The text that answers the query `__stack_trace`: the waits of each routine, with their places.

use std::fmt::{self, Write as _};
use std::time::{Duration, SystemTime};

use super::list::{Started, Subject, Waiting, Waits};

/// The maximum number of routines, and of waits of each, in a text.
const MAX_LISTED: usize = 100;
/// The maximum length of a summary or an id in a text, in characters.
const MAX_LENGTH: usize = 200;

impl Waits {
    /// Returns the text for a run.
    pub(crate) fn trace(&self, has_ended: bool) -> String {
        if has_ended {
            return "the workflow has ended".to_owned();
        }
        self.with(|routines, waits| {
            let mut text = String::new();
            for (number, routine) in routines.iter().take(MAX_LISTED) {
                let own = waits.values().filter(|wait| wait.routine == *number);
                // Writing to a string can't fail.
                let _ = write_routine(&mut text, *routine, &own.collect::<Vec<_>>());
            }
            let _ = write_rest(&mut text, routines.len(), "", "handlers");
            if text.is_empty() {
                return "the workflow waits for nothing".to_owned();
            }
            text.trim_end().to_owned()
        })
    }
}

fn write_routine(text: &mut String, routine: Started, waits: &[&Waiting]) -> fmt::Result {
    write!(text, "{}", routine.part)?;
    write_time(text, ", since", routine.since)?;
    if waits.is_empty() {
        // The calls of the SDK's own context, and futures of other crates.
        return writeln!(text, " waits for a future that isn't of `durable`");
    }
    writeln!(text, " waits for")?;
    for wait in waits.iter().take(MAX_LISTED) {
        write!(text, "  {}", wait.subject)?;
        if let Some(summary) = &wait.summary {
            write!(text, " \"{}\"", Short(summary))?;
        }
        match wait.subject.limit() {
            Some(limit) => write_time(text, ", until", wait.since.map(|since| later(since, limit))),
            None => write_time(text, ", since", wait.since),
        }?;
        writeln!(text, "\n      at {}", wait.place)?;
    }
    write_rest(text, waits.len(), "  ", "waits")
}

fn write_rest(text: &mut String, all: usize, indent: &str, plural: &str) -> fmt::Result {
    match all.saturating_sub(MAX_LISTED) {
        0 => Ok(()),
        rest => writeln!(text, "{indent}and {rest} more {plural}"),
    }
}

fn write_time(text: &mut String, word: &str, time: Option<SystemTime>) -> fmt::Result {
    match time {
        Some(time) => write!(text, "{word} {}", humantime::format_rfc3339_seconds(time)),
        None => Ok(()),
    }
}

/// Returns the end of a timer. Humantime formats years up to 9999.
fn later(since: SystemTime, duration: Duration) -> SystemTime {
    since.checked_add(duration).unwrap_or(since)
}

impl Subject {
    /// Returns the duration after which the wait ends in any case.
    fn limit(&self) -> Option<Duration> {
        match self {
            Self::Timer(duration) => Some(*duration),
            Self::Condition { limit } => *limit,
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Activity { name, id, queue } => {
                write!(f, "activity `{name}`")?;
                write_named(f, " with id", id.as_deref())?;
                write_named(f, " on queue", queue.as_deref())
            }
            Self::LocalActivity { name } => write!(f, "local activity `{name}`"),
            Self::Child { name, id } => {
                write!(f, "child workflow {name}")?;
                write_named(f, " with id", Some(id))
            }
            Self::Signal { name, workflow_id } => {
                write!(f, "the delivery of signal `{}`", Short(name))?;
                write_named(f, " to workflow", Some(workflow_id))
            }
            Self::CancelExternal { workflow_id } => {
                f.write_str("the delivery of a cancellation")?;
                write_named(f, " to workflow", Some(workflow_id))
            }
            Self::Timer(duration) => {
                write!(f, "timer of {}", humantime::format_duration(*duration))
            }
            Self::Condition { limit: Some(limit) } => {
                write!(f, "condition for at most {}", humantime::format_duration(*limit))
            }
            Self::Condition { limit: None } => f.write_str("condition"),
            Self::Cancellation => f.write_str("the cancellation of this workflow"),
            Self::Handlers => f.write_str("the end of all signal and update handlers"),
            Self::Command => f.write_str("the next command of the entity"),
            Self::Reply => f.write_str("the reply of the entity"),
        }
    }
}

fn write_named(f: &mut fmt::Formatter<'_>, word: &str, name: Option<&str>) -> fmt::Result {
    match name {
        Some(name) => write!(f, "{word} `{}`", Short(name)),
        None => Ok(()),
    }
}

/// A text in one line, truncated.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        for character in characters.by_ref().take(MAX_LENGTH) {
            f.write_char(if character.is_control() { ' ' } else { character })?;
        }
        if characters.next().is_some() { f.write_str("...") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::Location;

    use super::super::list::Routine;
    use super::*;
    use crate::definition::user_code::Part;

    const NOON: u64 = 12 * 3600;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// Returns the text without the places.
    fn listed(waits: &Waits) -> Vec<String> {
        let text = waits.trace(false);
        let lines = text.lines().filter(|line| !line.starts_with("      at "));
        lines.map(|line| line.replace("1970-01-01T", "")).collect()
    }

    #[test]
    fn lists_waits_of_each_routine_until_they_are_dropped() {
        let waits = Waits::default();
        let place = Location::caller();
        let (mut run, mut update) =
            (Routine::new(&waits, Part::Run), Routine::new(&waits, Part::Update("rename")));
        run.enter(Some(at(NOON)));
        let activity =
            Subject::Activity { name: "charge", id: Some("c-1".to_owned()), queue: None };
        let activity = waits.add(activity, None, place);
        update.enter(Some(at(NOON + 60)));
        let condition = Subject::Condition { limit: Some(Duration::from_secs(90)) };
        let condition = waits.add(condition, Some("a\nname".to_owned()), place);
        run.enter(Some(at(NOON + 120)));
        let timer = waits.add(Subject::Timer(Duration::from_secs(3600)), None, place);
        assert_eq!(
            listed(&waits),
            [
                "`#[run]`, since 12:00:00Z waits for",
                "  activity `charge` with id `c-1`, since 12:00:00Z",
                "  timer of 1h, until 13:02:00Z",
                "update `rename`, since 12:01:00Z waits for",
                "  condition for at most 1m 30s \"a name\", until 12:02:30Z",
            ]
        );
        assert!(waits.trace(false).contains(&format!("\n      at {place}")));
        drop((activity, condition, timer, update));
        let other = "`#[run]`, since 12:00:00Z waits for a future that isn't of `durable`";
        assert_eq!(listed(&waits), [other]);
        assert_eq!(waits.trace(true), "the workflow has ended");
        drop(run);
        assert_eq!(listed(&waits), ["the workflow waits for nothing"]);
    }

    #[test]
    fn a_text_is_bounded() {
        let waits = Waits::default();
        let mut run = Routine::new(&waits, Part::Run);
        run.enter(None);
        let long = || Some("x".repeat(100_000));
        let many: Vec<_> = (0..MAX_LISTED + 7)
            .map(|_| waits.add(Subject::Cancellation, long(), Location::caller()))
            .collect();
        let text = waits.trace(false);
        assert!(text.len() < 100_000, "{}", text.len());
        assert!(text.ends_with("  and 7 more waits"), "{text}");
        drop(many);
    }

    #[test]
    fn a_timer_of_any_length_has_an_end() {
        let waits = Waits::default();
        let mut run = Routine::new(&waits, Part::Run);
        run.enter(Some(at(NOON)));
        let longest = Duration::from_secs(100 * 365 * 24 * 3600);
        let timer = waits.add(Subject::Timer(longest), None, Location::caller());
        assert!(
            waits.trace(false).contains("until 2069-12-07T12:00:00Z"),
            "{}",
            waits.trace(false)
        );
        drop(timer);
    }
}
