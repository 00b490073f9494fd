//! Waiting for a workflow: on a terminal a line says how long and for what, and Ctrl-C leaves the workflow
//! running.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::pin;
use std::time::{Duration, Instant};

use console::Term;

use super::context::Context;
use super::exit::{self, Outcome, Problem};
use super::output::short;
use super::output::width::cut_line;
use super::{escape, waiting};
use crate::client::AnyWorkflowHandle;

/// The wait after which it's looked for the reason why there is no answer yet.
const PATIENT: Duration = Duration::from_secs(1);
/// The time between two looks at the workflow.
const LOOK: Duration = Duration::from_secs(2);
/// The longest time that a last look may take, after the time limit has passed.
const LAST_LOOK: Duration = Duration::from_secs(2);

/// The longest wait for the answer of a query, without `--timeout`.
pub(super) const ANSWER: &str = "10s";

/// Waits for an answer of a workflow, for at most `limit`, which the call keeps itself.
pub(super) async fn watched<T>(
    context: &Context,
    handle: &AnyWorkflowHandle,
    limit: Option<Duration>,
    call: impl Future<Output = T>,
) -> Outcome<T> {
    let mut call = pin!(call);
    let patient = limit.map_or(PATIENT, |limit| PATIENT.min(limit / 2));
    let interrupted = async {
        // Without a handler for Ctrl-C the process ends by it.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        answer = &mut call => Ok(answer),
        () = interrupted => Err(left_running(handle)),
        never = report(context, handle, patient) => match never {},
    }
}

/// The error of a wait that the user has ended.
fn left_running(handle: &AnyWorkflowHandle) -> Problem {
    let id = handle.id();
    Problem::interrupted(format!(
        "no longer waiting; workflow `{id}` was not changed, and goes on if it was running; look at it \
         with `describe {id}`, or wait for its output with `result {id}`"
    ))
}

/// Says why there is no answer yet, as long as the wait lasts: on a terminal again and again, and elsewhere
/// once, with a warning for each queue that no worker polls.
async fn report(context: &Context, handle: &AnyWorkflowHandle, patient: Duration) -> Infallible {
    tokio::time::sleep(patient).await;
    let Some(line) = Line::new(patient) else {
        // It's a hint, and not what the command is for, so an error here isn't one of the command.
        for queue in look(handle).await.map(|(_, queues)| queues).unwrap_or_default() {
            exit::warn(context.output().format, waiting::no_worker(&queue));
        }
        return std::future::pending().await;
    };
    let mut reason = String::new();
    let mut last_look: Option<Instant> = None;
    loop {
        if last_look.is_none_or(|last| last.elapsed() >= LOOK) {
            last_look = Some(Instant::now());
            if let Some((now, _)) = look(handle).await {
                reason = now;
            }
        }
        line.show(handle.id(), &reason);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Returns what a workflow waits for, and the queues without a worker.
async fn look(handle: &AnyWorkflowHandle) -> Option<(String, BTreeSet<String>)> {
    let described = handle.describe().await.ok()?;
    let queues = described.queues_without_worker().await.unwrap_or_default();
    Some((waiting::reason(&described, &queues), queues))
}

/// Returns the reason why a workflow didn't answer in time, if the server tells one quickly.
async fn reason(handle: &AnyWorkflowHandle) -> Option<String> {
    tokio::time::timeout(LAST_LOOK, look(handle)).await.ok()?.map(|(reason, _)| reason)
}

/// The error of a call that no worker has answered in time, with the reason.
pub(super) async fn unanswered(
    handle: &AnyWorkflowHandle,
    what: &str,
    waited: Duration,
) -> Problem {
    let reason = reason(handle).await;
    let reason = reason.unwrap_or_else(|| "the server doesn't tell why".to_owned());
    let (id, waited) = (handle.id(), humantime::format_duration(waited));
    Problem::failure(format!("{what} of workflow `{id}` got no answer within {waited}: {reason}"))
}

/// A line on a terminal that is written again and again, and removed at the end.
struct Line {
    terminal: Term,
    started: Instant,
}

impl Line {
    /// Returns the line of a wait that began before, unless standard error is no terminal.
    fn new(waited: Duration) -> Option<Self> {
        let terminal = Term::stderr();
        let now = Instant::now();
        let started = now.checked_sub(waited).unwrap_or(now);
        terminal.is_term().then(|| Self { terminal, started })
    }

    fn show(&self, id: &str, reason: &str) {
        let elapsed = short(self.started.elapsed());
        let text = format!("{elapsed}  waiting for `{id}`: {reason}");
        let width = usize::from(self.terminal.size().1).saturating_sub(1);
        let text = escape::line(&text);
        let text = cut_line(&text, width);
        // Without standard error there is nobody to tell.
        let _ = self.terminal.clear_line().and_then(|()| self.terminal.write_str(&text));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let _ = self.terminal.clear_line();
    }
}
