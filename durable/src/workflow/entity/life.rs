//! A run of an entity: when it hands out a command, ends, or continues as a new one.

use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::{Fuse, FusedFuture as _, LocalBoxFuture};
use temporalio_sdk::workflows::select;
use temporalio_sdk::{
    ContinueAsNewOptions, TimerResult, WorkflowCancellationError, WorkflowResult,
    WorkflowTermination,
};

use super::inbox::Waiting;
use super::{Entity, EntityEnd, EntityOptions};
use crate::workflow::WorkflowContext;

/// What comes next in the life of an entity.
pub(super) enum Next<C> {
    Command(Waiting<C>),
    End(EntityEnd),
}

/// One run of an entity.
pub(super) struct Life<'a, W> {
    pace: Pace<'a, W>,
    idle: Idle<'a>,
}

/// When the run is to end.
struct Pace<'a, W> {
    ctx: &'a WorkflowContext<W>,
    options: EntityOptions,
    /// The length of the history when the run began.
    began: u32,
    handled: u32,
}

/// How long no command has come.
struct Idle<'a> {
    timeout: Option<Duration>,
    since: SystemTime,
    /// It runs on while commands come, and is set anew only when it has fired. So there is a timer for
    /// each idle timeout, and not for each command.
    timer: Fuse<LocalBoxFuture<'a, TimerResult>>,
    is_over: bool,
}

impl<'a, W: Entity> Life<'a, W> {
    pub(super) fn begin(ctx: &'a WorkflowContext<W>, options: EntityOptions) -> Self {
        warn_of_timeouts(ctx);
        let pace = Pace { ctx, options, began: ctx.history_length(), handled: 0 };
        let (timeout, timer) = (options.idle_timeout, Fuse::terminated());
        let idle = Idle { timeout, since: ctx.now(), timer, is_over: false };
        Self { pace, idle }
    }

    /// The next command, or the end of the entity's life; the end of a run is an error.
    pub(super) async fn next(&mut self) -> WorkflowResult<Next<W::Command>> {
        let ctx = self.pace.ctx;
        self.idle.since = ctx.now();
        self.idle.is_over = false;
        loop {
            ctx.ensure_not_cancelled()?;
            let settled = ctx.all_handlers_finished();
            if settled && self.pace.is_due() {
                return Err(self.pace.end());
            }
            if let Some(waiting) = ctx.state(|state| state.inbox().pop()) {
                self.pace.handled = self.pace.handled.saturating_add(1);
                return Ok(Next::Command(waiting));
            }
            if settled && ctx.state(W::has_ended) {
                return Ok(Next::End(EntityEnd::Ended));
            }
            if settled && self.idle.is_over {
                return Ok(Next::End(EntityEnd::Idle));
            }
            self.wait().await?;
        }
    }

    /// Waits until there is something to do, or the idle timer has fired.
    async fn wait(&mut self) -> Result<(), WorkflowCancellationError> {
        let Self { pace, idle } = self;
        let ctx = pace.ctx;
        let is_over = idle.is_over;
        let mut ready = std::pin::pin!(ctx.wait_condition(move |state| {
            let to_end = || is_over || state.has_ended() || pace.is_due();
            !state.inbox().is_empty() || (ctx.all_handlers_finished() && to_end())
        }));
        idle.set(ctx);
        let mut timer = &mut idle.timer;
        let fired = select! {
            ready = ready => return ready,
            fired = timer => fired,
        };
        match fired {
            TimerResult::Fired => {
                idle.fired(ctx.now());
                Ok(())
            }
            // Nobody cancels it but the workflow's cancellation, of which the condition is told too.
            TimerResult::Cancelled => ready.await,
        }
    }
}

impl<W: Entity> Pace<'_, W> {
    /// The end of the run, with all that goes to the next one.
    fn end(&self) -> WorkflowTermination {
        let input = self.ctx.state(|state| state.carry(state.inbox().take()));
        let options = ContinueAsNewOptions::default();
        let Err(end) = if self.options.on_current_version {
            self.ctx.continue_as_new_on_current_version(input, options)
        } else {
            self.ctx.continue_as_new(input, options)
        };
        end
    }

    /// Whether the run is to end. One in which nothing has happened yet goes on in any case:
    /// otherwise a state that is too large for the server's taste would make an endless chain of runs.
    fn is_due(&self) -> bool {
        let limit = self.options.continue_after;
        let many = limit.is_some_and(|limit| self.handled >= limit);
        let something_happened = self.handled > 0 || self.ctx.history_length() > self.began;
        many || (something_happened && self.ctx.continue_as_new_suggested())
    }
}

impl<'a> Idle<'a> {
    /// Sets the timer, if there is a limit, it is not reached, and no timer runs.
    fn set<W>(&mut self, ctx: &'a WorkflowContext<W>) {
        let Some(timeout) = self.timeout else { return };
        if !self.is_over && self.timer.is_terminated() {
            let left = timeout.saturating_sub(self.passed(ctx.now()));
            self.timer = ctx.timer(left).boxed_local().fuse();
        }
    }

    /// Takes note that the timer has fired; commands may have come since it was set.
    fn fired(&mut self, now: SystemTime) {
        self.is_over = self.timeout.is_some_and(|timeout| self.passed(now) >= timeout);
    }

    fn passed(&self, now: SystemTime) -> Duration {
        now.duration_since(self.since).unwrap_or_default()
    }
}

/// The limits of ordinary workflows are a trap for one that is to live for long.
fn warn_of_timeouts<W: Entity>(ctx: &WorkflowContext<W>) {
    let info = ctx.info();
    let (execution, run) = (info.execution_timeout(), info.run_timeout());
    let limit = [execution, run].into_iter().flatten().find(|limit| !limit.is_zero());
    if let Some(limit) = limit
        && info.continued_from_run_id().is_none()
        && !ctx.is_replaying_history_events()
    {
        tracing::warn!(
            workflow_type = W::NAME,
            workflow_id = info.workflow_id(),
            execution_timeout = ?execution,
            run_timeout = ?run,
            "an entity with a timeout ends after {limit:?} at the latest; `execution_timeout = \"0s\"` \
             and `run_timeout = \"0s\"` at `#[workflow]` lift the limits"
        );
    }
}
