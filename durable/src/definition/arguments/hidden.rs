//! Tests that messages contain nothing of a value.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;

use serde::de::{DeserializeOwned, Error as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use temporalio_common::data_converters::{PayloadConverter, SerializationContextData};

use super::super::{Inputs, Parameter, Payload};
use super::*;

/// The value that no message may contain.
const SECRET: &str = "4111111111111111";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    id: String,
    #[serde(default)]
    amount: u8,
    #[serde(default)]
    by_card: BTreeMap<String, u32>,
    #[serde(default)]
    pay: Option<Pay>,
}

#[derive(Debug, Serialize, Deserialize)]
enum Pay {
    Cash,
    Card { number: u64 },
    Later(u8, u8),
    By(Box<Order>),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Either {
    Number(u8),
    List(Vec<u8>),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", deny_unknown_fields)]
enum Tagged {
    Card { number: u64 },
}

#[derive(Debug, Serialize, Deserialize)]
struct Flat {
    id: u8,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Debug, Serialize, Deserialize)]
struct Rest {
    number: u64,
}

/// Refuses every text with a message that quotes it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
struct Checked(String);

impl TryFrom<String> for Checked {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() { Ok(Self(text)) } else { Err(format!("no such card: {text}")) }
    }
}

/// Refuses every text after it was read, or while it is read.
#[derive(Debug, Serialize)]
struct Quoting<const WHILE_READ: bool>;

impl<'de, const WHILE_READ: bool> Deserialize<'de> for Quoting<WHILE_READ> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<T>(PhantomData<T>);
        impl<T> Visitor<'_> for Text<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a card")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
                Err(E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        if WHILE_READ {
            return deserializer.deserialize_str(Text(PhantomData));
        }
        let text = String::deserialize(deserializer)?;
        Err(D::Error::invalid_value(Unexpected::Other(&text), &"a card"))
    }
}

/// Panics with the value.
#[derive(Debug, Serialize)]
struct Panicking;

impl<'de> Deserialize<'de> for Panicking {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Without the panic hook, which would print it.
        std::panic::resume_unwind(Box::new(format!("no such card: {text}")))
    }
}

fn payload(json: &str) -> RawPayload {
    RawPayload {
        metadata: [("encoding".to_owned(), b"json/plain".to_vec())].into(),
        data: json.replace('#', SECRET).into_bytes(),
        ..RawPayload::default()
    }
}

/// Returns the message for a value. `#` stands for the secret.
fn refused<T: Serialize + DeserializeOwned + Send + 'static>(json: &str) -> String {
    refusal::<T>(vec![payload(json)]).describe(&[Parameter::new("it", "It")])
}

fn refusal<T: Payload>(payloads: Vec<RawPayload>) -> DecodeError {
    let converter = PayloadConverter::default();
    let context = SerializationContext::new(&SerializationContextData::None, &converter);
    let decoded: Decoded<T> = converter.from_payloads(&context, payloads).unwrap();
    let Err(error) = decoded.0 else { panic!("the value was accepted") };
    error
}

#[test]
fn names_place_expectation_and_kind_without_the_value() {
    let own = |kind: &str| format!("invalid value: {kind}, refused by its type's own check");
    let variants = "expected one of `Cash`, `Card`, `Later`, `By`";
    for (said, told) in [
        (
            refused::<u64>("\"#\""),
            "invalid type: a string of 16 characters, expected u64".to_owned(),
        ),
        (refused::<String>("#"), "invalid type: a number, expected a string".to_owned()),
        (refused::<String>("-7"), "invalid type: a negative number, expected a string".to_owned()),
        (refused::<u8>("#"), "invalid value: a number, expected u8".to_owned()),
        (refused::<u8>("-7"), "invalid value: a negative number, expected u8".to_owned()),
        (
            refused::<u8>("1.5"),
            "invalid type: a number with decimal places, expected u8".to_owned(),
        ),
        (refused::<u8>("true"), "invalid type: a boolean, expected u8".to_owned()),
        (refused::<u8>("null"), "invalid type: null, expected u8".to_owned()),
        (refused::<u8>("[#]"), "invalid type: a list of 1 item, expected u8".to_owned()),
        (
            refused::<Vec<u8>>("{\"#\":1}"),
            "invalid type: a map of 1 entry, expected a sequence".to_owned(),
        ),
        (
            refused::<u8>("{\"#\":1,\"a\":2}"),
            "invalid type: a map of 2 entries, expected u8".to_owned(),
        ),
        (
            refused::<char>("\"#\""),
            "invalid value: a string of 16 characters, expected a character".to_owned(),
        ),
        (
            refused::<(u8, u8)>("[1,2,#]"),
            "invalid length 3, expected fewer elements in array".to_owned(),
        ),
        (refused::<(u8, u8)>("[1]"), "invalid length 1, expected a tuple of size 2".to_owned()),
        (refused::<IpAddr>("\"#\""), own("a string of 16 characters")),
        (refused::<Checked>("\"#\""), own("a string of 16 characters")),
        (refused::<Quoting<false>>("\"#\""), own("a string of 16 characters")),
        (
            refused::<Quoting<true>>("\"#\""),
            "invalid value: a string of 16 characters, expected a card".to_owned(),
        ),
        (
            refused::<Either>("\"#\""),
            "data did not match any variant of untagged enum Either".to_owned(),
        ),
        (refused::<Pay>("\"#\""), format!("unknown variant, {variants}")),
        (refused::<Pay>("{\"#\":1}"), format!("unknown variant, {variants}")),
        (
            refused::<Pay>("[\"#\"]"),
            "invalid type: a list of 1 item, expected string or map".to_owned(),
        ),
        (
            refused::<Pay>("{\"Cash\":1,\"#\":2}"),
            "invalid value: a map of 2 entries, expected a map of 1 entry".to_owned(),
        ),
        (refused::<Order>("{}"), "missing field `id`".to_owned()),
        (refused::<Panicking>("\"#\""), "its `Deserialize` panicked".to_owned()),
        (refused::<u8>("{#"), "key must be a string at line 1 column 2".to_owned()),
    ] {
        assert_eq!(said, format!("input `it: It`: {told}"));
    }
}

