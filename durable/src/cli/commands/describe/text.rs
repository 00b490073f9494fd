//! The text of a description, for people.

use clap::builder::styling::AnsiColor;
use serde_json::{Map, Value};

use super::{Described, memo, search_attributes};
use crate::cli::output::{
    Cell, Lines, Page, Times, between, ids, line, pairs, row, short, status_cell, table, text,
    values, whole,
};
use crate::cli::waiting::no_worker;
use crate::client::{
    ActivityState, PauseNote, PendingActivity, WorkflowDescription, WorkflowEnding,
};
use crate::error::Failure;

pub(super) fn workflow(described: &Described, times: Times) -> Page {
    let Described { workflow, queues_without_worker, details } = described;
    let fields = |fields: Map<String, Value>| {
        let lines = fields.iter().map(|(name, value)| format!("{name} = {value}"));
        Lines::from(lines.collect::<Vec<_>>())
    };
    let missing: Vec<_> = queues_without_worker.iter().map(|queue| no_worker(queue)).collect();
    let red = AnsiColor::Red.on_default();
    let is_running = workflow.close_time().is_none();
    let lasted = between(workflow.start_time(), workflow.close_time());
    let closed = times.at(workflow.close_time()).zip(lasted);
    let mut all = vec![
        ("workflow id", Some(workflow.id().to_owned()).into()),
        ("run id", Some(workflow.run_id().to_owned()).into()),
        ("type", Some(workflow.workflow_type().to_owned()).into()),
        ("queue", Some(workflow.task_queue().to_owned()).into()),
        ("status", Some(status_cell(workflow.status(), workflow.is_stuck())).into()),
        ("paused", workflow.pause().map(|it| pause(&it, times)).into()),
        ("cancel", (workflow.cancel_requested() && is_running).then_some("requested").into()),
        ("started", times.at(workflow.start_time()).into()),
        ("closed", closed.map(|(at, lasted)| format!("{at}, after {lasted}")).into()),
        ("times out", times.at(workflow.expires_at()).filter(|_| is_running).into()),
        ("events", Some(workflow.history_length().to_string()).into()),
        ("parent", workflow.parent_id().map(str::to_owned).into()),
        ("summary", workflow.static_summary().map(str::to_owned).into()),
        ("details", lines_of(details.as_deref().or(workflow.static_details()))),
        ("memo", fields(memo(workflow))),
        ("search attributes", fields(search_attributes(workflow))),
        ("workers", missing.into_iter().map(|it| Cell::styled(it, red)).collect::<Vec<_>>().into()),
        ("workflow task", workflow_task(workflow, times).into()),
        ("problem", problem(workflow)),
        ("input", workflow.input().map(|input| values(input).to_string()).into()),
    ];
    all.extend(ending(workflow));
    pairs(&all).then(&pending(workflow, times))
}

fn lines_of(text: Option<&str>) -> Lines {
    text.map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).unwrap_or_default().into()
}

fn problem(workflow: &WorkflowDescription) -> Lines {
    let red = AnsiColor::Red.on_default();
    let problem = workflow.task_failure().map(ToString::to_string).unwrap_or_default();
    problem.lines().map(|line| Cell::styled(line, red)).collect::<Vec<_>>().into()
}

fn workflow_task(workflow: &WorkflowDescription, times: Times) -> Option<String> {
    let task = workflow.pending_workflow_task()?;
    let what = if task.is_started { "is handled by a worker" } else { "waits for a worker" };
    let age = times.age(task.first_scheduled_at.or(task.scheduled_at));
    let age = age.map_or_else(String::new, |age| format!(", {age} old"));
    Some(format!("attempt {} {what}{age}", task.attempt))
}

fn pause(pause: &PauseNote, times: Times) -> String {
    let at = times.at(pause.paused_at).unwrap_or_else(|| "yes".to_owned());
    let reason = if pause.reason.is_empty() { "no reason given" } else { &pause.reason };
    format!("{at} by {}: {reason}", pause.identity)
}

