//! Recurring schedules of workflows.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::Operation;
use super::access::Refusal;
use super::fields::{Fields, invalid};
use super::list::{Page, visible};
use super::request::Call;
use super::service::{Objects, Service, answer, failed};
use super::start::problem_of_input;
use super::workflows::utc;
use crate::client::{
    ScheduleDescription, ScheduleHandle, ScheduleOverlapPolicy as Overlap, ScheduleSpec,
};
use crate::definition::WorkflowEntry;
use crate::web::Problem;
use crate::web::answers::status_name;
use crate::web::kind as common;

/// The overlap policies by their names in JSON.
pub(super) const OVERLAPS: [(&str, Overlap); 6] = [
    ("skip", Overlap::Skip),
    ("buffer_one", Overlap::BufferOne),
    ("buffer_all", Overlap::BufferAll),
    ("cancel_other", Overlap::CancelOther),
    ("terminate_other", Overlap::TerminateOther),
    ("allow_all", Overlap::AllowAll),
];

/// Authorizes an operation on the schedule that the path names.
async fn target<'a>(
    service: &'a Service,
    call: &Call,
    operation: Operation,
) -> Result<(&'a WorkflowEntry, String), Refusal> {
    let (workflow_type, id) = (call.path("workflow_type"), call.id("schedule_id")?);
    let objects = Objects {
        workflow_type: Some(workflow_type),
        schedule_id: Some(&id),
        ..Objects::default()
    };
    service.authorize(call, operation, objects).await?;
    Ok((service.catalogue.permitted(workflow_type, operation)?, id))
}

/// Finds a schedule. One of another workflow type doesn't exist for the caller.
async fn find(
    service: &Service,
    entry: &WorkflowEntry,
    id: &str,
) -> Result<(ScheduleHandle, ScheduleDescription), Problem> {
    let handle = service.client.schedule(id);
    let described = handle.describe().await.map_err(failed)?;
    if described.workflow.workflow_type != entry.name {
        let problem =
            Problem::of(common::SCHEDULE_NOT_FOUND, format!("schedule `{id}` was not found"));
        return Err(problem.with("schedule_id", id));
    }
    Ok((handle, described))
}

pub(super) async fn create(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let mut call = Call::new(request, &[]).await?;
    let (entry, id) = target(&service, &call, Operation::CreateSchedule).await?;
    let mut fields = call.fields(service.limits.body).await?;
    let inputs = fields.inputs()?;
    let workflow_id = fields.id("workflow_id")?;
    let spec = spec(&mut fields)?;
    let overlap = match fields.text("overlap")? {
        None => Overlap::Skip,
        Some(name) => {
            let found = OVERLAPS.into_iter().find(|(known, _)| *known == name);
            found.ok_or_else(|| invalid("overlap", "is not a policy; write one such as `skip`"))?.1
        }
    };
    let (note, paused, trigger) =
        (fields.text("note")?, fields.flag("paused")?, fields.flag("trigger")?);
    fields.end()?;
    let start = service.client.start_registered(entry, inputs).map_err(problem_of_input)?;
    let start = match workflow_id {
        Some(id) => start.id(id),
        None => start,
    };
    let mut schedule = start.create_schedule(&id, spec).overlap(overlap);
    if let Some(note) = note {
        schedule = schedule.note(note);
    }
    if paused {
        schedule = schedule.paused();
    }
    if trigger {
        schedule = schedule.trigger_immediately();
    }
    schedule.await.map_err(failed)?;
    Ok(answer(StatusCode::CREATED, &ids(entry, &id)))
}

fn ids(entry: &WorkflowEntry, id: &str) -> Value {
    json!({ "workflow_type": entry.name, "schedule_id": id })
}

fn spec(fields: &mut Fields) -> Result<ScheduleSpec, Problem> {
    let (cron, every) = (fields.texts("cron")?, fields.durations("every")?);
    let manual = fields.flag("manual")?;
    if manual != (cron.is_empty() && every.is_empty()) {
        let problem = "must be true exactly if there are neither `cron` nor `every`";
        return Err(invalid("manual", problem));
    }
    let mut spec = if manual { ScheduleSpec::manual() } else { ScheduleSpec::new() };
    spec = cron.into_iter().fold(spec, ScheduleSpec::cron);
    spec = every.into_iter().fold(spec, ScheduleSpec::every);
    if let Some(jitter) = fields.duration("jitter")? {
        spec = spec.jitter(jitter);
    }
    if let Some(name) = fields.text("time_zone")? {
        spec = spec.time_zone(name);
    }
    Ok(spec)
}

