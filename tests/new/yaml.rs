//! YAML of the created files, as JSON.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// Reads a document without anchors and tags.
pub(crate) fn read(text: &str) -> Value {
    let events = Parser::new_from_str(text).map(|event| event.expect("it is YAML").0);
    let mut events = events.filter(|event| {
        !matches!(
            event,
            Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(..)
                | Event::DocumentEnd
                | Event::Nothing
        )
    });
    let first = events.next().expect("there is a value");
    let value = value(first, &mut events);
    assert!(events.next().is_none(), "there is one document");
    value
}

fn value<'a>(first: Event<'a>, rest: &mut impl Iterator<Item = Event<'a>>) -> Value {
    match first {
        Event::Scalar(text, ScalarStyle::Plain, ..) => {
            serde_json::from_str(&text).unwrap_or_else(|_| Value::from(&*text))
        }
        Event::Scalar(text, ..) => Value::from(&*text),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match rest.next().expect("the list ends") {
                    Event::SequenceEnd => return Value::from(items),
                    event => items.push(value(event, rest)),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut fields = Map::new();
            loop {
                match rest.next().expect("the mapping ends") {
                    Event::MappingEnd => return Value::from(fields),
                    key => {
                        let key = value(key, rest).as_str().expect("keys are text").to_owned();
                        let event = rest.next().expect("a key has a value");
                        let value = value(event, rest);
                        assert!(fields.insert(key.clone(), value).is_none(), "{key} occurs twice");
                    }
                }
            }
        }
        event => panic!("{event:?} isn't expected here"),
    }
}
