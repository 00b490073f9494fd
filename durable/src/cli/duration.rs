//! Durations and times on the command line.

use std::time::{Duration, SystemTime};

/// Reads `300` as seconds, and everything else as `5m` or `1h 30m`.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let seconds = text.trim().parse().ok().and_then(|it| Duration::try_from_secs_f64(it).ok());
    seconds.or_else(|| humantime::parse_duration(text).ok()).ok_or_else(|| {
        "expected a number of seconds, such as `300`, or numbers with units, such as `5m` or \
         `1h 30m`"
            .to_owned()
    })
}

/// Reads a time in UTC, such as `2026-01-31T08:00:00Z` or `2026-01-31 08:00:00`.
pub(super) fn time(text: &str) -> Result<SystemTime, String> {
    humantime::parse_rfc3339_weak(text).map_err(|_| {
        "expected a time in UTC, such as `2026-01-31T08:00:00Z` or `2026-01-31 08:00:00`".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parse;

    #[test]
    fn reads_plain_numbers_as_seconds() {
        let milliseconds = |text| parse(text).as_ref().map(Duration::as_millis).ok();
        for (text, expected) in [
            ("300", Some(300_000)),
            ("0", Some(0)),
            ("0.5", Some(500)),
            ("5m", Some(300_000)),
            ("1h 30m", Some(5_400_000)),
            ("100ms", Some(100)),
            ("-5", None),
            ("nan", None),
            ("1e300", None),
            ("often", None),
            ("", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text:?}");
        }
    }
}
