//! The schemas of the document: bodies, answers and parameters.

use serde_json::{Value, json};

use crate::web::gateway::idempotency::LONGEST;
use crate::web::gateway::text::{DURATION_PATTERN, LONGEST_ID};

/// Returns an object of which these fields are always there, and the others sometimes.
pub(super) fn object(always: &Value, sometimes: &Value) -> Value {
    let required: Vec<_> = always.as_object().into_iter().flat_map(|all| all.keys()).collect();
    let mut schema = json!({ "type": "object", "properties": always, "required": required });
    for (name, field) in sometimes.as_object().into_iter().flatten() {
        schema["properties"][name] = field.clone();
    }
    schema
}

/// Returns the body of a request: an object with these optional fields and no others.
pub(super) fn body(fields: &Value) -> Value {
    json!({ "type": "object", "properties": fields, "additionalProperties": false })
}

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

fn nullable(of: &str) -> Value {
    json!({ "type": [of, "null"] })
}

fn time() -> Value {
    json!({ "type": ["string", "null"], "format": "date-time" })
}

pub(super) fn duration(description: &str) -> Value {
    json!({ "type": "string", "pattern": DURATION_PATTERN, "description": description, "examples": ["30s"] })
}

/// Returns the schema of an id that a caller gives.
pub(super) fn id(description: &str) -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_ID,
        "pattern": r"^[^\u0000-\u001f\u007f-\u009f]+$",
        "description": description,
    })
}

/// Returns a parameter of a path.
pub(super) fn in_path(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": id(description) })
}

/// Returns a parameter behind the path.
pub(super) fn in_query(name: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "schema": schema })
}

pub(super) fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A request that is sent again with the same key and content is carried out once.",
        "schema": { "type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!#-~]+$" },
    })
}

pub(super) fn run_id() -> Value {
    let description = "The id of one run. Defaults to the current one.";
    in_query("run_id", &json!({ "type": "string", "format": "uuid", "description": description }))
}

pub(super) fn wait() -> Value {
    in_query("wait", &duration("The longest wait. The gateway's limit is the default."))
}

/// Returns the ids of a workflow.
pub(super) fn ids() -> Value {
    json!({ "workflow_type": text(), "workflow_id": text(), "run_id": nullable("string") })
}

/// Returns the schemas to which operations refer. Their names have a point, which those of Rust types don't.
pub(super) fn components() -> Value {
    json!({
        "gateway.Problem": problem(),
        "gateway.Started": object(&ids(), &json!({})),
        "gateway.Run": object(&json!({ "workflow_id": text(), "run_id": text() }), &json!({})),
        "gateway.Workflow": workflow(),
        "gateway.Workflows": workflows(),
        "gateway.Schedule": object(&json!({ "workflow_type": text(), "schedule_id": text() }), &json!({})),
        "gateway.ScheduleDescription": schedule(),
        "gateway.Schedules": schedules(),
    })
}

fn problem() -> Value {
    let always = json!({
        "type": { "type": "string", "format": "uri-reference" },
        "title": text(),
        "status": { "type": "integer" },
        "code": { "type": "string", "description": "The kind of the problem. It never changes." },
    });
    let sometimes = json!({
        "detail": text(),
        "workflow_id": text(),
        "run_id": text(),
        "schedule_id": text(),
        "path": { "type": "string", "description": "The place in the input." },
    });
    let mut problem = object(&always, &sometimes);
    problem["description"] = json!("Problem details of RFC 9457.");
    problem
}

fn status() -> Value {
    json!({
        "type": "string",
        "enum": [
            "running", "completed", "failed", "cancelled", "terminated", "continued_as_new", "timed_out",
            "paused", "unknown",
        ],
    })
}

fn listed() -> Value {
    json!({
        "workflow_type": text(),
        "workflow_id": text(),
        "run_id": text(),
        "task_queue": text(),
        "status": status(),
        "started_at": time(),
        "closed_at": time(),
    })
}

fn workflow() -> Value {
    let mut always = listed();
    let activity = json!({
        "activity_id": text(),
        "activity_type": text(),
        "state": text(),
        "attempt": { "type": "integer" },
        "maximum_attempts": nullable("integer"),
        "next_attempt_at": time(),
    });
    let child = json!({ "workflow_id": text(), "run_id": text(), "workflow_type": text() });
    let array = |of: &Value| json!({ "type": "array", "items": object(of, &json!({})) });
    let more = [
        (
            "stuck",
            json!({ "type": "boolean", "description": "Its workflow task fails again and again." }),
        ),
        ("cancel_requested", json!({ "type": "boolean" })),
        ("expires_at", time()),
        ("history_length", json!({ "type": "integer" })),
        ("pending_activities", array(&activity)),
        ("pending_children", array(&child)),
    ];
    for (name, schema) in more {
        always[name] = schema;
    }
    object(&always, &json!({}))
}

/// Returns the schema of a page of items.
fn page(name: &str, item: &Value) -> Value {
    let mut always = json!({ "next_page": nullable("string") });
    always["next_page"]["description"] = json!("The parameter `page` of the next page, or null.");
    always[name] = json!({ "type": "array", "items": object(item, &json!({})) });
    object(&always, &json!({}))
}

fn workflows() -> Value {
    page("workflows", &listed())
}

fn times() -> Value {
    json!({ "type": "array", "items": { "type": "string", "format": "date-time" } })
}

fn schedules() -> Value {
    let item = json!({
        "workflow_type": text(),
        "schedule_id": text(),
        "paused": { "type": "boolean" },
        "note": nullable("string"),
        "next_runs": times(),
    });
    page("schedules", &item)
}

fn schedule() -> Value {
    let run = json!({
        "workflow_id": text(),
        "run_id": text(),
        "scheduled_at": time(),
        "status": status(),
    });
    let texts = json!({ "type": "array", "items": text() });
    let count = json!({ "type": "integer", "minimum": 0 });
    let always = json!({
        "workflow_type": text(),
        "schedule_id": text(),
        "task_queue": text(),
        "every": texts,
        "calendars": texts,
        "time_zone": text(),
        "overlap": text(),
        "paused": { "type": "boolean" },
        "note": nullable("string"),
        "next_runs": times(),
        "recent_runs": { "type": "array", "items": object(&run, &json!({})) },
        "started": count,
        "missed": count,
        "skipped": count,
    });
    object(&always, &json!({}))
}
