//! The times of recurring schedules.

use std::fmt;
use std::time::{Duration, SystemTime};

use temporalio_common::protos::temporal::api::schedule::v1::{
    CalendarSpec, IntervalSpec, Range, StructuredCalendarSpec,
};

use super::{RawSpec, duration};
use crate::client::start::settings::LONGEST_DURATION;

/// The times at which a recurring schedule starts its workflow: all intervals, calendars and cron
/// expressions, without the excluded calendars.
///
/// A spec without times is invalid, except for [`manual`](Self::manual). See [Temporal's schedule
/// spec](https://docs.temporal.io/schedule#spec).
///
/// ```
/// use std::time::Duration;
/// use durable::client::{Calendar, ScheduleSpec};
///
/// // Half past nine on workdays, except at Christmas, with a jitter of one minute.
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
    /// Set if the spec is meant to have no times.
    is_manual: bool,
}

impl ScheduleSpec {
    /// Creates a spec without times.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a spec without times, for a recurring schedule that acts only when it is triggered or
    /// backfilled.
    #[must_use]
    pub fn manual() -> Self {
        Self { is_manual: true, ..Self::default() }
    }

    /// Adds times at this interval, counted from 1970-01-01T00:00:00Z: an interval of an hour is at
    /// each full hour. The interval is in whole seconds, at least one.
    #[must_use]
    pub fn every(self, interval: Duration) -> Self {
        self.every_with_offset(interval, Duration::ZERO)
    }

    /// Adds times at this interval like [`every`](Self::every), each delayed by `offset`: an
    /// interval of an hour with an offset of ten minutes is at ten past each hour. The offset must
    /// be shorter than the interval.
    #[must_use]
    pub fn every_with_offset(mut self, interval: Duration, offset: Duration) -> Self {
        let interval = self.duration("an interval", interval);
        let phase = self.duration("an offset", offset);
        self.raw.interval.push(IntervalSpec { interval, phase });
        self
    }

    /// Adds the times of a calendar.
    #[must_use]
    pub fn calendar(mut self, calendar: Calendar) -> Self {
        self.raw.calendar.push(calendar.raw);
        self
    }

    /// Adds the times of a cron expression, such as `0 3 * * *` or `@hourly`. See [Temporal's cron
    /// strings](https://docs.temporal.io/cron-job).
    #[must_use]
    pub fn cron(mut self, expression: impl Into<String>) -> Self {
        self.raw.cron_string.push(expression.into());
        self
    }

    /// Excludes the times of a calendar.
    #[must_use]
    #[allow(deprecated, reason = "the structured form has no names of days and months")]
    pub fn except(mut self, calendar: Calendar) -> Self {
        self.raw.exclude_calendar.push(calendar.raw);
        self
    }

    /// Excludes times before this one.
    #[must_use]
    pub fn start_at(mut self, time: SystemTime) -> Self {
        self.raw.start_time = Some(time.into());
        self
    }

    /// Excludes times after this one.
    #[must_use]
    pub fn end_at(mut self, time: SystemTime) -> Self {
        self.raw.end_time = Some(time.into());
        self
    }

    /// Delays each time by a random duration of at most `jitter`.
    #[must_use]
    pub fn jitter(mut self, jitter: Duration) -> Self {
        self.raw.jitter = self.duration("a jitter", jitter);
        self
    }

    /// Sets the time zone of calendars and cron expressions, by its IANA name such as
    /// `Europe/Rome`. Defaults to UTC.
    #[must_use]
    pub fn time_zone(mut self, name: impl Into<String>) -> Self {
        self.raw.timezone_name = name.into();
        self
    }

    /// Returns the intervals, each with its offset.
    #[must_use]
    pub fn intervals(&self) -> Vec<(Duration, Duration)> {
        let converted = |length: Option<_>| length.map(duration::from_server);
        let intervals = self.raw.interval.iter();
        intervals
            .map(|interval| {
                let offset = converted(interval.phase).unwrap_or_default();
                (converted(interval.interval).unwrap_or_default(), offset)
            })
            .collect()
    }

