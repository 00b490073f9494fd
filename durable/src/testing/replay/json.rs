//! The JSON of histories.
//!
//! Temporal's tools write the canonical JSON of the protocol's messages, and so does [`write`]. The
//! SDK's `WorkflowHistory::to_json` (1.1.1) writes the fields of its Rust types instead, which nothing
//! else reads. [`read`] reads both, and the enum names of older tools.

use std::fmt;
use std::io::{self, BufRead};
use std::sync::LazyLock;

use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, EnumDescriptor, Kind, MessageDescriptor,
};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;
use serde_json::error::Category;
use temporalio_common::protos::temporal::api::history::v1::{History, HistoryEvent};

type Descriptor = LazyLock<Result<MessageDescriptor, String>>;

/// The protocol's descriptions; errors only if the embedded descriptors are damaged.
static HISTORY: Descriptor = LazyLock::new(|| described("temporal.api.history.v1.History"));
static EVENT: Descriptor = LazyLock::new(|| described("temporal.api.history.v1.HistoryEvent"));

fn described(name: &str) -> Result<MessageDescriptor, String> {
    let descriptors = include_bytes!(concat!(env!("OUT_DIR"), "/temporal.binpb"));
    let pool = DescriptorPool::decode(descriptors.as_slice()).map_err(|error| error.to_string())?;
    pool.get_message_by_name(name).ok_or_else(|| format!("the protocol does not describe `{name}`"))
}

/// Returns the events of a history, or the reason that the bytes are not one.
///
/// They are read one by one: the JSON of all events would need several times the memory of the events.
pub(super) fn read(mut source: impl BufRead) -> Result<Vec<HistoryEvent>, String> {
    if is_empty(&mut source).map_err(|error| error.to_string())? {
        return Err("the file is empty".to_owned());
    }
    let mut json = serde_json::Deserializer::from_reader(source);
    let events = json.deserialize_any(HistoryReader).and_then(|events| json.end().map(|()| events));
    let events = events.map_err(|error| match error.classify() {
        Category::Data => format!("not the JSON of a history: {error}"),
        Category::Io => error.to_string(),
        Category::Syntax | Category::Eof => format!("not JSON: {error}"),
    })?;
    events.ok_or_else(|| "not the JSON of a history: no list `events`".to_owned())
}

/// Skips white space, and returns whether nothing follows.
fn is_empty(source: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let read = source.fill_buf()?;
        let blank = read.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if read.is_empty() || blank < read.len() {
            return Ok(read.is_empty());
        }
        source.consume(blank);
    }
}

/// Reads the events of a history; `None` for JSON that isn't a history.
struct HistoryReader;

/// Reads a list of events; `None` for JSON that isn't a list.
struct EventsReader;

/// The methods of a visitor for values of no interest.
macro_rules! ignore {
    ($($method:ident($type:ty)),*) => {
        $(fn $method<E>(self, _: $type) -> Result<Self::Value, E> {
            Ok(None)
        })*
    };
}

impl<'de> Visitor<'de> for HistoryReader {
    type Value = Option<Vec<HistoryEvent>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a history")
    }

    ignore!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut events = None;
        while let Some(name) = fields.next_key::<String>()? {
            if name == "events" {
                events = fields.next_value_seed(EventsReader)?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(events)
    }
}

impl<'de> DeserializeSeed<'de> for EventsReader {
    type Value = Option<Vec<HistoryEvent>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for EventsReader {
    type Value = Option<Vec<HistoryEvent>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of events")
    }

    ignore!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut events = Vec::new();
        while let Some(json) = items.next_element::<Value>()? {
            events.push(event(json).map_err(A::Error::custom)?);
        }
        Ok(Some(events))
    }
}

fn event(mut json: Value) -> Result<HistoryEvent, String> {
    if json.get("attributes").is_some() {
        // The form of the SDK.
        return serde_json::from_value(json).map_err(|error| error.to_string());
    }
    let message = EVENT.clone()?;
    rename_values(&mut json, &message);
    // Unknown fields of a newer server are ignored. Unknown event types are refused later, because
    // the code may have caused them.
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    let event = DynamicMessage::deserialize_with_options(message, json, &options)
        .map_err(|error| error.to_string())?;
    HistoryEvent::decode(event.encode_to_vec().as_slice()).map_err(|error| error.to_string())
}

/// Renames the enum values of older tools to those of the protocol, such as `TimerStarted` to
/// `EVENT_TYPE_TIMER_STARTED`.
fn rename_values(json: &mut Value, message: &MessageDescriptor) {
    let Some(fields) = json.as_object_mut() else { return };
    for (name, value) in fields {
        let field =
            message.get_field_by_json_name(name).or_else(|| message.get_field_by_name(name));
        let Some(kind) = field.map(|field| field.kind()) else { continue };
        let values = match value {
            Value::Array(values) => values.as_mut_slice(),
            one => std::slice::from_mut(one),
        };
        for value in values {
            match &kind {
                Kind::Message(message) => rename_values(value, message),
                Kind::Enum(of) => rename_value(value, of),
                _ => {}
            }
        }
    }
}

fn rename_value(value: &mut Value, of: &EnumDescriptor) {
    if let Some(name) = value.as_str()
        && of.get_value_by_name(name).is_none()
    {
        let name = format!("{}{}", screaming(of.name()), screaming(name));
        if of.get_value_by_name(&name[1..]).is_some() {
            *value = name[1..].into();
        }
    }
}

/// Converts a name like `TimerStarted` to `_TIMER_STARTED`.
fn screaming(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

/// Returns the JSON that `temporal workflow show --output json` prints, with sorted keys, so that two
/// recordings differ only where the workflows do.
pub(super) fn write(events: Vec<HistoryEvent>) -> Result<String, String> {
    let history = History { events }.encode_to_vec();
    let history = DynamicMessage::decode(HISTORY.clone()?, history.as_slice())
        .map_err(|error| error.to_string())?;
    let mut json = serde_json::to_value(history).map_err(|error| error.to_string())?;
    whole_numbers(&mut json);
    json.sort_all_objects();
    let text = serde_json::to_string_pretty(&json).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

/// Writes 2.0 as 2, as Temporal's tools do.
fn whole_numbers(json: &mut Value) {
    match json {
        Value::Array(values) => values.iter_mut().for_each(whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        Value::Number(number) if number.is_f64() => {
            // A number that prints without a fraction and parses as an integer is one.
            if let Some(whole) = number.to_string().strip_suffix(".0").map(str::parse::<i64>)
                && let Ok(whole) = whole
            {
                *json = whole.into();
            }
        }
        _ => {}
    }
}
