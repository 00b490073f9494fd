//! When a schedule acts.

use std::fmt;
use std::time::{Duration, SystemTime};

use temporalio_common::protos::temporal::api::schedule::v1::{
    CalendarSpec, IntervalSpec, Range, StructuredCalendarSpec,
};

use super::RawSpec;
use crate::client::settings::LONGEST_DURATION;

/// The times at which a schedule starts its workflow: those of all intervals, calendars and cron
/// expressions together, without the excluded ones.
///
/// A spec without any is refused; [`manual`](Self::manual) is the one of a schedule that acts only
/// when it is triggered. See [Temporal's schedule spec](https://docs.temporal.io/schedule#spec).
///
/// ```
/// use std::time::Duration;
/// use durable::client::{Calendar, ScheduleSpec};
///
/// // Half past nine on workdays, but not at Christmas; not all at the same second.
/// let opening = ScheduleSpec::new()
///     .calendar(Calendar::new().day_of_week("MON-FRI").hour(9).minute(30))
///     .except(Calendar::new().month(12).day_of_month("24-26").hour("*").minute("*").second("*"))
///     .time_zone("Europe/Rome")
///     .jitter(Duration::from_secs(60));
///
/// let hourly = ScheduleSpec::new().every(Duration::from_secs(3600));
/// let nightly = ScheduleSpec::new().cron("0 3 * * *");
/// # let _ = (opening, hourly, nightly);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScheduleSpec {
    pub(super) raw: RawSpec,
    pub(super) problems: Vec<String>,
    /// Whether it has no times on purpose.
    is_manual: bool,
}

impl ScheduleSpec {
    /// No times yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No times: the schedule acts only when it is triggered or backfilled.
    #[must_use]
    pub fn manual() -> Self {
        Self { is_manual: true, ..Self::default() }
    }

    /// Again and again after this long, counted from the beginning of 1970 (UTC): every hour is at
    /// the full hour. At least a second, in whole seconds.
    #[must_use]
    pub fn every(self, interval: Duration) -> Self {
        self.every_with_offset(interval, Duration::ZERO)
    }

    /// As [`every`](Self::every), each time later by `offset`, which must be shorter than the
    /// interval: every hour with an offset of ten minutes is at ten past.
    #[must_use]
    pub fn every_with_offset(mut self, interval: Duration, offset: Duration) -> Self {
        let interval = self.duration("an interval", interval);
        let phase = self.duration("an offset", offset);
        self.raw.interval.push(IntervalSpec { interval, phase });
        self
    }

    /// At the times of a calendar.
    #[must_use]
    pub fn calendar(mut self, calendar: Calendar) -> Self {
        self.raw.calendar.push(calendar.raw);
        self
    }

    /// At the times of a cron expression, such as `0 3 * * *` or `@hourly`. See
    /// [Temporal's cron strings](https://docs.temporal.io/cron-job).
    #[must_use]
    pub fn cron(mut self, expression: impl Into<String>) -> Self {
        self.raw.cron_string.push(expression.into());
        self
    }

    /// Not at the times of a calendar.
    #[must_use]
    #[allow(deprecated, reason = "the structured form has no names of days and months")]
    pub fn except(mut self, calendar: Calendar) -> Self {
        self.raw.exclude_calendar.push(calendar.raw);
        self
    }

    /// Not before this time.
    #[must_use]
    pub fn start_at(mut self, time: SystemTime) -> Self {
        self.raw.start_time = Some(time.into());
        self
    }

    /// Not after this time.
    #[must_use]
    pub fn end_at(mut self, time: SystemTime) -> Self {
        self.raw.end_time = Some(time.into());
        self
    }

    /// Each time is later by a random part of this.
    #[must_use]
    pub fn jitter(mut self, jitter: Duration) -> Self {
        self.raw.jitter = self.duration("a jitter", jitter);
        self
    }

    /// The time zone of calendars and cron expressions, by its IANA name such as `Europe/Rome`;
    /// without one UTC.
    #[must_use]
    pub fn time_zone(mut self, name: impl Into<String>) -> Self {
        self.raw.timezone_name = name.into();
        self
    }

    /// The intervals, each with its offset.
    #[must_use]
    pub fn intervals(&self) -> Vec<(Duration, Duration)> {
        let duration = |duration: Option<_>| duration.map(super::update::duration);
        let intervals = self.raw.interval.iter();
        intervals
            .map(|interval| {
                let offset = duration(interval.phase).unwrap_or_default();
                (duration(interval.interval).unwrap_or_default(), offset)
            })
            .collect()
    }

    /// The calendars. Those of a described schedule are as the server understood them: in numbers,
    /// cron expressions among them.
    #[must_use]
    pub fn calendars(&self) -> Vec<Calendar> {
        let given = self.raw.calendar.iter().cloned().map(|raw| Calendar { raw });
        given.chain(self.raw.structured_calendar.iter().map(Calendar::structured)).collect()
    }

    /// The excluded calendars, as [`calendars`](Self::calendars) gives the others.
    #[must_use]
    #[allow(deprecated, reason = "the structured form has no names of days and months")]
    pub fn excluded(&self) -> Vec<Calendar> {
        let given = self.raw.exclude_calendar.iter().cloned().map(|raw| Calendar { raw });
        let understood = self.raw.exclude_structured_calendar.iter().map(Calendar::structured);
        given.chain(understood).collect()
    }

