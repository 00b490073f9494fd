//! Validation of cron expressions: five fields, or a word such as `@daily`.

/// The range of a field, with the names of its values.
struct Field {
    what: &'static str,
    first: u32,
    last: u32,
    names: &'static [&'static str],
}

const MONTHS: &[&str] =
    &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const FIELDS: [Field; 5] = [
    Field { what: "minute", first: 0, last: 59, names: &[] },
    Field { what: "hour", first: 0, last: 23, names: &[] },
    Field { what: "day of the month", first: 1, last: 31, names: &[] },
    Field { what: "month", first: 1, last: 12, names: MONTHS },
    Field {
        what: "day of the week",
        first: 0,
        last: 6,
        names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    },
];

/// The problem of an `@every` without a duration.
const EVERY: &str = "`@every` takes a duration, such as `1h30m`";

const WORDS: [&str; 7] =
    ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Checks that the server understands an expression, and that it matches some date.
///
/// # Errors
/// Returns the problem as a message.
pub(crate) fn check(expression: &str) -> Result<(), String> {
    let wrong = |problem: String| format!("invalid cron schedule `{expression}`: {problem}");
    let mut text = expression.trim();
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        text = text.split_once(' ').map(|(_, rest)| rest.trim()).unwrap_or_default();
    }
    if let Some(interval) = text.strip_prefix("@every ") {
        let is_duration = interval.starts_with(|first: char| first.is_ascii_digit())
            && interval.ends_with(['s', 'm', 'h']);
        return if is_duration { Ok(()) } else { Err(wrong(EVERY.to_owned())) };
    }
    if text.starts_with('@') {
        let known = WORDS.contains(&text);
        return if known { Ok(()) } else { Err(wrong(format!("use one of {}", WORDS.join(", ")))) };
    }
    let fields: Vec<_> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        let expected = "expected five fields: minute, hour, day of the month, month, weekday";
        return Err(wrong(format!("{expected}; got {}", fields.len())));
    }
    let mut values = Vec::new();
    for (field, text) in FIELDS.iter().zip(&fields) {
        values.push(field.values(text).map_err(wrong)?);
    }
    let [.., days, months, _] = values.as_slice() else { return Ok(()) };
    let is_every_weekday = fields[4].starts_with(['*', '?']);
    let longest = |month: u32| match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let matches = months.iter().any(|month| days.iter().any(|day| *day <= longest(*month)));
    if is_every_weekday && !matches {
        return Err(wrong("no month has such a day".to_owned()));
    }
    Ok(())
}

impl Field {
    /// Returns the values that a field matches.
    fn values(&self, text: &str) -> Result<Vec<u32>, String> {
        let mut values = Vec::new();
        for part in text.split(',') {
            values.extend(self.part(part).ok_or_else(|| {
                format!("invalid {} `{part}`, expected {} to {}", self.what, self.first, self.last)
            })?);
        }
        Ok(values)
    }

    fn part(&self, part: &str) -> Option<Vec<u32>> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => {
                (range, Some(step.parse::<u32>().ok().filter(|step| *step > 0)?))
            }
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" || range == "?" => (self.first, self.last),
            Some((from, to)) => (self.value(from)?, self.value(to)?),
            // A step without an end continues to the last value.
            None if step.is_some() => (self.value(range)?, self.last),
            None => (self.value(range)?, self.value(range)?),
        };
        let step = usize::try_from(step.unwrap_or(1)).ok()?;
        (from <= to).then(|| (from..=to).step_by(step).collect())
    }

    fn value(&self, text: &str) -> Option<u32> {
        let name =
            self.names.iter().zip(self.first..).find(|(name, _)| text.eq_ignore_ascii_case(name));
        let value = name.map(|(_, value)| value).or_else(|| text.parse().ok())?;
        (self.first..=self.last).contains(&value).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn accepts_valid_expressions() {
        for expression in [
            "* * * * *",
            "0 12 * * MON-FRI",
            "*/5 0-6,22 1 jan,jul ?",
            "10/20 3 29 2 *",
            "0 0 31 2 sun",
            "@daily",
            "@every 1h30m",
            "CRON_TZ=Europe/Zurich 0 8 * * 1",
            "TZ=UTC @hourly",
        ] {
            assert_eq!(check(expression), Ok(()));
        }
    }

    #[test]
    fn names_the_problem() {
        for (expression, problem) in [
            ("whenever", "expected five fields"),
            ("* * * * * *", "got 6"),
            ("60 * * * *", "invalid minute `60`, expected 0 to 59"),
            ("* * 0 * *", "invalid day of the month `0`"),
            ("* * * jam *", "invalid month `jam`"),
            ("5-1 * * * *", "invalid minute `5-1`"),
            ("*/0 * * * *", "invalid minute `*/0`"),
            ("0 0 31 2,4 *", "no month has such a day"),
            ("@sometimes", "use one of @yearly"),
            ("@every moment", "`@every` takes a duration"),
        ] {
            let error = check(expression).unwrap_err();
            assert!(error.contains(problem), "{error}");
        }
    }
}
