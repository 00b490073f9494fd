//! The operations on schedules in the document.

use serde_json::{Map, Value, json};

use super::schemas::{body, duration, id, in_path};
use super::types::{RUN, inputs};
use super::workflows::paged;
use super::{Operation as Described, Type};
use crate::web::gateway::Operation;
use crate::web::gateway::catalogue::Catalogue;
use crate::web::gateway::limits::Limits;
use crate::web::gateway::schedules::OVERLAPS;
use crate::web::gateway::text::DURATION_PATTERN;

fn component(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/gateway.{name}") })
}

pub(super) fn list(
    paths: &mut Map<String, Value>,
    catalogue: &Catalogue,
    limits: &Limits,
    has_hook: bool,
) {
    let types: Vec<_> = catalogue.with(Operation::ListSchedules).map(|entry| entry.name).collect();
    if types.is_empty() {
        return;
    }
    let operation = Described::new("list-schedules", "lists", "Lists schedules", has_hook);
    paged(operation, &types, limits)
        .answer("200", "A page of schedules.", &component("Schedules"))
        .add(paths, "/schedules".to_owned(), "get");
}

/// Adds the allowed operations of a type.
pub(super) fn add(paths: &mut Map<String, Value>, of: &Type<'_>) {
    let path = |rest: &str| of.path("/schedules", &format!("/{{schedule_id}}{rest}"));
    let note =
        body(&json!({ "note": { "type": "string", "description": "A note on the schedule." } }));
    for operation in of.operations {
        let (name, summary, method, rest) = match operation {
            Operation::CreateSchedule => {
                create(paths, of, path(""));
                continue;
            }
            Operation::DescribeSchedule => {
                on_schedule(of.operation("describe-schedule", "Describes a schedule"))
                    .answer("200", "The schedule.", &component("ScheduleDescription"))
                    .add(paths, path(""), "get");
                continue;
            }
            Operation::DeleteSchedule => {
                on_schedule(of.operation("delete-schedule", "Deletes a schedule"))
                    .answer("200", "The schedule was deleted.", &component("Schedule"))
                    .add(paths, path(""), "delete");
                continue;
            }
            Operation::PauseSchedule => ("pause", "Pauses a schedule", "200", Some(&note)),
            Operation::UnpauseSchedule => {
                ("unpause", "Continues a paused schedule", "200", Some(&note))
            }
            Operation::TriggerSchedule => {
                ("trigger", "Starts the workflow of a schedule at once", "202", None)
            }
            _ => continue,
        };
        on_schedule(of.operation(&format!("{name}-schedule"), summary))
            .body(rest.unwrap_or(&body(&json!({}))))
            .answer(method, "It was done.", &component("Schedule"))
            .add(paths, path(&format!("/{name}")), "post");
    }
}

fn on_schedule(operation: Described) -> Described {
    operation.parameter(in_path("schedule_id", "The id of the schedule."))
}

fn create(paths: &mut Map<String, Value>, of: &Type<'_>, path: String) {
    let overlaps = OVERLAPS.map(|(name, _)| name);
    let every = json!({
        "type": "array",
        "items": { "type": "string", "pattern": DURATION_PATTERN, "examples": ["1h"] },
        "description": "The times between two starts.",
    });
    let cron = json!({
        "type": "array",
        "items": { "type": "string", "examples": ["0 3 * * *"] },
        "description": "The times as expressions of cron.",
    });
    let flag = |text: &str| json!({ "type": "boolean", "description": text });
    let fields = json!({
        "inputs": inputs(of.entry.parameters, of.call(RUN, "")),
        "workflow_id": id("The id of the workflows. The server adds the time of each start."),
        "cron": cron,
        "every": every,
        "manual": flag("The schedule has no times, and acts only when it is triggered."),
        "jitter": duration("Each start is up to this time later."),
        "time_zone": { "type": "string", "examples": ["Europe/Rome"] },
        "overlap": { "type": "string", "enum": overlaps, "default": "skip" },
        "note": { "type": "string" },
        "paused": flag("The schedule is created paused."),
        "trigger": flag("The first workflow is started at once."),
    });
    on_schedule(of.operation("create-schedule", "Creates a schedule"))
        .body(&body(&fields))
        .answer("201", "The schedule was created.", &component("Schedule"))
        .problems(&["409"])
        .add(paths, path, "post");
}
