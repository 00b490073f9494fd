//! The operations on workflows in the document.

use serde_json::{Map, Value, json};

use super::schemas::{
    body, duration, id, idempotency_key, ids, in_path, in_query, object, run_id, text, wait,
};
use super::types::{RUN, inputs, output};
use super::{Operation as Described, Type};
use crate::client::STATUSES;
use crate::definition::HandlerDescription;
use crate::web::answers::status_name;
use crate::web::gateway::Operation;
use crate::web::gateway::catalogue::Catalogue;
use crate::web::gateway::limits::Limits;
use crate::web::gateway::list::DEFAULT_PAGE;

fn component(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/gateway.{name}") })
}

/// Returns the parameters of a list: the types, the size of a page, and the page.
pub(super) fn paged(operation: Described, types: &[&str], limits: &Limits) -> Described {
    let (most, size) = (limits.page, DEFAULT_PAGE.min(limits.page));
    let types = json!({ "type": "array", "items": { "type": "string", "enum": types } });
    let size = json!({ "type": "integer", "minimum": 1, "maximum": most, "default": size });
    operation.parameter(in_query("type", &types)).parameter(in_query("limit", &size)).parameter(
        in_query("page", &json!({ "type": "string", "description": "The `next_page`." })),
    )
}

pub(super) fn list(
    paths: &mut Map<String, Value>,
    catalogue: &Catalogue,
    limits: &Limits,
    has_hook: bool,
) {
    let types: Vec<_> = catalogue.with(Operation::List).map(|entry| entry.name).collect();
    if types.is_empty() {
        return;
    }
    let statuses = STATUSES.map(status_name);
    let statuses = json!({ "type": "array", "items": { "type": "string", "enum": statuses } });
    let filter =
        json!({ "type": "string", "description": "A filter in Temporal's list filter syntax." });
    let operation = Described::new("list", "lists", "Lists workflows", has_hook);
    paged(operation, &types, limits)
        .parameter(in_query("status", &statuses))
        .parameter(in_query("id_prefix", &id("The beginning of the workflow ids.")))
        .parameter(in_query("filter", &filter))
        .answer("200", "A page of workflows.", &component("Workflows"))
        .add(paths, "/workflows".to_owned(), "get");
}

/// Adds the allowed operations of a type.
pub(super) fn add(paths: &mut Map<String, Value>, of: &Type<'_>) {
    for operation in of.operations {
        match operation {
            Operation::Start => start(paths, of),
            Operation::Execute => execute(paths, of),
            Operation::Describe => {
                on_workflow(of.operation("describe", "Describes a workflow"))
                    .answer("200", "The workflow.", &component("Workflow"))
                    .add(paths, path(of, ""), "get");
            }
            Operation::Result => {
                ended(
                    on_workflow(of.operation("result", "Waits for the output of a workflow")),
                    of,
                )
                .add(paths, path(of, "/result"), "get");
            }
            Operation::Signal => signals(paths, of),
            Operation::Query => queries(paths, of),
            Operation::Update => updates(paths, of),
            Operation::Cancel => {
                end(paths, of, "cancel", "Requests the cancellation of a workflow");
            }
            Operation::Terminate => end(paths, of, "terminate", "Ends a workflow at once"),
            _ => {}
        }
    }
}

fn path(of: &Type<'_>, rest: &str) -> String {
    of.path("/workflows", &format!("/{{workflow_id}}{rest}"))
}

/// Adds the parameters that name a workflow.
fn on_workflow(operation: Described) -> Described {
    operation.parameter(in_path("workflow_id", "The id of the workflow.")).parameter(run_id())
}

fn content(of: &Type<'_>) -> Value {
    body(&json!({
        "inputs": inputs(of.entry.parameters, of.call(RUN, "")),
        "workflow_id": id("The id. Defaults to that of the type's template, or to a UUID."),
        "start_delay": duration("The delay of the first task."),
        "execution_timeout": duration("The longest time for the workflow with all its runs."),
        "summary": { "type": "string", "description": "A line that the web UI shows." },
    }))
}

fn start(paths: &mut Map<String, Value>, of: &Type<'_>) {
    let headers = ["Location", "Idempotency-Replayed"];
    of.operation("start", "Starts a workflow")
        .description(of.about())
        .parameter(idempotency_key())
        .body(&content(of))
        .answer_with("201", "The workflow was started.", &component("Started"), &headers)
        .answer_with("200", "An earlier request had started it.", &component("Started"), &headers)
        .problems(&["409"])
        .add(paths, of.path("/start", ""), "post");
}

