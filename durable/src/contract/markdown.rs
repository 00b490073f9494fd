//! The catalogue: a contract as a page in Markdown.

use std::fmt::Write as _;

use serde_json::Value;

use super::model::{
    ActivityContract, CallContract, Contract, ErrorContract, QueueContract, WorkflowContract,
};
use super::schemas::referred;

pub(super) fn catalogue(contract: &Contract) -> String {
    let mut page = String::from("# Workflows and activities\n");
    overview(&mut page, contract);
    for queue in &contract.queues {
        one_queue(&mut page, queue);
    }
    for (title, queues) in [("Called elsewhere", &contract.declared)] {
        if !queues.is_empty() {
            section(&mut page, title);
            for queue in queues {
                one_queue(&mut page, queue);
            }
        }
    }
    errors(&mut page, contract);
    if !contract.search_attributes.is_empty() {
        section(&mut page, "Search attributes");
        page += "| name | type |\n|---|---|\n";
        for (name, kind) in &contract.search_attributes {
            line(&mut page, &format!("| `{}` | {} |", cell(name), cell(kind)));
        }
    }
    types(&mut page, contract);
    page
}

fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push('\n');
}

fn section(page: &mut String, title: &str) {
    line(page, &format!("\n## {title}\n"));
}

fn overview(page: &mut String, contract: &Contract) {
    page.push('\n');
    if contract.queues.is_empty() {
        line(page, "This program has no workflows and no activities.");
        return;
    }
    let count = |count: usize, one: &str, several: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {several}"),
    };
    let workflows = contract.queues.iter().map(|queue| queue.workflows.len()).sum();
    let activities = contract.queues.iter().map(|queue| queue.activities.len()).sum();
    let summary = format!(
        "{} and {} on {}.\n",
        count(workflows, "workflow", "workflows"),
        count(activities, "activity", "activities"),
        count(contract.queues.len(), "task queue", "task queues")
    );
    line(page, &summary);
    page.push_str("| | queue | call | |\n|---|---|---|---|\n");
    for queue in &contract.queues {
        let workflows = queue.workflows.iter().map(|it| ("workflow", &it.run));
        let activities = queue.activities.iter().map(|it| ("activity", &it.run));
        for (kind, call) in workflows.chain(activities) {
            let summary = call.description.lines().next().unwrap_or_default();
            let link = anchor(kind, &call.name);
            let signature = code(&signature(call));
            let row = format!(
                "| [{}](#{link}) | `{}` | {signature} | {} |",
                cell(&call.name),
                cell(&queue.name),
                cell(summary)
            );
            line(page, &row);
        }
    }
}

/// Returns the anchor that renderers of Markdown give the heading of an item.
fn anchor(kind: &str, name: &str) -> String {
    let name = name.to_lowercase();
    let kept = name.chars().filter(|it| it.is_alphanumeric() || matches!(it, '-' | '_' | ' '));
    format!("{kind}-{}", kept.collect::<String>().replace(' ', "-"))
}

fn one_queue(page: &mut String, queue: &QueueContract) {
    section(page, &format!("Queue `{}`", queue.name));
    let workflows = queue.workflows.iter().map(workflow);
    let activities = queue.activities.iter().map(activity);
    let all: Vec<_> = workflows.chain(activities).collect();
    page.push_str(&all.join("\n"));
}

fn workflow(workflow: &WorkflowContract) -> String {
    let mut text = item("workflow", &workflow.run);
    if let Some(template) = &workflow.id_template {
        line(&mut text, &format!("- id: {}", code(template)));
    }
    options(&mut text, &workflow.options);
    let handlers = [
        ("signal", &workflow.signals),
        ("query", &workflow.queries),
        ("update", &workflow.updates),
    ];
    if handlers.iter().any(|(_, handlers)| !handlers.is_empty()) {
        text.push_str("\n| | call | |\n|---|---|---|\n");
    }
    for (kind, handlers) in handlers {
        for handler in handlers {
            let signature = code(&signature(handler));
            let description = cell(&handler.description);
            line(&mut text, &format!("| {kind} | {signature} | {description} |"));
        }
    }
    text
}

fn activity(activity: &ActivityContract) -> String {
    let mut text = item("activity", &activity.run);
    options(&mut text, &activity.options);
    text
}

/// Returns the heading, the doc comment and the types.
fn item(kind: &str, call: &CallContract) -> String {
    let title = kind[..1].to_uppercase() + &kind[1..];
    let mut text = format!("### {title} {}\n\n", cell(&call.name));
    if !call.description.is_empty() {
        line(&mut text, &format!("{}\n", call.description));
    }
    line(&mut text, &format!("- call: {}", code(&signature(call))));
    if let Some(error) = &call.error {
        line(&mut text, &format!("- error: {}", code(error)));
    }
    text
}