    /// Returns the calendars. In a description they are as the server parsed them: in numbers, with
    /// cron expressions among them.
    #[must_use]
    pub fn calendars(&self) -> Vec<Calendar> {
        let given = self.raw.calendar.iter().cloned().map(|raw| Calendar { raw });
        given.chain(self.raw.structured_calendar.iter().map(Calendar::structured)).collect()
    }

    /// Returns the excluded calendars, in the form of [`calendars`](Self::calendars).
    #[must_use]
    #[allow(deprecated, reason = "the structured form has no names of days and months")]
    pub fn excluded(&self) -> Vec<Calendar> {
        let given = self.raw.exclude_calendar.iter().cloned().map(|raw| Calendar { raw });
        let understood = self.raw.exclude_structured_calendar.iter().map(Calendar::structured);
        given.chain(understood).collect()
    }

    /// Returns the spec of the server's protocol, with settings that have no method here.
    #[must_use]
    pub fn raw(&self) -> &RawSpec {
        &self.raw
    }

    /// Returns the spec's problems.
    pub(super) fn problems(&self) -> impl Iterator<Item = String> {
        let no_times = "no times; set them with `every`, `calendar` or `cron`, or use \
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

/// Times by their parts. A part is a number, a range (`9-17`), a step (`0-59/15`), a list (`1,15`)
/// or `*` for all. Months and days of the week can also be names (`MON-FRI`).
///
/// Second, minute and hour default to 0, and the other parts to `*`. So `Calendar::new().hour(3)`
/// is each day at three.
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
    /// Creates a calendar of each day at midnight.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    parts! {
        /// Sets the seconds, 0 to 59.
        second,
        /// Sets the minutes, 0 to 59.
        minute,
        /// Sets the hours, 0 to 23.
        hour,
        /// Sets the days of the month, 1 to 31.
        day_of_month,
        /// Sets the months, 1 to 12 or by name.
        month,
        /// Sets the years.
        year,
        /// Sets the days of the week, 0 (Sunday) to 6 or by name.
        day_of_week,
        /// Sets a comment on the calendar, for people.
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

/// Formats ranges in the syntax of a [`Calendar`].
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

/// Formats the parts that are set, as `second=0 minute=30 hour=9`.
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
    fn writes_ranges_as_they_are_read() {
        let range = |start, end, step| Range { start, end, step };
        assert_eq!(text(&[range(1, 0, 0), range(9, 17, 1), range(0, 59, 15)]), "1,9-17,0-59/15");
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn shows_the_parts_that_are_set() {
        let calendar = Calendar::new().hour(9).minute("0-59/15").day_of_week("MON-FRI");
        assert_eq!(calendar.to_string(), "minute=0-59/15 hour=9 day_of_week=MON-FRI");
    }

    #[test]
    fn refuses_a_spec_without_times_unless_manual() {
        let problems = |spec: &ScheduleSpec| spec.problems().collect::<Vec<_>>();
        let never = ScheduleSpec::new().time_zone("Europe/Rome").jitter(Duration::from_secs(1));
        assert!(problems(&never)[0].starts_with("no times; "), "{:?}", problems(&never));
        assert_eq!(problems(&ScheduleSpec::manual()), Vec::<String>::new());
        assert_eq!(problems(&ScheduleSpec::new().cron("@hourly")), Vec::<String>::new());
        // The spec of an existing schedule may have no times.
        assert_eq!(problems(&RawSpec::default().into()), Vec::<String>::new());
    }

    #[test]
    fn refuses_durations_beyond_the_protocol() {
        let spec = ScheduleSpec::new().every(Duration::MAX).jitter(Duration::MAX);
        assert_eq!(spec.problems.len(), 2, "{:?}", spec.problems);
        assert!(spec.problems[0].contains("an interval of"), "{:?}", spec.problems);
    }
}
