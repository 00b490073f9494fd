//! The times of a recurring schedule in words.

use std::time::Duration;

use temporalio_common::protos::temporal::api::schedule::v1::{Range, StructuredCalendarSpec};

use crate::client::ScheduleSpec;

const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Returns the times of a recurring schedule, in words.
pub(super) fn of(spec: &ScheduleSpec) -> Vec<String> {
    let intervals = spec.intervals().into_iter().map(interval);
    let raw = spec.raw();
    let jitter = raw.jitter.and_then(|jitter| Duration::try_from(jitter).ok());
    let jitter = jitter.filter(|jitter| !jitter.is_zero());
    let mut all: Vec<_> = intervals.chain(raw.structured_calendar.iter().map(calendar)).collect();
    if all.is_empty() {
        all.push("only when it is triggered".to_owned());
    } else if let Some(jitter) = jitter {
        all.push(format!("each up to {} later", humantime::format_duration(jitter)));
    }
    all
}

pub(super) fn interval((every, offset): (Duration, Duration)) -> String {
    let every = humantime::format_duration(every);
    if offset.is_zero() {
        format!("every {every}")
    } else {
        format!("every {every}, {} later", humantime::format_duration(offset))
    }
}

/// Returns a calendar in words, such as `Monday to Friday at 09:30`.
fn calendar(spec: &StructuredCalendarSpec) -> String {
    let mut words = vec![days(spec)];
    if let Some(months) = part(&spec.month, 1, 12, |month| named(&MONTHS, month - 1)) {
        words.push(format!("in {months}"));
    }
    if let Some(years) = part(&spec.year, i32::MIN, i32::MAX, |year| year.to_string()) {
        words.push(format!("of {years}"));
    }
    words.push(time_of_day(spec));
    if !spec.comment.is_empty() {
        words.push(format!("({})", spec.comment));
    }
    words.join(" ")
}

fn days(spec: &StructuredCalendarSpec) -> String {
    let week = part(&spec.day_of_week, 0, 6, |day| named(&DAYS, day));
    let month = part(&spec.day_of_month, 1, 31, |day| day.to_string());
    match (week, month) {
        (None, None) => "every day".to_owned(),
        (Some(week), None) => week,
        (None, Some(month)) => format!("on day {month} of the month"),
        (Some(week), Some(month)) => format!("{week} that is day {month} of the month"),
    }
}

fn time_of_day(spec: &StructuredCalendarSpec) -> String {
    let number = |value: i32| value.to_string();
    let single = |ranges: &[Range]| match ranges {
        [one] if one.end <= one.start => Some(one.start),
        [] => Some(0),
        _ => None,
    };
    let second = part(&spec.second, 0, 59, number);
    let no_second = single(&spec.second) == Some(0);
    if let (true, Some(minute)) = (no_second, single(&spec.minute)) {
        let each = |ranges: &[Range]| ranges.iter().all(|range| range.end <= range.start);
        if each(&spec.hour) {
            let hours = if spec.hour.is_empty() { vec![0] } else { starts(&spec.hour) };
            let times = hours.iter().map(|hour| format!("{hour:02}:{minute:02}"));
            return format!("at {}", times.collect::<Vec<_>>().join(", "));
        }
        return match part(&spec.hour, 0, 23, number) {
            None => format!("every hour at minute {minute}"),
            Some(hours) => format!("at minute {minute} of the hours {hours}"),
        };
    }
    let minutes = part(&spec.minute, 0, 59, number);
    let minutes =
        minutes.map_or_else(|| "every minute".to_owned(), |it| format!("at minutes {it}"));
    let hours = part(&spec.hour, 0, 23, number);
    let hours = hours.map_or_else(String::new, |hours| format!(" of the hours {hours}"));
    let seconds = match second {
        _ if no_second => String::new(),
        None => " at every second".to_owned(),
        Some(seconds) => format!(" at second {seconds}"),
    };
    format!("{minutes}{hours}{seconds}")
}

fn starts(ranges: &[Range]) -> Vec<i32> {
    ranges.iter().map(|range| range.start).collect()
}

/// Returns the values of a part, or `None` if it has all of them.
fn part(ranges: &[Range], first: i32, last: i32, name: impl Fn(i32) -> String) -> Option<String> {
    let is_all = |range: &Range| range.start <= first && range.end >= last && range.step <= 1;
    if ranges.is_empty() || ranges.iter().any(is_all) {
        return None;
    }
    let texts = ranges.iter().map(|range| {
        let from = name(range.start);
        match (range.end > range.start, range.step > 1) {
            (false, _) => from,
            (true, false) => format!("{from} to {}", name(range.end)),
            (true, true) => format!("{from} to {} in steps of {}", name(range.end), range.step),
        }
    });
    Some(texts.collect::<Vec<_>>().join(", "))
}

fn named(names: &[&str], place: i32) -> String {
    let name = usize::try_from(place).ok().and_then(|place| names.get(place));
    name.map_or_else(|| place.to_string(), |name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: i32, end: i32, step: i32) -> Vec<Range> {
        vec![Range { start, end, step }]
    }

    /// A calendar as the server (1.32) parses it: every part is set.
    fn parsed(minute: Vec<Range>, hour: Vec<Range>) -> StructuredCalendarSpec {
        StructuredCalendarSpec {
            second: range(0, 0, 1),
            minute,
            hour,
            day_of_month: range(1, 31, 1),
            month: range(1, 12, 1),
            day_of_week: range(0, 6, 1),
            ..StructuredCalendarSpec::default()
        }
    }

    #[test]
    fn calendars_are_told_in_words() {
        let nine = || parsed(range(30, 0, 1), range(9, 0, 1));
        let twice = [range(8, 0, 1), range(20, 0, 1)].concat();
        for (spec, words) in [
            (nine(), "every day at 09:30"),
            (parsed(range(0, 0, 1), twice), "every day at 08:00, 20:00"),
            (parsed(range(5, 0, 1), range(0, 23, 1)), "every day every hour at minute 5"),
            (parsed(range(0, 59, 1), range(0, 23, 1)), "every day every minute"),
            (
                parsed(range(0, 59, 15), range(9, 17, 1)),
                "every day at minutes 0 to 59 in steps of 15 of the hours 9 to 17",
            ),
            (
                StructuredCalendarSpec { day_of_week: range(1, 5, 1), ..nine() },
                "Monday to Friday at 09:30",
            ),
            (
                StructuredCalendarSpec {
                    day_of_month: range(1, 0, 1),
                    month: [range(1, 0, 1), range(7, 0, 1)].concat(),
                    ..nine()
                },
                "on day 1 of the month in January, July at 09:30",
            ),
            (
                StructuredCalendarSpec { comment: "rent".to_owned(), ..nine() },
                "every day at 09:30 (rent)",
            ),
        ] {
            assert_eq!(calendar(&spec), words);
        }
    }
}