fn options(text: &mut String, options: &std::collections::BTreeMap<String, Value>) {
    for (name, value) in options {
        let value = match (name.as_str(), value) {
            ("retry", Value::Object(retry)) => {
                let retry =
                    retry.iter().map(|(name, value)| format!("{name} {}", shown(name, value)));
                retry.collect::<Vec<_>>().join(", ")
            }
            _ => shown(name, value),
        };
        line(text, &format!("- {name}: {value}"));
    }
}

/// Returns the value of an option for people.
fn shown(name: &str, value: &Value) -> String {
    let is_duration = name.ends_with("Timeout") || name.ends_with("Interval");
    match value.as_u64().filter(|_| is_duration) {
        Some(milliseconds) if milliseconds % 1000 == 0 => format!("{} s", milliseconds / 1000),
        Some(milliseconds) => format!("{milliseconds} ms"),
        None => value.to_string(),
    }
}

/// Returns the inputs and the output, as Rust writes them.
fn signature(call: &CallContract) -> String {
    let inputs = call.inputs.iter().map(|it| format!("{}: {}", it.name, it.of.name));
    let inputs = inputs.collect::<Vec<_>>().join(", ");
    let name = &call.name;
    match call.output.as_ref().map(|it| it.name.as_str()) {
        None | Some("" | "()") => format!("{name}({inputs})"),
        Some(output) => format!("{name}({inputs}) -> {output}"),
    }
}

fn errors(page: &mut String, contract: &Contract) {
    if contract.errors.is_empty() {
        return;
    }
    section(page, "Errors");
    page.push_str("| error | kind | retried | |\n|---|---|---|---|\n");
    for (name, error) in &contract.errors {
        let ErrorContract { description, kinds, .. } = error;
        for (kind, properties) in kinds {
            let retried = match (properties.retryable, properties.next_retry_delay) {
                (false, _) => "no".to_owned(),
                (true, None) => "yes".to_owned(),
                (true, Some(delay)) => format!("yes, after {delay} ms"),
            };
            let row = format!("| `{name}` | `{kind}` | {retried} | {} |", cell(description));
            line(page, &row);
        }
    }
}

fn types(page: &mut String, contract: &Contract) {
    if contract.types.is_empty() {
        return;
    }
    section(page, "Types");
    for (name, schema) in &contract.types {
        // The schema of written values says little more.
        if name.ends_with(".written") {
            continue;
        }
        line(page, &format!("### `{name}`\n"));
        if let Some(description) = schema["description"].as_str() {
            line(page, &format!("{description}\n"));
        }
        let Some(fields) = schema["properties"].as_object() else {
            line(page, &format!("`{}`\n", written(schema).replace('`', "'")));
            continue;
        };
        page.push_str("| field | type | required | |\n|---|---|---|---|\n");
        let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
        for (field, of) in fields {
            let is_required = if required.iter().any(|it| it == field) { "yes" } else { "no" };
            let description = cell(of["description"].as_str().unwrap_or_default());
            let of = code(&written(of));
            line(page, &format!("| `{}` | {of} | {is_required} | {description} |", cell(field)));
        }
        page.push('\n');
    }
    while page.ends_with("\n\n") {
        page.pop();
    }
}

/// Returns a schema in a short form, such as `string | null`.
fn written(schema: &Value) -> String {
    if let Some(name) = schema.get("$ref").and_then(referred) {
        return name.to_owned();
    }
    if let Some(constant) = schema.get("const") {
        return constant.to_string();
    }
    let several = |schemas: &[Value]| schemas.iter().map(written).collect::<Vec<_>>().join(" | ");
    if let Some(schemas) = ["oneOf", "anyOf"].iter().find_map(|key| schema[*key].as_array()) {
        return several(schemas);
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
    }
    match &schema["type"] {
        Value::Array(types) => {
            let mut text = String::new();
            for one in types.iter().filter_map(Value::as_str) {
                let separator = if text.is_empty() { "" } else { " | " };
                let _ = write!(text, "{separator}{}", plain(one, schema));
            }
            text
        }
        Value::String(one) => plain(one, schema),
        _ => "any".to_owned(),
    }
}

/// Returns a schema of one JSON type in a short form.
fn plain(of: &str, schema: &Value) -> String {
    match of {
        "array" if schema["prefixItems"].is_array() => {
            let items = schema["prefixItems"].as_array().map_or(&[][..], Vec::as_slice);
            format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", "))
        }
        "array" => format!("[{}]", written(&schema["items"])),
        "object" if schema["properties"].is_object() => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields = fields.map(|(name, of)| format!("{name}: {}", written(of)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        "object" if schema["additionalProperties"].is_object() => {
            format!("{{ *: {} }}", written(&schema["additionalProperties"]))
        }
        "integer" | "number" => {
            schema["format"].as_str().map_or_else(|| of.to_owned(), str::to_owned)
        }
        _ => of.to_owned(),
    }
}

/// Returns a text as code in a cell.
fn code(text: &str) -> String {
    format!("`{}`", cell(text).replace('`', "'"))
}

/// Returns a text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}
