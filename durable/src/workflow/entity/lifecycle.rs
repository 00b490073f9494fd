//! The lifecycle of an entity: the next command, the end, or the next run.

use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::{Fuse, FusedFuture as _, LocalBoxFuture};
use temporalio_sdk::workflows::select;
use temporalio_sdk::{
    ContinueAsNewOptions, TimerOptions, TimerResult, WorkflowCancellationError, WorkflowResult,
    WorkflowTermination,
};

use super::inbox::Waiting;
use super::{Entity, EntityEnd, EntityOptions};
use crate::workflow::WorkflowContext;
use crate::workflow::waits::{Place, Subject};

/// The summary of the timer.
const IDLE_TIMEOUT: &str = "idle timeout";

/// The next step of an entity.
pub(super) enum Next<C> {
    Command(Waiting<C>),
    End(EntityEnd),
}

/// One run of an entity.
pub(super) struct Lifecycle<'a, W> {
    limit: RunLimit<'a, W>,
    idle: IdleTimer<'a>,
    place: Place,
}

/// The conditions for the end of a run.
struct RunLimit<'a, W> {
    ctx: &'a WorkflowContext<W>,
    options: EntityOptions,
    /// The length of the history at the start of the run.
    start_length: u32,
    handled: u32,
}

/// The time since the last command.
struct IdleTimer<'a> {
    timeout: Option<Duration>,
    since: SystemTime,
    /// The timer. It keeps running when commands arrive, and is restarted only after it fires. So there is
    /// one timer per idle timeout, not one per command.
    timer: Fuse<LocalBoxFuture<'a, TimerResult>>,
    is_over: bool,
}

impl<'a, W: Entity> Lifecycle<'a, W> {
    pub(super) fn start(ctx: &'a WorkflowContext<W>, options: EntityOptions, place: Place) -> Self {
        warn_of_timeouts(ctx);
        let limit = RunLimit { ctx, options, start_length: ctx.history_length(), handled: 0 };
        let (timeout, timer) = (options.idle_timeout, Fuse::terminated());
        let idle = IdleTimer { timeout, since: ctx.now(), timer, is_over: false };
        Self { limit, idle, place }
    }

    /// Waits for the next command or the end of the entity. Returns an error to end the run.
    pub(super) async fn next(&mut self) -> WorkflowResult<Next<W::Command>> {
        let ctx = self.limit.ctx;
        self.idle.since = ctx.now();
        self.idle.is_over = false;
        loop {
            ctx.ensure_not_cancelled()?;
            let handlers_finished = ctx.all_handlers_finished();
            if handlers_finished && self.limit.is_due() {
                return Err(self.limit.end());
            }
            if let Some(waiting) = ctx.state(|state| state.inbox().pop()) {
                self.limit.handled = self.limit.handled.saturating_add(1);
                return Ok(Next::Command(waiting));
            }
            if handlers_finished && ctx.state(W::has_ended) {
                return Ok(Next::End(EntityEnd::Ended));
            }
            if handlers_finished && self.idle.is_over {
                return Ok(Next::End(EntityEnd::Idle));
            }
            self.wait().await?;
        }
    }

    /// Waits until there is something to do, or the idle timer fires.
    async fn wait(&mut self) -> Result<(), WorkflowCancellationError> {
        let Self { limit, idle, place } = self;
        let ctx = limit.ctx;
        let is_over = idle.is_over;
        let mut ready = ctx.condition_at(place, Subject::Command, move |state| {
            let should_end = || is_over || state.has_ended() || limit.is_due();
            !state.inbox().is_empty() || (ctx.all_handlers_finished() && should_end())
        });
        idle.start(ctx, place);
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
            // The timer is cancelled only with the workflow, and the condition with it.
            TimerResult::Cancelled => ready.await,
        }
    }
}

impl<W: Entity> RunLimit<'_, W> {
    /// Ends the run and carries the state and the waiting commands to the next one.
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

    /// Returns `true` if the run should end. A run in which nothing has happened yet continues in any
    /// case: otherwise a state that is too large would cause an endless chain of runs.
    fn is_due(&self) -> bool {
        let limit = self.options.continue_after;
        let many = limit.is_some_and(|limit| self.handled >= limit);
        let something_happened = self.handled > 0 || self.ctx.history_length() > self.start_length;
        many || (something_happened && self.ctx.continue_as_new_suggested())
    }
}

impl<'a> IdleTimer<'a> {
    /// Starts the timer, if there is a timeout, it has not passed, and no timer runs.
    fn start<W>(&mut self, ctx: &'a WorkflowContext<W>, place: Place) {
        let Some(timeout) = self.timeout else { return };
        if !self.is_over && self.timer.is_terminated() {
            let left = timeout.saturating_sub(self.elapsed(ctx.now()));
            let options = TimerOptions::builder(left).summary(IDLE_TIMEOUT.to_owned()).build();
            self.timer = ctx.timer_at(place, options).boxed_local().fuse();
        }
    }

    /// Handles the firing of the timer. Commands may have arrived since it was started.
    fn fired(&mut self, now: SystemTime) {
        self.is_over = self.timeout.is_some_and(|timeout| self.elapsed(now) >= timeout);
    }

    fn elapsed(&self, now: SystemTime) -> Duration {
        now.duration_since(self.since).unwrap_or_default()
    }
}

/// Warns of execution and run timeouts, which end an entity.
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
            "the timeout ends the entity after {limit:?}; `execution_timeout = \"0s\"` and \
             `run_timeout = \"0s\"` on `#[workflow]` remove the limits"
        );
    }
}
