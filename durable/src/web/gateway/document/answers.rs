//! The answers of the document.

use serde_json::{Value, json};

/// The problems that each operation may answer with.
pub(super) const COMMON: [&str; 8] = ["400", "403", "404", "422", "500", "502", "503", "504"];

/// The problems, each with its description.
const PROBLEMS: [(&str, &str); 13] = [
    ("400", "The path, a parameter or a header is invalid."),
    ("401", "The caller is not authenticated."),
    ("403", "The caller may not do this, or the gateway doesn't allow it."),
    ("404", "There is no such workflow, schedule or handler, or it has ended."),
    ("405", "The path doesn't have this method."),
    ("409", "The state doesn't allow the request: already started, or ended without an output."),
    ("413", "The body or a value is too large."),
    ("415", "The body's type is not application/json."),
    ("422", "The inputs don't fit their types, or the workflow or the server refused the request."),
    ("500", "The program has an error, which its log tells."),
    ("502", "The Temporal server has an error, or refuses the program."),
    ("503", "The Temporal server can't be reached, or too many requests wait. Try again later."),
    ("504", "The Temporal server or a worker didn't answer in time."),
];

/// Returns the reference to a problem.
pub(super) fn named(status: &str) -> Value {
    json!({ "$ref": format!("#/components/responses/{status}") })
}

/// Returns the problems to which operations refer.
pub(super) fn components() -> Value {
    let schema = json!({ "$ref": "#/components/schemas/gateway.Problem" });
    let problem = |(status, description): &(&str, &str)| {
        let mut problem = json!({
            "description": description,
            "content": { "application/problem+json": { "schema": schema } },
        });
        match *status {
            "401" => {
                problem["headers"] =
                    json!({ "WWW-Authenticate": text("The way to authenticate.") });
            }
            "503" => problem["headers"] = json!({ "Retry-After": retry_after() }),
            _ => {}
        }
        ((*status).to_owned(), problem)
    };
    PROBLEMS.iter().map(problem).collect::<serde_json::Map<_, _>>().into()
}

/// Returns an answer of JSON with some of the known headers.
pub(super) fn json(description: &str, schema: &Value, headers: &[&str]) -> Value {
    let mut answer = json!({
        "description": description,
        "content": { "application/json": { "schema": schema } },
    });
    for header in headers {
        answer["headers"][header] = match *header {
            "Location" => text("The place of the workflow, relative to this path."),
            "Retry-After" => retry_after(),
            _ => text("`true` if an earlier request with the same idempotency key did it."),
        };
    }
    answer
}

fn text(description: &str) -> Value {
    json!({ "description": description, "schema": { "type": "string" } })
}

fn retry_after() -> Value {
    json!({ "description": "Seconds to wait.", "schema": { "type": "integer", "minimum": 1 } })
}
