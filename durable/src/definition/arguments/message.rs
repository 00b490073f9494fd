//! Reads the messages of `serde` that reach this crate as text only.
//!
//! If a type reads a whole value and refuses it afterwards, as the derived `Deserialize` of an internally
//! tagged enum does, its error does not pass the deserializer. `erased_serde` keeps the message alone.

use serde::de::{Error as _, Unexpected};

use super::refusal::Refusal;
use super::text::Text;

/// Returns the refusal with this message. Any other message may contain the value anywhere.
pub(super) fn parse(message: &str) -> Refusal {
    unfit(message)
        .or_else(|| unknown(message))
        .or_else(|| without_value(message))
        .unwrap_or_else(|| Refusal::Custom(message.to_owned()))
}

/// Returns a message of `serde` or `serde_json`, or `None` for any other.
pub(super) fn of_serde(message: &str) -> Option<Text> {
    match parse(without_place(message)) {
        Refusal::Custom(_) => None,
        refusal => Some(refusal.text("another value")),
    }
}

/// Returns a message without the place that `serde_json` adds: ` at line 1 column 2`.
fn without_place(message: &str) -> &str {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let split = message.rsplit_once(" at line ").filter(|(_, place)| {
        place
            .split_once(" column ")
            .is_some_and(|(line, column)| is_number(line) && is_number(column))
    });
    split.map_or(message, |(message, _)| message)
}

/// Reads `invalid type: string "..", expected u64`.
fn unfit(message: &str) -> Option<Refusal> {
    let (problem, rest) = message.split_once(": ")?;
    let quoted = |name: &str, quote: char| {
        let rest = rest.strip_prefix(name)?.strip_prefix(quote)?;
        let end = end_of(rest, quote)?;
        let expected = rest[end + 1..].strip_prefix(", expected ")?;
        Some((&rest[..end], expected))
    };
    let number = quoted("integer ", '`').or_else(|| quoted("floating point ", '`'));
    if let Some((text, expected)) = quoted("string ", '"') {
        return refusal(problem, Unexpected::Str(&unescaped(text)), expected);
    }
    let (found, expected) = if let Some((number, expected)) = number {
        match (number.parse(), number.parse()) {
            (Ok(number), _) => (Unexpected::Signed(number), expected),
            (_, Ok(number)) => (Unexpected::Float(number), expected),
            _ => return None,
        }
    } else if let Some((value, expected)) = quoted("boolean ", '`') {
        (Unexpected::Bool(value == "true"), expected)
    } else {
        let (kind, expected) = rest.split_once(", expected ")?;
        let found = match kind {
            "null" | "unit value" | "Option value" => Unexpected::Unit,
            "sequence" => Unexpected::Seq,
            "map" => Unexpected::Map,
            "unit variant" => Unexpected::UnitVariant,
            "newtype variant" => Unexpected::NewtypeVariant,
            "tuple variant" => Unexpected::TupleVariant,
            "struct variant" => Unexpected::StructVariant,
            _ => return None,
        };
        (found, expected)
    };
    refusal(problem, found, expected)
}

fn refusal(problem: &str, found: Unexpected<'_>, expected: &str) -> Option<Refusal> {
    match problem {
        "invalid type" => Some(Refusal::invalid_type(found, &expected)),
        "invalid value" => Some(Refusal::invalid_value(found, &expected)),
        _ => None,
    }
}

/// Returns the place of the closing quote, which is not escaped.
fn end_of(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, char)| {
        let ends = char == quote && !is_escaped;
        is_escaped = char == '\\' && !is_escaped;
        ends.then_some(at)
    })
}

/// Undoes the escapes of `Debug`.
fn unescaped(text: &str) -> String {
    let mut chars = text.chars();
    let mut unescaped = String::with_capacity(text.len());
    while let Some(char) = chars.next() {
        let escape = if char == '\\' { chars.next() } else { None };
        unescaped.push(match escape {
            None => char,
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('0') => '\0',
            Some('u') => {
                let code: String = chars.by_ref().skip(1).take_while(|char| *char != '}').collect();
                let char = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                char.unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            Some(other) => other,
        });
    }
    unescaped
}

/// Reads `` unknown field `..`, expected `a` or `b` ``. The names that are known come last.
fn unknown(message: &str) -> Option<Refusal> {
    for what in ["unknown variant", "unknown field"] {
        if message.strip_prefix(what).is_some_and(|rest| rest.starts_with(" `")) {
            let known = message.rfind("`, expected ").or_else(|| message.rfind("`, there are no "));
            let known = &message[known? + "`, ".len()..];
            return Some(Refusal::Other(Text::new(format!("{what}, {known}"), message)));
        }
    }
    None
}

/// Reads messages that contain no value.
fn without_value(message: &str) -> Option<Refusal> {
    let is_name = |name: &str| !name.contains('`');
    let is_field = ["missing field `", "duplicate field `"].iter().any(|start| {
        message.strip_prefix(start).and_then(|rest| rest.strip_suffix('`')).is_some_and(is_name)
    });
    let length = message.strip_prefix("invalid length ").and_then(|rest| rest.split_once(", "));
    let is_length = length.is_some_and(|(length, _)| length.parse::<usize>().is_ok());
    (is_field || is_length).then(|| Refusal::Other(Text::plain(message)))
}
