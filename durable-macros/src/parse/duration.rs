//! Durations such as `"30s"` and `"1h30m"`.

use std::time::Duration;

use syn::LitStr;

use crate::diagnostics::err;

/// The description of the form, for messages.
const FORMS: &str = "write a number with a unit (`ms`, `s`, `m`, `h`, `d`), such as \"250ms\", \
                     \"30s\" or \"1h30m\"";

/// Longer than anything that a server keeps, and within every representation on the way there.
const LONGEST: Duration = Duration::from_hours(100 * 365 * 24);

pub(crate) fn read(literal: &LitStr) -> syn::Result<Duration> {
    let text = literal.value();
    let duration = humantime::parse_duration(&text)
        .map_err(|error| err!(literal, "\"{text}\" is no duration ({error}); {FORMS}"))?;
    if duration > LONGEST {
        return Err(err!(literal, "\"{text}\" is too long; a duration is 100 years at most"));
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn parse(text: &str) -> Result<Duration, String> {
        read(&LitStr::new(text, Span::call_site())).map_err(|error| error.to_string())
    }

    #[test]
    fn the_documented_forms_are_read() {
        for (text, expected) in [
            ("250ms", Duration::from_millis(250)),
            ("30s", Duration::from_secs(30)),
            ("5m", Duration::from_mins(5)),
            ("24h", Duration::from_hours(24)),
            ("7d", Duration::from_hours(168)),
            ("1h30m", Duration::from_mins(90)),
            ("1h 30m", Duration::from_mins(90)),
            ("0s", Duration::ZERO),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_message_says_what_is_wrong_and_what_to_write() {
        for text in ["", "30", "s", "-5s", "30 fortnights", "1:30"] {
            let message = parse(text).unwrap_err();
            assert!(message.starts_with(&format!("\"{text}\" is no duration (")), "{message}");
            assert!(message.contains("such as \"250ms\""), "{message}");
        }
    }

    #[test]
    fn what_no_server_keeps_is_refused() {
        assert!(parse("101y").unwrap_err().contains("too long"));
    }
}
