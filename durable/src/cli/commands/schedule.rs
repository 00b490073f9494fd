//! `schedule`: workflows that the server starts at certain times.

use std::time::{Duration, SystemTime};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::start::Target;
use crate::cli::context::Context;
use crate::cli::duration;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::{Page, dim, ids, line, pairs, row, table, text, utc, whole};
use crate::client::{ScheduleDescription, ScheduleOverlapPolicy, ScheduleSpec, ScheduleSummary};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Schedule {
    /// Creates a recurring schedule
    Create(Box<Create>),
    /// Lists recurring schedules
    List,
    /// Prints a recurring schedule: its times, its state, and the workflows that it started
    Describe(Named),
    /// Pauses a recurring schedule; it then starts workflows only when it is triggered
    Pause(Noted),
    /// Resumes a recurring schedule
    Unpause(Noted),
    /// Starts the workflow now
    Trigger(Trigger),
    /// Starts the workflow for every time of the schedule within a range
    Backfill(Backfill),
    /// Deletes a recurring schedule; the workflows that it has started go on
    Delete(Named),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Named {
    /// The schedule's id
    #[arg(value_name = "SCHEDULE_ID")]
    schedule_id: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Noted {
    #[command(flatten)]
    schedule: Named,
    /// The reason, which `schedule describe` shows
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Trigger {
    #[command(flatten)]
    schedule: Named,
    /// The rule for a workflow that still runs; the default is the schedule's
    #[arg(long, value_enum, ignore_case = true, value_name = "POLICY")]
    overlap: Option<Overlap>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Backfill {
    #[command(flatten)]
    schedule: Named,
    /// The first time, in UTC, such as `2026-01-31T08:00:00Z`
    #[arg(long, value_name = "TIME", value_parser = duration::time)]
    from: SystemTime,
    /// The last time
    #[arg(long, value_name = "TIME", value_parser = duration::time)]
    to: SystemTime,
    /// The rule for a workflow that still runs
    #[arg(
        long,
        value_enum,
        ignore_case = true,
        value_name = "POLICY",
        default_value = "buffer-all"
    )]
    overlap: Overlap,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    #[command(flatten)]
    schedule: Named,
    #[command(flatten)]
    target: Target,
    /// A cron expression, such as `0 3 * * *`; may be repeated
    #[arg(long, value_name = "CRON")]
    cron: Vec<String>,
    /// The time between two starts, such as `3600` (seconds) or `1h`; may be repeated
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    every: Vec<Duration>,
    /// Creates a recurring schedule without times, which acts only when it is triggered
    #[arg(long, conflicts_with_all = ["cron", "every", "jitter"])]
    manual: bool,
    /// The longest random delay that is added to each time
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    jitter: Option<Duration>,
    /// The time zone of cron expressions, such as `Europe/Rome`; the default is UTC
    #[arg(long, value_name = "NAME")]
    time_zone: Option<String>,
    /// The rule for a workflow of the last time that still runs
    #[arg(long, value_enum, ignore_case = true, value_name = "POLICY", default_value = "skip")]
    overlap: Overlap,
    /// A note, which `schedule describe` shows
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Creates the schedule paused
    #[arg(long)]
    paused: bool,
    /// Starts the workflow once, immediately
    #[arg(long)]
    trigger: bool,
}

/// The rule for a workflow of the schedule that still runs.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Overlap {
    /// Starts nothing
    Skip,
    /// Starts one more after its end
    BufferOne,
    /// Starts every one after the end of the one before
    BufferAll,
    /// Cancels it
    CancelOther,
    /// Terminates it
    TerminateOther,
    /// Runs both
    AllowAll,
}

impl From<Overlap> for ScheduleOverlapPolicy {
    fn from(overlap: Overlap) -> Self {
        match overlap {
            Overlap::Skip => Self::Skip,
            Overlap::BufferOne => Self::BufferOne,
            Overlap::BufferAll => Self::BufferAll,
            Overlap::CancelOther => Self::CancelOther,
            Overlap::TerminateOther => Self::TerminateOther,
            Overlap::AllowAll => Self::AllowAll,
        }
    }
}

impl Schedule {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let schedule = async |id: &str| context.client().await.map(|client| client.schedule(id));
        let (id, done) = match self {
            Self::Create(create) => return create.run(context).await,
            Self::List => {
                let found = context.client().await?.list_schedules().await?;
                let as_json: Value = found.iter().map(summary).collect();
                return context.output().show(&as_json, || summaries(&found));
            }
            Self::Describe(Named { schedule_id: id }) => {
                let described = schedule(&id).await?.describe().await?;
                return context.output().show(&as_json(&described), || as_text(&described));
            }
            Self::Pause(Noted { schedule: Named { schedule_id: id }, note }) => {
                schedule(&id).await?.pause_with(note).await?;
                (id, "paused")
            }
            Self::Unpause(Noted { schedule: Named { schedule_id: id }, note }) => {
                schedule(&id).await?.unpause_with(note).await?;
                (id, "unpaused")
            }
            Self::Trigger(Trigger { schedule: Named { schedule_id: id }, overlap }) => {
                let overlap = overlap.map_or(ScheduleOverlapPolicy::Unspecified, Into::into);
                schedule(&id).await?.trigger_with(overlap).await?;
                (id, "triggered")
            }
            Self::Backfill(Backfill { schedule: Named { schedule_id: id }, from, to, overlap }) => {
                if from > to {
                    return Err(Problem::misuse("`--from` is later than `--to`"));
                }
                schedule(&id).await?.backfill(from, to, overlap.into()).await?;
                (id, "backfilled")
            }
            Self::Delete(Named { schedule_id: id }) => {
                schedule(&id).await?.delete().await?;
                (id, "deleted")
            }
        };
        say(context, &id, done)
    }
}