fn ending(workflow: &WorkflowDescription) -> Vec<(&'static str, Lines)> {
    let red = AnsiColor::Red.on_default();
    match workflow.ending() {
        Some(WorkflowEnding::Completed(output)) => {
            vec![("output", Some(values(output).to_string()).into())]
        }
        Some(WorkflowEnding::Failed(failure)) => {
            let links = failure.chain().enumerate().flat_map(|(depth, link)| {
                let indent = "  ".repeat(depth);
                let text = link.to_string();
                text.lines()
                    .map(|line| Cell::styled(format!("{indent}{line}"), red))
                    .collect::<Vec<_>>()
            });
            vec![("failure", links.collect::<Vec<_>>().into())]
        }
        Some(WorkflowEnding::Terminated { reason, identity }) => {
            let reason = Some(reason.clone()).filter(|reason| !reason.is_empty());
            vec![("reason", reason.into()), ("terminated by", Some(identity.clone()).into())]
        }
        Some(WorkflowEnding::ContinuedAsNew { run_id }) => {
            vec![("next run", Some(run_id.clone()).into())]
        }
        _ => Vec::new(),
    }
}

fn pending(workflow: &WorkflowDescription, times: Times) -> Page {
    let mut page = Page::default();
    for pending in workflow.pending_activities() {
        page = page.then(&line("")).then(&activity(pending, times));
    }
    let children = workflow.pending_children();
    if !children.is_empty() {
        let rows: Vec<_> = children
            .into_iter()
            .map(|child| row![child.workflow_id, child.workflow_type, child.run_id])
            .collect();
        let columns = [ids("pending child"), ids("type"), ids("run id")];
        page = page.then(&line("")).then(&table(&columns, &rows));
    }
    let running = workflow.pending_timers();
    if !running.is_empty() {
        let rows: Vec<_> = running
            .iter()
            .map(|timer| {
                let fires = times.at(timer.fires_at).unwrap_or_default();
                row![timer.timer_id.clone(), short(timer.duration), fires]
            })
            .collect();
        let columns = [ids("pending timer"), whole("lasts"), text("fires")];
        page = page.then(&line("")).then(&table(&columns, &rows));
    }
    page
}

fn activity(pending: &PendingActivity, times: Times) -> Page {
    let of = pending.maximum_attempts.map_or_else(String::new, |most| format!(" of {most}"));
    let heartbeat = times.at(pending.last_heartbeat_at).map(|at| {
        let details = Some(&pending.heartbeat).filter(|details| !details.is_empty());
        details.map_or_else(|| at.clone(), |details| format!("{at}: {}", values(details)))
    });
    let is_running = pending.state != ActivityState::Scheduled;
    let next = times.at(pending.next_attempt_at).filter(|_| !is_running);
    pairs(&[
        ("pending activity", Some(pending.activity_type.clone()).into()),
        ("activity id", Some(pending.activity_id.clone()).into()),
        ("state", Some(state(pending.state)).into()),
        ("paused", pending.pause.as_ref().map(|it| pause(it, times)).into()),
        ("attempt", Some(format!("{}{of}", pending.attempt)).into()),
        ("next attempt", next.into()),
        ("last failure", last_failure(pending.last_failure.as_ref())),
        ("heartbeat", heartbeat.into()),
        // The server (as of 1.32) puts the time of the next attempt here.
        ("scheduled", times.at(pending.scheduled_at).filter(|_| pending.attempt < 2).into()),
        ("last started", times.at(pending.last_started_at).into()),
        ("times out", times.at(pending.expires_at).into()),
        ("queue", pending.task_queue.clone().into()),
        ("worker", pending.last_worker.clone().into()),
    ])
}

fn last_failure(failure: Option<&Failure>) -> Lines {
    let red = AnsiColor::Red.on_default();
    let links = failure.into_iter().flat_map(Failure::chain);
    let text = links.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    text.lines().map(|line| Cell::styled(line, red)).collect::<Vec<_>>().into()
}

/// Returns the name of a state, which is also its name in JSON.
pub(super) fn state(state: ActivityState) -> &'static str {
    match state {
        ActivityState::Scheduled => "scheduled",
        ActivityState::Started => "started",
        ActivityState::CancelRequested => "cancel requested",
        ActivityState::Paused => "paused",
        ActivityState::PauseRequested => "pause requested",
    }
}
