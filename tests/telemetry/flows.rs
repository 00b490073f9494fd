//! The workflows and activities of these tests.

use durable::prelude::*;
use durable::workflow::ContinueAsNewOptions;
use tracing::Instrument as _;

/// Counts itself.
#[activity(queue = "telemetry", start_to_close_timeout = "20s")]
pub async fn count(ctx: ActivityContext, group: String) -> Result<u32, ActivityError> {
    let metrics = ctx.metrics().with("group", group);
    metrics.counter("tests_activities").add(1);
    metrics.gauge("tests_attempt").set(f64::from(ctx.info().attempt));
    metrics.histogram("order_cents").record(250.0);
    metrics.histogram("tests_age").record_duration(Duration::from_millis(1500));
    Ok(1)
}

/// Fails at the first attempt.
#[activity(
    queue = "telemetry",
    start_to_close_timeout = "20s",
    retry(initial_interval = "1ms", maximum_attempts = 3)
)]
pub async fn flaky(ctx: ActivityContext) -> Result<u32, ActivityError> {
    if ctx.info().attempt == 1 {
        Err(anyhow::anyhow!("the first attempt fails").into())
    } else {
        Ok(2)
    }
}

/// Counts in every place where workflow code runs.
#[workflow(queue = "telemetry")]
#[derive(Default)]
pub struct Counting {
    signals: u32,
}

#[workflow_methods]
impl Counting {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, group: String) -> WorkflowResult<u32> {
        let metrics = ctx.metrics().with("group", group.clone());
        metrics.counter("tests_started").add(1);
        let mut sum = 0;
        for _ in 0..5 {
            sum += count::execute(ctx, group.clone()).await?;
            metrics.counter("tests_steps").add(1);
        }
        let local = count::execute_local(ctx, group.clone()).await?;
        ctx.wait_condition(|state| state.signals > 1).await?;
        metrics.counter("tests_ended").add(1);
        metrics.gauge("tests_sum").set(f64::from(sum + local));
        Ok(sum + local)
    }

    #[signal]
    fn poke(&mut self, ctx: &mut SyncWorkflowContext<Self>, group: String) {
        ctx.metrics().with("group", group).counter("tests_signals").add(1);
        self.signals += 1;
    }

    #[signal]
    async fn poke_later(ctx: &mut WorkflowContext<Self>, group: String) {
        ctx.state_mut(|state| state.signals += 1);
        ctx.metrics().with("group", group).counter("tests_signals").add(1);
    }

    #[query]
    fn signals(&self) -> u32 {
        self.signals
    }
}

/// Fails.
#[workflow(queue = "telemetry")]
#[derive(Default)]
pub struct Failing;

#[workflow_methods]
impl Failing {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        flaky::execute(ctx).await?;
        Err(ApplicationFailure::non_retryable("it fails").into())
    }
}

/// Continues once, with a panic in between.
#[workflow(queue = "telemetry")]
#[derive(Default)]
pub struct Continuing;

#[workflow_methods]
impl Continuing {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, again: bool) -> WorkflowResult<()> {
        if again {
            ctx.continue_as_new(false, ContinueAsNewOptions::default())?;
        }
        Ok(())
    }
}

/// Uses everything that has a span.
#[workflow(queue = "telemetry")]
#[derive(Default)]
pub struct Traced {
    sum: u32,
    is_set: bool,
}

