//! Cron expressions, as the server reads them: five fields, or a word such as `@daily`.

/// The values that a field may have, with the names that stand for some of them.
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

const WORDS: [&str; 7] =
    ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Refuses an expression that the server does not understand, or that never comes.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(expression: &str) -> Result<(), String> {
    let wrong = |problem: String| format!("the cron schedule `{expression}` is invalid: {problem}");
    let mut text = expression.trim();
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        text = text.split_once(' ').map(|(_, rest)| rest.trim()).unwrap_or_default();
    }
    if let Some(interval) = text.strip_prefix("@every ") {
        let is_duration = interval.starts_with(|first: char| first.is_ascii_digit())
            && interval.ends_with(['s', 'm', 'h']);
        return if is_duration { Ok(()) } else { Err(wrong("`@every` needs `1h30m`".to_owned())) };
    }
    if text.starts_with('@') {
        let known = WORDS.contains(&text);
        return if known { Ok(()) } else { Err(wrong(format!("use one of {}", WORDS.join(", ")))) };
    }
    let fields: Vec<_> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        let problem = "five fields are expected: minute, hour, day of the month, month, weekday";
        return Err(wrong(format!("{problem}; got {}", fields.len())));
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
    let comes = months.iter().any(|month| days.iter().any(|day| *day <= longest(*month)));
    if is_every_weekday && !comes {
        return Err(wrong("no month has such a day".to_owned()));
    }
    Ok(())
}

impl Field {
    /// The values that the text of a field stands for.
    fn values(&self, text: &str) -> Result<Vec<u32>, String> {
        let mut values = Vec::new();
        for part in text.split(',') {
            values.extend(self.part(part).ok_or_else(|| {
                format!("`{part}` is no {} from {} to {}", self.what, self.first, self.last)
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
            // A step without an end goes on to the last value.
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
    fn takes_what_the_server_takes() {
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
    fn names_what_is_wrong() {
        for (expression, problem) in [
            ("whenever", "five fields are expected"),
            ("* * * * * *", "got 6"),
            ("60 * * * *", "`60` is no minute from 0 to 59"),
            ("* * 0 * *", "`0` is no day of the month"),
            ("* * * jam *", "`jam` is no month"),
            ("5-1 * * * *", "`5-1` is no minute"),
            ("*/0 * * * *", "`*/0` is no minute"),
            ("0 0 31 2,4 *", "no month has such a day"),
            ("@sometimes", "use one of @yearly"),
            ("@every moment", "`@every` needs"),
        ] {
            let error = check(expression).unwrap_err();
            assert!(error.contains(problem), "{error}");
        }
    }
}
