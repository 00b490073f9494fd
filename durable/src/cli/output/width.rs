//! The width of the terminal, and text that fits into it.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _};

use console::Term;
use textwrap::core::display_width;

/// The mark of a place where a text was cut.
const CUT: &str = "…";

/// Returns the width for standard output: what `COLUMNS` says, or else the terminal's. Output that isn't
/// for a terminal has no limit.
pub(in crate::cli) fn of_output() -> Option<usize> {
    columns().or_else(|| {
        let terminal = || Term::stdout().size_checked().map(|(_, columns)| columns.into());
        io::stdout().is_terminal().then(terminal).flatten()
    })
}

fn columns() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.trim().parse().ok().filter(|columns| *columns > 0)
}

/// The place at which a text that is too long is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum CutAt {
    /// In the middle: both ends of an id tell it from others.
    Middle,
    /// At the end.
    End,
}

/// Cuts a text to a width, with a mark at the place.
pub(super) fn cut(text: &str, width: usize, place: CutAt) -> Cow<'_, str> {
    if display_width(text) <= width {
        return text.into();
    }
    let room = width.saturating_sub(display_width(CUT));
    let (head, tail) = match place {
        CutAt::End => (room, 0),
        CutAt::Middle => (room.div_ceil(2), room / 2),
    };
    let start = head_of(text.chars(), head);
    let end = head_of(text.chars().rev(), tail);
    let end: String = end.chars().rev().collect();
    format!("{start}{CUT}{end}").into()
}

/// Cuts a line at its end.
pub(in crate::cli) fn cut_line(line: &str, width: usize) -> Cow<'_, str> {
    cut(line, width, CutAt::End)
}

/// Returns the first characters that fit into a width.
fn head_of(characters: impl Iterator<Item = char>, width: usize) -> String {
    let mut head = String::new();
    let mut used = 0;
    for character in characters {
        used += display_width(character.encode_utf8(&mut [0; 4]));
        if used > width {
            break;
        }
        head.push(character);
    }
    head
}

/// Fills a text up with spaces to a width.
pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(display_width(text))))
}

/// Breaks a line between words, so that it fits into a width.
pub(super) fn wrapped(line: &str, width: Option<usize>) -> Vec<Cow<'_, str>> {
    // A column that is too narrow to read isn't wrapped.
    match width.filter(|width| *width >= 20) {
        Some(width) if display_width(line) > width => textwrap::wrap(line, width),
        _ => vec![line.into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_texts_to_a_width() {
        for (text, width, place, expected) in [
            ("order-7", 7, CutAt::Middle, "order-7"),
            ("order-1234567", 9, CutAt::Middle, "orde…4567"),
            ("order-1234567", 8, CutAt::Middle, "orde…567"),
            ("order-1234567", 8, CutAt::End, "order-1…"),
            ("漢漢漢漢", 5, CutAt::Middle, "漢…漢"),
            ("order", 1, CutAt::End, "…"),
        ] {
            assert_eq!(cut(text, width, place), expected, "{text} {width}");
        }
    }

    #[test]
    fn wraps_lines_unless_the_column_is_too_narrow() {
        let line = "the workflow task fails and is retried";
        assert_eq!(wrapped(line, Some(24)), ["the workflow task fails", "and is retried"]);
        assert_eq!(wrapped(line, Some(10)), [line]);
        assert_eq!(wrapped(line, None), [line]);
    }
}