/// Adds the answers of a wait for an output.
fn ended(operation: Described, of: &Type<'_>) -> Described {
    let mut completed = ids();
    completed["status"] = json!({ "const": "completed" });
    completed["output"] = output(of.entry.output, of.call(RUN, ""));
    let mut running = ids();
    running["status"] = json!({ "const": "running" });
    let headers = ["Retry-After"];
    operation
        .parameter(wait())
        .answer("200", "The output.", &object(&completed, &json!({})))
        .answer_with("202", "No output yet.", &object(&running, &json!({})), &headers)
        .problems(&["409"])
}

fn execute(paths: &mut Map<String, Value>, of: &Type<'_>) {
    let operation = of.operation("execute", "Starts a workflow and waits for its output");
    ended(operation.parameter(idempotency_key()).body(&content(of)), of).add(
        paths,
        of.path("/execute", ""),
        "post",
    );
}

fn end(paths: &mut Map<String, Value>, of: &Type<'_>, name: &str, summary: &str) {
    let reason = json!({ "type": "string", "description": "The reason, for the history." });
    on_workflow(of.operation(name, summary))
        .body(&body(&json!({ "reason": reason })))
        .answer("202", "The request was accepted.", &component("Run"))
        .add(paths, path(of, &format!("/{name}")), "post");
}

/// Describes the call of a handler.
fn handler(of: &Type<'_>, kind: &str, handler: &HandlerDescription) -> Described {
    let (name, parameters) =
        (handler.name, inputs(handler.parameters, of.call(kind, handler.name)));
    on_workflow(of.operation(&format!("{kind}.{name}"), &format!("Sends the {kind} `{name}`")))
        .description(handler.description)
        .body(&body(&json!({ "inputs": parameters })))
}

fn handler_path(of: &Type<'_>, kind: &str, handler: &HandlerDescription) -> String {
    path(of, &format!("/{kind}/{}", crate::web::gateway::location::encoded(handler.name)))
}

fn signals(paths: &mut Map<String, Value>, of: &Type<'_>) {
    for signal in &of.entry.signals {
        let sent = json!({ "workflow_id": text(), "run_id": text(), "signal": text() });
        handler(of, "signal", signal)
            .parameter(idempotency_key())
            .answer("202", "The signal was accepted.", &object(&sent, &json!({})))
            .add(paths, handler_path(of, "signal", signal), "post");
    }
}

fn queries(paths: &mut Map<String, Value>, of: &Type<'_>) {
    for query in &of.entry.queries {
        let answer = json!({
            "workflow_id": text(),
            "run_id": text(),
            "query": text(),
            "output": output(query.output, of.call("query", query.name)),
        });
        handler(of, "query", query)
            .parameter(wait())
            .answer("200", "The answer.", &object(&answer, &json!({})))
            .problems(&["409"])
            .add(paths, handler_path(of, "query", query), "post");
    }
}

/// Adds the answers of a wait for the output of an update.
fn updated(operation: Described, of: &Type<'_>, update: &HandlerDescription) -> Described {
    let mut sent = json!({
        "workflow_id": text(),
        "run_id": text(),
        "update": text(),
        "update_id": text(),
        "status": { "const": "sent" },
    });
    let waiting = object(&sent, &json!({}));
    sent["status"] = json!({ "const": "completed" });
    sent["output"] = output(update.output, of.call("update", update.name));
    operation
        .parameter(wait())
        .answer("200", "The output.", &object(&sent, &json!({})))
        .answer_with("202", "The update was sent; no output yet.", &waiting, &["Retry-After"])
        .problems(&["409"])
}

fn updates(paths: &mut Map<String, Value>, of: &Type<'_>) {
    for update in &of.entry.updates {
        let path = handler_path(of, "update", update);
        let call = handler(of, "update", update).parameter(idempotency_key());
        updated(call, of, update).add(paths, path.clone(), "post");
        let (id, summary) = (format!("update-result.{}", update.name), "Waits for the output of");
        let summary = format!("{summary} the update `{}`", update.name);
        let result = on_workflow(of.operation(&id, &summary));
        let result = result.parameter(in_path("update_id", "The id of the update."));
        updated(result, of, update).add(paths, format!("{path}/{{update_id}}"), "get");
    }
}
