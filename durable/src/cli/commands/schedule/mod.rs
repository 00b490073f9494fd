//! `schedule`: workflows that the server starts at certain times.

mod show;
mod words;

use std::time::{Duration, SystemTime};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::start::Target;
use crate::cli::context::Context;
use crate::cli::duration;
use crate::cli::exit::{Outcome, Problem};
use crate::cli::output::line;
use crate::client::{ScheduleOverlapPolicy, ScheduleSpec};

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
                let as_json: Value = found.iter().map(show::summary_json).collect();
                let output = context.output();
                return output.show(&as_json, || show::summaries(&found, output.times()));
            }
            Self::Describe(Named { schedule_id: id }) => {
                let described = schedule(&id).await?.describe().await?;
                let (as_json, output) = (show::as_json(&described), context.output());
                return output.show(&as_json, || show::as_text(&described, output.times()));
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
