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
    use std::time::{Duration, SystemTime};

    use arbtest::arbtest;

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

    #[test]
    fn reads_back_every_duration() {
        arbtest(|u| {
            let duration = Duration::new(u.arbitrary()?, u.int_in_range(0..=999_999_999)?);
            let text = humantime::format_duration(duration).to_string();
            assert_eq!(parse(&text), Ok(duration), "{text}");
            let time = SystemTime::UNIX_EPOCH
                + Duration::new(u.int_in_range(0..=253_402_300_799)?, duration.subsec_nanos());
            let text = humantime::format_rfc3339(time).to_string();
            assert_eq!(super::time(&text), Ok(time), "{text}");
            Ok(())
        })
        .budget_ms(300)
        .run();
    }

    #[test]
    fn refuses_or_reads_random_texts() {
        const PIECES: [&str; 16] = [
            "1",
            "99999999999999999999",
            "h",
            "m",
            "s",
            "ns",
            "years",
            "-",
            ".",
            " ",
            "T",
            ":",
            "Z",
            "e9",
            "ü",
            "+",
        ];
        arbtest(|u| {
            let mut text = String::new();
            for _ in 0..u.int_in_range(0..=20)? {
                text.push_str(u.choose(&PIECES)?);
            }
            let _ = (parse(&text), super::time(&text));
            Ok(())
        })
        .budget_ms(300)
        .run();
    }
}
