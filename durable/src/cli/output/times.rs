//! Times for people: relative to now, or in UTC.

use std::time::{Duration, SystemTime};

/// The form of times.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Times {
    is_absolute: bool,
    now: SystemTime,
}

impl Times {
    /// Returns the form of times: in UTC, or relative to now.
    pub(super) fn new(is_absolute: bool) -> Self {
        Self { is_absolute, now: SystemTime::now() }
    }

    /// Returns the form relative to now.
    pub(in crate::cli) fn relative() -> Self {
        Self::new(false)
    }

    /// Formats a time, such as `3m 20s ago` or `in 8s`.
    pub(in crate::cli) fn at(self, time: Option<SystemTime>) -> Option<String> {
        let time = time?;
        if self.is_absolute {
            return utc(Some(time));
        }
        Some(match self.now.duration_since(time) {
            Ok(age) if age < Duration::from_secs(1) => "now".to_owned(),
            Ok(age) => format!("{} ago", short(age)),
            Err(later) => format!("in {}", short(later.duration())),
        })
    }

    /// Returns whether times are in UTC.
    pub(in crate::cli) fn is_absolute(self) -> bool {
        self.is_absolute
    }

    /// Formats the time since a point in time, such as `3m 20s`.
    pub(in crate::cli) fn age(self, since: Option<SystemTime>) -> Option<String> {
        let age = self.now.duration_since(since?).unwrap_or_default();
        Some(short(age))
    }
}

/// Formats a time in UTC, for programs.
pub(in crate::cli) fn utc(time: Option<SystemTime>) -> Option<String> {
    Some(humantime::format_rfc3339_seconds(time?).to_string())
}

/// Formats the time between two points in time.
pub(in crate::cli) fn between(from: Option<SystemTime>, to: Option<SystemTime>) -> Option<String> {
    to?.duration_since(from?).ok().map(short)
}

/// Formats a duration in its two largest units.
pub(in crate::cli) fn short(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        return format!("{}ms", duration.as_millis());
    }
    let whole = humantime::format_duration(Duration::from_secs(duration.as_secs())).to_string();
    whole.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_relative_in_two_units() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let times = Times { is_absolute: false, now };
        let at = |seconds: i64| {
            let distance = Duration::from_secs(seconds.unsigned_abs());
            times.at(Some(if seconds < 0 { now - distance } else { now + distance })).unwrap()
        };
        for (seconds, expected) in [
            (0, "now"),
            (-5, "5s ago"),
            (8, "in 8s"),
            (-200, "3m 20s ago"),
            (-7200, "2h ago"),
            (-190_000, "2days 4h ago"),
        ] {
            assert_eq!(at(seconds), expected);
        }
        let absolute = Times { is_absolute: true, now };
        assert_eq!(absolute.at(Some(now)).unwrap(), "1970-01-12T13:46:40Z");
    }
}