#[test]
fn names_declared_names_in_the_path_and_no_keys() {
    let string = "invalid type: a string of 16 characters, expected";
    for (said, told) in [
        (refused::<Order>(r##"{"id":"a","amount":"#"}"##), format!("at `amount`: {string} u8")),
        (
            refused::<Order>(r##"{"id":"a","by_card":{"#":"#"}}"##),
            format!("at `by_card.*`: {string} u32"),
        ),
        (
            refused::<Order>(r##"{"id":"a","pay":{"Card":{"number":"#"}}}"##),
            format!("at `pay.Card.number`: {string} u64"),
        ),
        (
            refused::<Order>(r##"{"id":"a","pay":{"Later":[1,"#"]}}"##),
            format!("at `pay.Later[1]`: {string} u8"),
        ),
        (
            refused::<Pay>(r##"{"By":{"id":"a","amount":"#"}}"##),
            format!("at `By.amount`: {string} u8"),
        ),
        (
            refused::<Vec<HashMap<u8, u8>>>(r##"[{},{"#":1}]"##),
            "at `[1].*`: invalid value: a number, expected u8".to_owned(),
        ),
        (
            refused::<HashMap<u8, u8>>(r#"{"x#":1}"#),
            "at `*`: invalid type: a string of 17 characters, expected u8".to_owned(),
        ),
        (
            refused::<HashMap<String, Checked>>(r##"{"#":"#"}"##),
            "at `*`: invalid value: a string of 16 characters, refused by its type's own check"
                .to_owned(),
        ),
        (
            refused::<Pay>("\"Card\""),
            "at `Card`: invalid type: a variant without a value, expected struct variant"
                .to_owned(),
        ),
        (
            refused::<Order>(r##"{"id":"a","#":1}"##),
            "at `*`: unknown field, expected one of `id`, `amount`, `by_card`, `pay`".to_owned(),
        ),
        (
            refused::<Tagged>(r##"{"kind":"#"}"##),
            "at `*`: unknown variant, expected `Card`".to_owned(),
        ),
        (refused::<Flat>(r##"{"id":"#","number":1}"##), format!("at `id`: {string} u8")),
    ] {
        assert_eq!(said, format!("input `it: It`, {told}"));
    }
    assert_eq!(
        refused::<Flat>(r##"{"id":1,"number":{"#":1}}"##),
        "input `it: It`: invalid type: a map, expected u64"
    );
    // The errors of an internally tagged enum are those of a value that was read.
    let card = |rest: &str| refused::<Tagged>(&format!(r#"{{"kind":"Card"{rest}}}"#));
    for (said, told) in [
        (card(r##","number":"#""##), format!("{string} u64")),
        (
            card(r##","number":"#\"\u001b""##),
            "invalid type: a string of 18 characters, expected u64".into(),
        ),
        (
            card(r#","number":-1.5"#),
            "invalid type: a number with decimal places, expected u64".into(),
        ),
        (card(r#","number":-#"#), "invalid value: a negative number, expected u64".into()),
        (card(r#","number":true"#), "invalid type: a boolean, expected u64".into()),
        (card(r#","number":null"#), "invalid type: null, expected u64".into()),
        (card(r##","number":{"#":1}"##), "invalid type: a map, expected u64".into()),
        (card(r##","number":["#"]"##), "invalid type: a list, expected u64".into()),
        (card(r##","number":1,"#`, expected `#":1"##), "unknown field, expected `number`".into()),
        (card(""), "missing field `number`".to_owned()),
    ] {
        assert_eq!(said, format!("input `it: It`: {told}"));
    }
}

#[test]
fn names_the_input_of_several() {
    let error = refusal::<Inputs<(Checked, u8)>>(vec![payload("\"\""), payload("\"#\"")]);
    let parameters = [Parameter::new("card", "Checked"), Parameter::new("amount", "u8")];
    assert_eq!(
        error.describe(&parameters),
        "input `amount: u8`: invalid type: a string of 16 characters, expected u8"
    );
    let error = refusal::<Inputs<(Checked, u8)>>(vec![payload("\"#\""), payload("1")]);
    assert_eq!(
        error.describe(&parameters),
        "input `card: Checked`: invalid value: a string of 16 characters, refused by its type's own check"
    );
}

#[test]
fn shows_the_value_only_on_request() {
    let it = &[Parameter::new("it", "It")];
    for (error, shown) in [
        (
            refusal::<BTreeMap<String, u8>>(vec![payload(r##"{"#":"#"}"##)]),
            "input `it: It`, at `4111111111111111`: invalid type: string \"4111111111111111\", expected u8",
        ),
        (
            refusal::<Checked>(vec![payload("\"#\"")]),
            "input `it: It`: no such card: 4111111111111111",
        ),
        (
            refusal::<Panicking>(vec![payload("\"#\"")]),
            "input `it: It`: its `Deserialize` panicked: no such card: 4111111111111111",
        ),
    ] {
        assert_eq!(error.describe_with(it, Values::Shown), shown);
        for text in [error.describe(it), error.to_string(), format!("{error:?}")] {
            assert!(!text.contains(SECRET), "{text}");
        }
    }
}
