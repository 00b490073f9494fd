//! The JSON of histories.
//!
//! Temporal's tools write the canonical JSON of the protocol's messages, and so does [`write`]. The
//! SDK's `WorkflowHistory::to_json` (1.1.1) writes the fields of its Rust types instead, which nothing
//! else reads. [`read`] reads both, and the enum names of older tools.

use std::sync::LazyLock;

use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, EnumDescriptor, Kind, MessageDescriptor,
};
use serde_json::Value;
use temporalio_common::protos::temporal::api::history::v1::{History, HistoryEvent};

/// The protocol's description of a history; an error only if the embedded descriptors are damaged.
static HISTORY: LazyLock<Result<MessageDescriptor, String>> = LazyLock::new(|| {
    let descriptors = include_bytes!(concat!(env!("OUT_DIR"), "/temporal.binpb"));
    let pool = DescriptorPool::decode(descriptors.as_slice()).map_err(|error| error.to_string())?;
    pool.get_message_by_name("temporal.api.history.v1.History")
        .ok_or_else(|| "the protocol does not describe histories".to_owned())
});

/// Returns the events of a history, or the reason that the bytes are not one.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<HistoryEvent>, String> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err("the file is empty".to_owned());
    }
    let json: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}"))?;
    let Some(events) = json.get("events").and_then(Value::as_array) else {
        return Err("not the JSON of a history: no list `events`".to_owned());
    };
    let of_sdk = events.first().is_some_and(|event| event.get("attributes").is_some());
    let history = if of_sdk { read_sdk_form(json) } else { read_canonical_form(json) };
    let history = history.map_err(|reason| format!("not the JSON of a history: {reason}"))?;
    Ok(history.events)
}

fn read_sdk_form(json: Value) -> Result<History, String> {
    serde_json::from_value(json).map_err(|error| error.to_string())
}

fn read_canonical_form(mut json: Value) -> Result<History, String> {
    let message = HISTORY.clone()?;
    rename_values(&mut json, &message);
    // Unknown fields of a newer server are ignored. Unknown event types are refused later, because
    // the code may have caused them.
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    let history = DynamicMessage::deserialize_with_options(message, json, &options)
        .map_err(|error| error.to_string())?;
    History::decode(history.encode_to_vec().as_slice()).map_err(|error| error.to_string())
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
