//! The ids and durations that callers write.

use std::time::Duration;

/// The longest id that the server (as of 1.32) takes by default.
pub(super) const LONGEST_ID: usize = 1000;

/// Checks an id of a workflow, a run or a schedule.
pub(super) fn checked_id(id: &str) -> Result<(), &'static str> {
    if id.is_empty() {
        return Err("is empty");
    }
    if id.len() > LONGEST_ID {
        return Err("is longer than 1000 bytes");
    }
    if id.chars().any(char::is_control) {
        return Err("has control characters");
    }
    Ok(())
}

/// The problem of a duration.
pub(super) const DURATION: &str =
    "is not a duration; write a number with its unit `ms`, `s`, `m`, `h` or `d`, such as `30s`";

/// The form of durations, as a regular expression for the document.
pub(super) const DURATION_PATTERN: &str = "^[0-9]{1,6}(ms|s|m|h|d)$";

/// Parses a duration, such as `30s`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok().filter(|_| digits <= 6)?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        "d" => 24 * 60 * 60 * 1000,
        _ => return None,
    };
    Some(Duration::from_millis(number * milliseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_a_number_and_a_unit() {
        for (text, milliseconds) in
            [("0s", 0), ("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("1d", 86_400_000)]
        {
            assert_eq!(duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", "5", "-1s", "1.5s", "1234567s", "5 s", "5s ", "1h30m", "٣s"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
