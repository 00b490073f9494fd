//! JSON as people write it, in which a key that occurs twice is a mistake.
//!
//! `serde_json` takes the last of them, so one of the values would be lost.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Error, Map, Number, Value};

/// Parses a value.
///
/// # Errors
/// The text isn't JSON, or an object has a key twice. The message has the line and the column.
pub(crate) fn parse(text: &str) -> Result<Value, Error> {
    serde_json::from_str::<Strict>(text).map(|strict| strict.0)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if fields.contains_key(&key) {
                return Err(A::Error::custom(format_args!(
                    "the key {} occurs twice; remove one",
                    Value::from(key)
                )));
            }
            let Strict(value) = entries.next_value()?;
            fields.insert(key, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use arbtest::arbtest;

    use super::*;

    #[test]
    fn reads_what_serde_json_reads() {
        for text in [
            "null",
            "true",
            "-1",
            "18446744073709551615",
            "0.1",
            "1e300",
            r#""a\nb\u00e9""#,
            r#"[1, [], {"a": {"b": [null]}, "c": 1}]"#,
            r#" {"a": {"x": 1}, "b": {"x": 1}} "#,
        ] {
            let expected: Value = serde_json::from_str(text).unwrap();
            assert_eq!(parse(text).unwrap(), expected, "{text}");
        }
        for text in ["", "{", "[1,]", "1 2", "{'a': 1}", "nul", "1e999"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn refuses_keys_that_occur_twice() {
        for text in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"a": 1, "b": 2, "a": 3}"#,
            r#"[{"b": {"a": 1, "a": 2}}]"#,
            r#"{"a": 1, "\u0061": 2}"#,
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains("the key \"a\" occurs twice; remove one at line 1"), "{error}");
        }
    }

    #[test]
    fn refuses_deep_nesting() {
        assert!(parse(&"[".repeat(100_000)).unwrap_err().to_string().contains("recursion limit"));
        assert!(parse(&"{\"a\":".repeat(100_000)).is_err());
    }

    const PIECES: [&str; 22] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u00",
        "\\ud83d\\ude00",
        "null",
        "true",
        "1",
        "-0",
        "1e999",
        "0.1",
        "18446744073709551616",
        "\"a\"",
        "{\"a\":",
        "\"a\":1,",
        " ",
        "ü",
    ];

    #[test]
    fn agrees_with_serde_json_on_random_texts() {
        arbtest(|u| {
            let mut text = String::new();
            for _ in 0..u.int_in_range(0..=24)? {
                let repeated = if u.ratio(1, 32)? { 10_000 } else { 1 };
                text.push_str(&u.choose(&PIECES)?.repeat(repeated));
            }
            match (parse(&text), serde_json::from_str::<Value>(&text)) {
                (Ok(strict), Ok(value)) => assert_eq!(strict, value, "{text}"),
                (Err(error), Ok(_)) => assert!(error.to_string().contains("twice"), "{text}"),
                (Ok(_), Err(error)) => panic!("{error}: {text}"),
                (Err(_), Err(_)) => {}
            }
            Ok(())
        })
        .budget_ms(500)
        .run();
    }
}