fn say(context: &Context, id: &str, done: &str) -> Outcome {
    context.output().show(&json!({ "schedule_id": id, done: true }), || {
        line(&format!("schedule `{id}` was {done}"))
    })
}

impl Create {
    async fn run(self, context: &Context) -> Outcome {
        if self.cron.is_empty() && self.every.is_empty() && !self.manual {
            return Err(Problem::misuse(format!(
                "schedule `{}` has no time to start the workflow at; give it `--cron`, such as \
                 `--cron '0 3 * * *'`, or `--every`, such as `--every 1h`, or `--manual` to start it only \
                 by `schedule trigger`",
                self.schedule.schedule_id
            )));
        }
        let start = self.target.start(context).await?;
        let mut spec = if self.manual { ScheduleSpec::manual() } else { ScheduleSpec::new() };
        spec = self.cron.into_iter().fold(spec, ScheduleSpec::cron);
        spec = self.every.into_iter().fold(spec, ScheduleSpec::every);
        if let Some(jitter) = self.jitter {
            spec = spec.jitter(jitter);
        }
        if let Some(name) = self.time_zone {
            spec = spec.time_zone(name);
        }
        let id = self.schedule.schedule_id;
        let mut schedule = start.create_schedule(&id, spec).overlap(self.overlap.into());
        if let Some(note) = self.note {
            schedule = schedule.note(note);
        }
        if self.paused {
            schedule = schedule.paused();
        }
        if self.trigger {
            schedule = schedule.trigger_immediately();
        }
        schedule.await?;
        say(context, &id, "created")
    }
}

fn times(times: &[SystemTime]) -> Vec<String> {
    times.iter().filter_map(|at| utc(Some(*at))).collect()
}

/// Returns the times of a recurring schedule, as the server understood them.
fn spec(spec: &ScheduleSpec) -> Vec<String> {
    let intervals = spec.intervals().into_iter().map(|(every, offset)| {
        let every = humantime::format_duration(every);
        if offset.is_zero() {
            format!("every {every}")
        } else {
            format!("every {every}, {} later", humantime::format_duration(offset))
        }
    });
    intervals.chain(spec.calendars().iter().map(ToString::to_string)).collect()
}

fn summary(found: &ScheduleSummary) -> Value {
    json!({
        "schedule_id": found.id,
        "workflow_type": found.workflow_type,
        "spec": spec(&found.spec),
        "paused": found.paused,
        "note": found.note,
        "next_runs": times(&found.next_runs),
    })
}

fn summaries(found: &[ScheduleSummary]) -> Page {
    if found.is_empty() {
        return dim("no schedules");
    }
    let rows = found.iter().map(|found| {
        row![
            found.id.clone(),
            found.workflow_type.clone(),
            if found.paused { "paused" } else { "active" },
            times(&found.next_runs).into_iter().next().unwrap_or_default(),
            spec(&found.spec).join("; "),
        ]
    });
    let columns = [ids("schedule id"), ids("type"), whole("state"), whole("next"), text("acts")];
    table(&columns, &rows.collect::<Vec<_>>())
}

fn as_json(described: &ScheduleDescription) -> Value {
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
        "time_zone": described.spec.raw().timezone_name,
        "overlap": format!("{:?}", described.overlap),
        "paused": described.paused,
        "note": described.note,
        "next_runs": times(&described.next_runs),
        "recent_runs": runs.collect::<Value>(),
        "started": described.started,
        "missed": described.missed,
        "skipped": described.skipped,
    })
}

fn as_text(described: &ScheduleDescription) -> Page {
    let runs = described.recent_runs.iter().map(|run| {
        let at = utc(run.scheduled_at).unwrap_or_default();
        format!("{at}  {}  {:?}", run.workflow_id, run.status)
    });
    let input = described.workflow.input.json().ok();
    pairs(&[
        ("schedule id", Some(described.id.clone()).into()),
        ("type", Some(described.workflow.workflow_type.clone()).into()),
        ("queue", Some(described.workflow.task_queue.clone()).into()),
        ("input", input.map(|input| input.to_string()).into()),
        ("acts", spec(&described.spec).into()),
        ("overlap", Some(format!("{:?}", described.overlap)).into()),
        ("state", Some(if described.paused { "paused" } else { "active" }.to_owned()).into()),
        ("note", described.note.clone().into()),
        ("next", times(&described.next_runs).into()),
        ("started", Some(described.started.to_string()).into()),
        ("runs", runs.collect::<Vec<_>>().into()),
    ])
}