pub(super) async fn list(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let call = Call::new(request, &["type", "limit", "page"]).await?;
    let types = visible(&service, &call, Operation::ListSchedules).await?;
    let page = Page::of(&service, &call)?;
    let found = service.client.list_schedules().page(page.size, page.token.clone()).await;
    let (found, next) = found.map_err(|error| page.failed(error))?;
    // The server (as of 1.32) can't filter schedules by the type of their workflow.
    let listed = found.iter().filter(|found| types.contains(&&*found.workflow_type)).map(|found| {
        json!({
            "workflow_type": found.workflow_type,
            "schedule_id": found.id,
            "paused": found.paused,
            "note": found.note,
            "next_runs": found.next_runs.iter().map(|at| utc(Some(*at))).collect::<Value>(),
        })
    });
    let body = json!({ "schedules": listed.collect::<Value>(), "next_page": Page::next(&next) });
    Ok(answer(StatusCode::OK, &body))
}

pub(super) async fn describe(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let call = Call::new(request, &[]).await?;
    let (entry, id) = target(&service, &call, Operation::DescribeSchedule).await?;
    let (_, described) = find(&service, entry, &id).await?;
    Ok(answer(StatusCode::OK, &description(&described)))
}

fn description(described: &ScheduleDescription) -> Value {
    let runs = described.recent_runs.iter().map(|run| {
        json!({
            "workflow_id": run.workflow_id,
            "run_id": run.run_id,
            "scheduled_at": utc(run.scheduled_at),
            "status": status_name(run.status),
        })
    });
    let overlap = OVERLAPS.iter().find(|(_, policy)| *policy == described.overlap);
    let intervals = described.spec.intervals().into_iter();
    let intervals = intervals.map(|(every, _)| format!("{}ms", every.as_millis()));
    json!({
        "workflow_type": described.workflow.workflow_type,
        "schedule_id": described.id,
        "task_queue": described.workflow.task_queue,
        "every": intervals.collect::<Vec<_>>(),
        "calendars": described.spec.calendars().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "time_zone": described.spec.raw().timezone_name,
        "overlap": overlap.map_or("skip", |(name, _)| *name),
        "paused": described.paused,
        "note": described.note,
        "next_runs": described.next_runs.iter().map(|at| utc(Some(*at))).collect::<Value>(),
        "recent_runs": runs.collect::<Value>(),
        "started": described.started,
        "missed": described.missed,
        "skipped": described.skipped,
    })
}

/// Authorizes and finds the schedule of a change, and reads its note.
async fn changed(
    service: &Service,
    request: Request,
    operation: Operation,
    has_note: bool,
) -> Result<(ScheduleHandle, String, Value), Refusal> {
    let mut call = Call::new(request, &[]).await?;
    let (entry, id) = target(service, &call, operation).await?;
    let mut fields = call.fields(service.limits.body).await?;
    let note = if has_note { fields.text("note")? } else { None };
    fields.end()?;
    let (handle, _) = find(service, entry, &id).await?;
    Ok((handle, note.unwrap_or_default(), ids(entry, &id)))
}

pub(super) async fn pause(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (handle, note, ids) = changed(&service, request, Operation::PauseSchedule, true).await?;
    handle.pause_with(note).await.map_err(failed)?;
    Ok(answer(StatusCode::OK, &ids))
}

pub(super) async fn unpause(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (handle, note, ids) = changed(&service, request, Operation::UnpauseSchedule, true).await?;
    handle.unpause_with(note).await.map_err(failed)?;
    Ok(answer(StatusCode::OK, &ids))
}

pub(super) async fn trigger(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (handle, _, ids) = changed(&service, request, Operation::TriggerSchedule, false).await?;
    handle.trigger().await.map_err(failed)?;
    Ok(answer(StatusCode::ACCEPTED, &ids))
}

pub(super) async fn delete(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Refusal> {
    let call = Call::new(request, &[]).await?;
    let (entry, id) = target(&service, &call, Operation::DeleteSchedule).await?;
    let (handle, _) = find(&service, entry, &id).await?;
    handle.delete().await.map_err(failed)?;
    Ok(answer(StatusCode::OK, &ids(entry, &id)))
}
