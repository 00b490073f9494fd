//! Expired timeouts of workflows and activities, with their length and source.

use std::fmt;
use std::time::Duration;

use crate::options::OptionSource;

/// An expired timeout of a workflow or an activity.
///
/// `Display` prints, for example, `the execution timeout of 30m (set by the annotation) expired`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExpiredTimeout {
    /// The kind of the timeout.
    pub kind: TimeoutKind,
    /// The length of the timeout.
    pub length: Duration,
    /// The place where it was set.
    pub source: OptionSource,
}

/// The kind of a timeout, named like its option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutKind {
    /// The `execution_timeout` of a workflow: for all its runs together.
    Execution,
    /// The `run_timeout` of a workflow: for one run.
    Run,
    /// The `start_to_close_timeout` of an activity: for one attempt.
    StartToClose,
    /// The `schedule_to_close_timeout` of an activity: for all its attempts together.
    ScheduleToClose,
    /// The `schedule_to_start_timeout` of an activity: for the wait in its task queue.
    ScheduleToStart,
    /// The `heartbeat_timeout` of an activity: for the pause between two heartbeats.
    Heartbeat,
}

impl fmt::Display for TimeoutKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Execution => "execution timeout",
            Self::Run => "run timeout",
            Self::StartToClose => "start-to-close timeout",
            Self::ScheduleToClose => "schedule-to-close timeout",
            Self::ScheduleToStart => "schedule-to-start timeout",
            Self::Heartbeat => "heartbeat timeout",
        })
    }
}

impl fmt::Display for ExpiredTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, length, source } = self;
        write!(f, "the {kind} of {} ({source}) expired", FormattedDuration(*length))
    }
}

/// Formats the end of the message of a workflow that timed out.
pub(super) fn because(timeout: Option<&ExpiredTimeout>) -> String {
    timeout.map_or_else(String::new, |timeout| format!(": {timeout}"))
}

/// Formats a duration as in an annotation: `20m` and not `1200s`.
struct FormattedDuration(Duration);

impl fmt::Display for FormattedDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let whole = |unit: u64| seconds > 0 && seconds.is_multiple_of(unit);
        match self.0.subsec_nanos() {
            0 if whole(86_400) => write!(f, "{}d", seconds / 86_400),
            0 if whole(3600) => write!(f, "{}h", seconds / 3600),
            0 if whole(60) => write!(f, "{}m", seconds / 60),
            _ => write!(f, "{:?}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_kind_length_and_source_of_an_expired_timeout() {
        for (seconds, written) in
            [(86_400.0, "1d"), (7200.0, "2h"), (90.0 * 60.0, "90m"), (61.0, "61s"), (0.25, "250ms")]
        {
            let timeout = ExpiredTimeout {
                kind: TimeoutKind::Run,
                length: Duration::from_secs_f64(seconds),
                source: OptionSource::Annotation,
            };
            let expected = format!("the run timeout of {written} (set by the annotation) expired");
            assert_eq!(timeout.to_string(), expected);
        }
    }
}
