//! Recurring schedules as JSON, and as text for people.

use std::time::SystemTime;

use clap::builder::styling::AnsiColor;
use serde_json::{Value, json};

use super::words;
use crate::cli::output::{
    Cell, Page, Times, dim, ids, pairs, row, status_style, table, text, utc, values, whole,
};
use crate::client::{ScheduleDescription, ScheduleSpec, ScheduleSummary};

fn utc_times(times: &[SystemTime]) -> Vec<String> {
    times.iter().filter_map(|at| utc(Some(*at))).collect()
}

/// Returns the times of a recurring schedule, as the server understood them.
fn spec(spec: &ScheduleSpec) -> Vec<String> {
    let intervals = spec.intervals().into_iter().map(words::interval);
    intervals.chain(spec.calendars().iter().map(ToString::to_string)).collect()
}

pub(super) fn summary_json(found: &ScheduleSummary) -> Value {
    json!({
        "schedule_id": found.id,
        "workflow_type": found.workflow_type,
        "spec": spec(&found.spec),
        "acts": words::of(&found.spec),
        "paused": found.paused,
        "note": found.note,
        "next_runs": utc_times(&found.next_runs),
    })
}

fn state(paused: bool) -> Cell {
    let yellow = AnsiColor::Yellow.on_default();
    if paused { Cell::styled("paused", yellow) } else { Cell::from("active") }
}

pub(super) fn summaries(found: &[ScheduleSummary], times: Times) -> Page {
    if found.is_empty() {
        return dim("no schedules");
    }
    let rows = found.iter().map(|found| {
        let next = found.next_runs.first().filter(|_| !found.paused);
        row![
            found.id.clone(),
            found.workflow_type.clone(),
            state(found.paused),
            times.at(next.copied()).unwrap_or_default(),
            words::of(&found.spec).join("; "),
        ]
    });
    let columns = [ids("schedule id"), ids("type"), whole("state"), whole("next"), text("acts")];
    table(&columns, &rows.collect::<Vec<_>>())
}

pub(super) fn as_json(described: &ScheduleDescription) -> Value {
    let runs = described.recent_runs.iter().map(|run| {
        json!({
            "workflow_id": run.workflow_id,
            "run_id": run.run_id,
            "scheduled_at": utc(run.scheduled_at),
            "status": format!("{:?}", run.status),
        })
    });
    json!({
        "schedule_id": described.id,
        "workflow_type": described.workflow.workflow_type,
        "task_queue": described.workflow.task_queue,
        "input": described.workflow.input.json().ok(),
        "spec": spec(&described.spec),
        "acts": words::of(&described.spec),
        "time_zone": described.spec.raw().timezone_name,
        "overlap": format!("{:?}", described.overlap),
        "paused": described.paused,
        "note": described.note,
        "next_runs": utc_times(&described.next_runs),
        "recent_runs": runs.collect::<Value>(),
        "started": described.started,
        "missed": described.missed,
        "skipped": described.skipped,
    })
}

pub(super) fn as_text(described: &ScheduleDescription, times: Times) -> Page {
    let runs = described.recent_runs.iter().map(|run| {
        let at = times.at(run.scheduled_at).unwrap_or_default();
        let text = format!("{at}  {}  {:?}", run.workflow_id, run.status);
        Cell::styled(text, status_style(run.status, false))
    });
    let input = Some(&described.workflow.input).filter(|input| !input.is_empty());
    let zone = &described.spec.raw().timezone_name;
    let zone = if zone.is_empty() { "UTC" } else { zone };
    let excluded = described.spec.excluded();
    let excluded: Vec<_> = excluded.iter().map(ToString::to_string).collect();
    // A paused schedule has them too, but doesn't act on them.
    let next = described.next_runs.iter().filter(|_| !described.paused);
    let next: Vec<_> = next.filter_map(|at| times.at(Some(*at))).collect();
    pairs(&[
        ("schedule id", Some(described.id.clone()).into()),
        ("type", Some(described.workflow.workflow_type.clone()).into()),
        ("queue", Some(described.workflow.task_queue.clone()).into()),
        ("input", input.map(|input| values(input).to_string()).into()),
        ("acts", words::of(&described.spec).into()),
        ("except", excluded.into()),
        ("time zone", Some(zone.to_owned()).into()),
        ("overlap", Some(format!("{:?}", described.overlap)).into()),
        ("state", Some(state(described.paused)).into()),
        ("note", described.note.clone().into()),
        ("next", next.into()),
        ("started", Some(described.started.to_string()).into()),
        ("missed", Some(described.missed.to_string()).into()),
        ("skipped", Some(described.skipped.to_string()).into()),
        ("runs", runs.collect::<Vec<_>>().into()),
    ])
}