    /// The spec as the server's protocol has it, with everything that has no method here.
    #[must_use]
    pub fn raw(&self) -> &RawSpec {
        &self.raw
    }

    /// Everything that is wrong with it.
    pub(super) fn problems(&self) -> impl Iterator<Item = String> {
        let no_times = "it has no times; set them with `every`, `calendar` or `cron`, or use \
                        `ScheduleSpec::manual()` for a schedule that acts only when it is triggered";
        let has_times = self.is_manual || has_times(&self.raw);
        self.problems.iter().cloned().chain((!has_times).then(|| no_times.to_owned()))
    }

    fn duration<T>(&mut self, what: &str, duration: Duration) -> Option<T>
    where
        Duration: TryInto<T>,
    {
        if duration > LONGEST_DURATION {
            self.problems.push(format!("{what} of {duration:?} is longer than 10000 years"));
        }
        duration.try_into().ok()
    }
}

impl From<RawSpec> for ScheduleSpec {
    fn from(raw: RawSpec) -> Self {
        Self { is_manual: !has_times(&raw), raw, problems: Vec::new() }
    }
}

fn has_times(raw: &RawSpec) -> bool {
    !raw.interval.is_empty()
        || !raw.calendar.is_empty()
        || !raw.structured_calendar.is_empty()
        || !raw.cron_string.is_empty()
}

/// Times by their parts: numbers, ranges (`9-17`), steps (`0-59/15`), lists (`1,15`), `*` for all,
/// and for months and days of the week also names (`MON-FRI`).
///
/// Second, minute and hour are 0 unless they are set, and everything else is `*`. So
/// `Calendar::new().hour(3)` is once a day, at three.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    raw: CalendarSpec,
}

macro_rules! parts {
    ($($(#[$doc:meta])* $part:ident,)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $part(mut self, $part: impl fmt::Display) -> Self {
                self.raw.$part = $part.to_string();
                self
            }
        )*
    };
}

impl Calendar {
    /// Midnight, each day.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    parts! {
        /// The seconds, 0 to 59.
        second,
        /// The minutes, 0 to 59.
        minute,
        /// The hours, 0 to 23.
        hour,
        /// The days of the month, 1 to 31.
        day_of_month,
        /// The months, 1 to 12 or by name.
        month,
        /// The years.
        year,
        /// The days of the week, 0 (Sunday) to 6 or by name.
        day_of_week,
        /// What the calendar is for, in the words of people.
        comment,
    }

    fn structured(spec: &StructuredCalendarSpec) -> Self {
        Self {
            raw: CalendarSpec {
                second: text(&spec.second),
                minute: text(&spec.minute),
                hour: text(&spec.hour),
                day_of_month: text(&spec.day_of_month),
                month: text(&spec.month),
                year: text(&spec.year),
                day_of_week: text(&spec.day_of_week),
                comment: spec.comment.clone(),
            },
        }
    }
}

/// Ranges as they are written in a [`Calendar`].
fn text(ranges: &[Range]) -> String {
    let texts = ranges.iter().map(|range| {
        let Range { start, end, step } = *range;
        match (end > start, step > 1) {
            (false, _) => start.to_string(),
            (true, false) => format!("{start}-{end}"),
            (true, true) => format!("{start}-{end}/{step}"),
        }
    });
    texts.collect::<Vec<_>>().join(",")
}

/// The parts that are set, as `second=0 minute=30 hour=9`.
impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let raw = &self.raw;
        let parts = [
            ("second", &raw.second),
            ("minute", &raw.minute),
            ("hour", &raw.hour),
            ("day_of_month", &raw.day_of_month),
            ("month", &raw.month),
            ("year", &raw.year),
            ("day_of_week", &raw.day_of_week),
            ("comment", &raw.comment),
        ];
        let set = parts.iter().filter(|(_, value)| !value.is_empty());
        let texts = set.map(|(part, value)| format!("{part}={value}"));
        f.write_str(&texts.collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Calendar({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_as_they_are_read() {
        let range = |start, end, step| Range { start, end, step };
        assert_eq!(text(&[range(1, 0, 0), range(9, 17, 1), range(0, 59, 15)]), "1,9-17,0-59/15");
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn a_calendar_shows_what_is_set() {
        let calendar = Calendar::new().hour(9).minute("0-59/15").day_of_week("MON-FRI");
        assert_eq!(calendar.to_string(), "minute=0-59/15 hour=9 day_of_week=MON-FRI");
    }

    #[test]
    fn a_spec_without_times_is_a_problem_unless_it_is_manual() {
        let problems = |spec: &ScheduleSpec| spec.problems().collect::<Vec<_>>();
        let never = ScheduleSpec::new().time_zone("Europe/Rome").jitter(Duration::from_secs(1));
        assert!(problems(&never)[0].starts_with("it has no times; "), "{:?}", problems(&never));
        assert_eq!(problems(&ScheduleSpec::manual()), Vec::<String>::new());
        assert_eq!(problems(&ScheduleSpec::new().cron("@hourly")), Vec::<String>::new());
        // A described schedule is as it is.
        assert_eq!(problems(&RawSpec::default().into()), Vec::<String>::new());
    }

    #[test]
    fn a_duration_without_end_is_a_problem() {
        let spec = ScheduleSpec::new().every(Duration::MAX).jitter(Duration::MAX);
        assert_eq!(spec.problems.len(), 2, "{:?}", spec.problems);
        assert!(spec.problems[0].contains("an interval of"), "{:?}", spec.problems);
    }
}
