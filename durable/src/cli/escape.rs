//! Escapes text from outside before it is written to a terminal.
//!
//! Ids, memos and messages of failures may contain anything. A control character among them would move
//! the cursor, change the title of the window, or begin a new row of a table.

use std::fmt::Write as _;

/// Escapes a text, so that it stays on its line and in its place.
pub(super) fn line(text: &str) -> String {
    escaped(text, |char, text| text.extend(char.escape_default()))
}

/// Escapes the lines of a text. Further lines are indented, so that none looks like output of its own.
pub(super) fn lines(text: &str) -> String {
    let mut lines = text.lines().map(line);
    let first = lines.next().unwrap_or_default();
    lines.fold(first, |text, line| {
        let indent = if line.starts_with("  ") || line.is_empty() { "" } else { "  " };
        format!("{text}\n{indent}{line}")
    })
}

/// Escapes the JSON of a value. It remains JSON of the same value.
pub(super) fn json(text: &str) -> String {
    // JSON has no line break within a string, and the others are of its form.
    let lines = text.split('\n').map(|line| {
        escaped(line, |char, text| {
            let _ = write!(text, "\\u{:04x}", u32::from(char));
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn escaped(text: &str, escape: impl Fn(char, &mut String)) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if moves(char) { escape(char, &mut escaped) } else { escaped.push(char) }
    }
    escaped
}

/// Returns `true` for a character that changes more than its own place: controls, line separators, and
/// marks of the direction of text, with which a text can look like another.
fn moves(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_place() {
        for (text, escaped) in [
            ("order-7 é 漢 🚚", "order-7 é 漢 🚚"),
            ("a\nb\r\tc", r"a\nb\r\tc"),
            ("\u{1b}[2J\u{7}", r"\u{1b}[2J\u{7}"),
            ("\u{9b}2J\u{7f}", r"\u{9b}2J\u{7f}"),
            ("\u{202e}txt\u{2066}", r"\u{202e}txt\u{2066}"),
            ("a\u{2028}b", r"a\u{2028}b"),
        ] {
            assert_eq!(line(text), escaped);
        }
    }

    #[test]
    fn further_lines_are_indented() {
        assert_eq!(lines("a\nerror: b\u{1b}\n    c\n"), "a\n  error: b\\u{1b}\n    c");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({ "a\u{9b}\u{202e}": ["\u{1b}[2J\n", "é"] });
        let text = json(&format!("{value:#}"));
        assert!(!text.contains(|char| char != '\n' && moves(char)), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
