//! Completes the answer to the query `__temporal_workflow_metadata`, with which the web UI and
//! `temporal workflow metadata` list the handlers of a workflow.
//!
//! SDK 1.1.1 answers the query itself, only with the current details, and calls no handler. So the
//! workflow adapter marks the details with the name of the workflow, and the client's codec, through
//! which every answer passes, replaces the mark with the definition.

use serde_json::{Value, json};
use temporalio_common::protos::temporal::api::common::v1::Payload;

use super::{CANCEL, HandlerDescription, Parameter, Registry, STATE, WorkflowEntry};

/// The beginning of marked details. It has control characters, so that a user's text does not start
/// with it.
const MARK: &str = "\u{1}durable\u{1}";
/// The end of each part of the mark.
const END: char = '\u{1}';
/// The mark in a payload, as JSON escapes it.
const PAYLOAD_BEGIN: &[u8] = br#"{"currentDetails":"\u0001durable\u0001"#;

/// Marks current details with the workflow's name and queue.
pub(crate) fn marked(workflow: &str, queue: &str, details: &str) -> String {
    format!("{MARK}{queue}{END}{workflow}{END}{details}")
}

/// Adds the definition of the workflow to the answer to the query. Other payloads stay unchanged.
pub(crate) fn complete(payload: &mut Payload) {
    if payload.data.starts_with(PAYLOAD_BEGIN)
        && let Some(completed) = completed(&payload.data)
    {
        payload.data = completed.to_string().into_bytes();
    }
}

fn completed(answer: &[u8]) -> Option<Value> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let details = answer["currentDetails"].as_str()?.strip_prefix(MARK)?;
    let (queue, details) = details.split_once(END)?;
    let (workflow, details) = details.split_once(END)?;
    let registry = Registry::collect().ok()?;
    let entry = registry.queue(queue).map(super::Queue::workflows).unwrap_or_default();
    let entry = entry.iter().find(|entry| entry.name == workflow);
    let mut completed = json!({});
    if let Some(entry) = entry {
        completed["definition"] = definition(entry);
    }
    if !details.is_empty() {
        completed["currentDetails"] = details.into();
    }
    Some(completed)
}

/// Returns the definition in the JSON form of Temporal's `WorkflowDefinition`.
fn definition(entry: &WorkflowEntry) -> Value {
    json!({
        "type": entry.name,
        "queryDefinitions": interactions(&entry.queries, STATE, "The state of the workflow."),
        "signalDefinitions": interactions(
            &entry.signals,
            CANCEL,
            "Cancels the running activities.\n(reason: Option<String>)",
        ),
        "updateDefinitions": interactions(&entry.updates, "", ""),
    })
}

/// Returns handlers sorted by name, as the protocol requires, including the built-in one.
fn interactions(handlers: &[HandlerDescription], built_in: &str, meaning: &str) -> Value {
    let own = handlers.iter().map(|handler| (handler.name.to_owned(), description(handler)));
    let mut all: Vec<_> = own.collect();
    if !built_in.is_empty() && !all.iter().any(|(name, _)| name == built_in) {
        all.push((built_in.to_owned(), meaning.to_owned()));
    }
    all.sort();
    let interaction = |(name, description)| json!({ "name": name, "description": description });
    all.into_iter().map(interaction).collect()
}

/// Returns the doc comment of a handler and its signature, such as `(amount: u32) -> String`. Tools
/// take the first line as a summary.
fn description(handler: &HandlerDescription) -> String {
    let written = |parameter: &Parameter| format!("{}: {}", parameter.name, parameter.type_name);
    let parameters: Vec<_> = handler.parameters.iter().map(written).collect();
    let parameters = parameters.join(", ");
    let signature = match handler.output {
        "()" => format!("({parameters})"),
        output => format!("({parameters}) -> {output}"),
    };
    match handler.description {
        "" => signature,
        docs => format!("{docs}\n{signature}"),
    }
}

#[cfg(test)]
mod tests {
    use temporalio_common::protos::temporal::api::common::v1::Payload;

    use super::{PAYLOAD_BEGIN, complete, marked};

    fn completed(details: &str) -> String {
        let data = serde_json::json!({ "currentDetails": details }).to_string().into_bytes();
        let mut payload = Payload { data, ..Payload::default() };
        complete(&mut payload);
        String::from_utf8(payload.data).expect("it is text")
    }

    #[test]
    fn finds_marked_details_and_leaves_other_payloads_alone() {
        let details = marked("Nowhere", "none", "**waits**\u{1}!");
        let answer = serde_json::json!({ "currentDetails": details }).to_string();
        assert!(answer.as_bytes().starts_with(PAYLOAD_BEGIN), "{answer}");
        assert_eq!(completed(&details), r#"{"currentDetails":"**waits**\u0001!"}"#);
        assert_eq!(completed(&marked("Nowhere", "none", "")), "{}");
        assert_eq!(completed("durable"), r#"{"currentDetails":"durable"}"#);
    }
}