#[workflow_methods]
impl Traced {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, group: String) -> WorkflowResult<u32> {
        // A message within the task of a local activity may repeat the task, and the activity with it.
        ctx.wait_condition(|state| state.is_set && state.sum > 5).await?;
        count::execute(ctx, group.clone()).await?;
        count::execute_local(ctx, group).await?;
        let child = TracedChild::start_child(ctx, 2).await?;
        child.go().await?;
        let sum = child.result().await?;
        Ok(sum)
    }

    #[signal]
    fn add(&mut self, number: u32) {
        self.sum += number;
    }

    #[query]
    fn sum(&self) -> u32 {
        self.sum
    }

    #[update]
    async fn set(ctx: &mut WorkflowContext<Self>, number: u32) -> Result<u32, WorkflowTermination> {
        flaky::execute(ctx).await?;
        Ok(ctx.state_mut(|state| {
            state.is_set = true;
            state.sum += number;
            state.sum
        }))
    }

    #[update_validator(set)]
    fn check(&self, number: &u32) -> Result<(), String> {
        if *number > 0 { Ok(()) } else { Err("zero".to_owned()) }
    }
}

/// A child.
#[workflow(queue = "telemetry")]
#[derive(Default)]
pub struct TracedChild {
    goes: bool,
}

#[workflow_methods]
impl TracedChild {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, number: u32) -> WorkflowResult<u32> {
        ctx.wait_condition(|state| state.goes).await?;
        Ok(number)
    }

    #[signal]
    fn go(&mut self) {
        self.goes = true;
    }
}

/// Fails at the first attempt of each call.
#[activity(
    queue = "telemetry",
    start_to_close_timeout = "20s",
    retry(initial_interval = "1ms", maximum_attempts = 6)
)]
pub async fn step(ctx: ActivityContext, number: u32) -> Result<u32, ActivityError> {
    if ctx.info().attempt == 1 { Err(anyhow::anyhow!("again").into()) } else { Ok(number) }
}

/// Counts and calls, one after the other.
#[workflow(queue = "telemetry")]
#[derive(Default)]
pub struct Steady;

#[workflow_methods]
impl Steady {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, group: String) -> WorkflowResult<u32> {
        let metrics = ctx.metrics().with("group", group);
        metrics.counter("tests_started").add(1);
        let mut sum = 0;
        for number in 1..=5 {
            sum += step::execute(ctx, number).await?;
            metrics.counter("tests_steps").add(1);
        }
        metrics.counter("tests_ended").add(1);
        Ok(sum)
    }
}

/// Returns its input.
#[activity(
    queue = "telemetry",
    start_to_close_timeout = "20s",
    retry(initial_interval = "1ms", maximum_attempts = 6)
)]
pub async fn note(number: u32) -> u32 {
    number
}

/// The number of lines of [`Observed`] before its first activity, between two, and after the last one.
pub const LINES: [u32; 6] = [4, 3, 3, 3, 3, 4];

/// Logs 20 lines, counts with 3 counters and calls 5 activities.
#[workflow(queue = "telemetry")]
#[derive(Default)]
pub struct Observed;

#[workflow_methods]
impl Observed {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, group: String) -> WorkflowResult<u32> {
        let metrics = ctx.metrics().with("group", group);
        metrics.counter("observed_begun").add(1);
        let mut sum = 0;
        for (part, lines) in (0..).zip(LINES) {
            for line in 0..lines {
                tracing::info!(part, line, sum, "observed");
            }
            if part < 5 {
                sum += note::execute(ctx, part).await?;
                metrics.counter("observed_steps").add(1);
            }
        }
        metrics.counter("observed_ended").add(1);
        Ok(sum)
    }
}

/// Opens spans of its own.
#[activity(queue = "telemetry", start_to_close_timeout = "20s")]
pub async fn priced(number: u32) -> u32 {
    let price = async {
        let look_up = async { number + 1 }.instrument(tracing::info_span!("look up"));
        look_up.await
    };
    price.instrument(tracing::info_span!("price", number)).await
}

/// Opens a span of its own around an activity that does so too.
#[workflow(queue = "telemetry")]
#[derive(Default)]
pub struct Spanned;

#[workflow_methods]
impl Spanned {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, number: u32) -> WorkflowResult<u32> {
        let _of_workflow = tracing::info_span!("of the workflow").entered();
        Ok(priced::execute(ctx, number).await?)
    }
}
