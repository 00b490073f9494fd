//! The workflows that the tests of serving serve: in this process, and in the helper's, which prints
//! when an activity begins.

use std::sync::atomic::{AtomicU32, Ordering};

use durable::prelude::*;
use durable::sdk::temporalio_sdk::workflow_interceptors::WorkflowInterceptorConstructor;
use durable::worker::WorkflowInterceptor;

fn begun(ctx: &ActivityContext) {
    let info = ctx.info();
    let workflow_id = info.workflow_id.as_deref().unwrap_or_default();
    println!("begun {} {workflow_id} {}", info.activity_type, info.attempt);
}

/// Does its work, whatever happens, and tells which attempt it was.
#[activity(queue = "serving", start_to_close_timeout = "60s")]
async fn steady(ctx: ActivityContext, milliseconds: u64) -> u32 {
    begun(&ctx);
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    ctx.info().attempt
}

/// Comes one step further in a tenth of a second, and stops when it is cancelled. It tells which
/// attempt it was, and from which step on.
#[activity(
    queue = "serving",
    start_to_close_timeout = "60s",
    heartbeat_timeout = "5s",
    retry(initial_interval = "100ms")
)]
async fn careful(ctx: ActivityContext, steps: u32) -> Result<(u32, u32), ActivityError> {
    begun(&ctx);
    let first = ctx.progress().unwrap_or(0);
    for step in first..steps {
        ctx.heartbeat(&step).await?;
        tokio::select! {
            () = ctx.cancelled() => {
                println!("cancelled at {step}, shutting down {}", ctx.worker_is_shutting_down());
                return Err(ActivityError::cancelled());
            }
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
    Ok((ctx.info().attempt, first))
}

/// Waits for its cancellation.
#[activity(queue = "serving", start_to_close_timeout = "60s", retry(initial_interval = "100ms"))]
async fn attentive(ctx: ActivityContext, milliseconds: u64) -> Result<u32, ActivityError> {
    begun(&ctx);
    tokio::select! {
        () = ctx.cancelled() => {
            println!("cancelled, shutting down {}", ctx.worker_is_shutting_down());
            Err(ActivityError::cancelled())
        }
        () = tokio::time::sleep(Duration::from_millis(milliseconds)) => Ok(ctx.info().attempt),
    }
}

/// Ends when its worker is asked to stop.
#[activity(queue = "serving", start_to_close_timeout = "60s")]
async fn yielding(ctx: ActivityContext, milliseconds: u64) -> Result<u32, ActivityError> {
    begun(&ctx);
    tokio::select! {
        why = ctx.stopped() => Err(why.into()),
        () = tokio::time::sleep(Duration::from_millis(milliseconds)) => Ok(ctx.info().attempt),
    }
}

/// Blocks a thread, and hears nothing.
#[activity(queue = "serving", start_to_close_timeout = "60s")]
fn stubborn(ctx: ActivityContext, milliseconds: u64) -> u32 {
    begun(&ctx);
    std::thread::sleep(Duration::from_millis(milliseconds));
    ctx.info().attempt
}

/// Blocks a thread of the runtime, which an `async` activity must not do.
#[activity(queue = "serving", start_to_close_timeout = "60s")]
async fn rude(ctx: ActivityContext, milliseconds: u64) -> u32 {
    begun(&ctx);
    std::thread::sleep(Duration::from_millis(milliseconds));
    ctx.info().attempt
}

/// One of several.
#[activity(
    queue = "serving",
    start_to_close_timeout = "2s",
    retry(initial_interval = "100ms", backoff_coefficient = 1.0)
)]
async fn step(ctx: ActivityContext, number: u32) -> u32 {
    begun(&ctx);
    tokio::time::sleep(Duration::from_millis(150)).await;
    number
}

#[workflow(queue = "serving")]
#[derive(Default)]
pub(crate) struct Steady;

#[workflow_methods]
impl Steady {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, milliseconds: u64) -> WorkflowResult<u32> {
        Ok(steady::execute(ctx, milliseconds).task_queue(ctx.task_queue()).await?)
    }
}

#[workflow(queue = "serving")]
#[derive(Default)]
pub(crate) struct Careful;

#[workflow_methods]
impl Careful {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, steps: u32) -> WorkflowResult<(u32, u32)> {
        Ok(careful::execute(ctx, steps).task_queue(ctx.task_queue()).await?)
    }
}

#[workflow(queue = "serving")]
#[derive(Default)]
pub(crate) struct Stubborn;

#[workflow_methods]
impl Stubborn {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, milliseconds: u64) -> WorkflowResult<u32> {
        Ok(stubborn::execute(ctx, milliseconds).task_queue(ctx.task_queue()).await?)
    }
}

#[workflow(queue = "serving")]
#[derive(Default)]
pub(crate) struct Rude;

#[workflow_methods]
impl Rude {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, milliseconds: u64) -> WorkflowResult<u32> {
        Ok(rude::execute(ctx, milliseconds).task_queue(ctx.task_queue()).await?)
    }
}

/// Runs a local activity of the given length.
#[workflow(queue = "serving", task_timeout = "3s")]
#[derive(Default)]
pub(crate) struct Nearby;

#[workflow_methods]
impl Nearby {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, milliseconds: u64) -> WorkflowResult<u32> {
        Ok(attentive::execute_local(ctx, milliseconds).await?)
    }
}

#[workflow(queue = "serving")]
#[derive(Default)]
pub(crate) struct Yielding;

#[workflow_methods]
impl Yielding {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, milliseconds: u64) -> WorkflowResult<u32> {
        Ok(yielding::execute_local(ctx, milliseconds).await?)
    }
}

/// Eight steps, one after the other.
#[workflow(queue = "serving")]
#[derive(Default)]
pub(crate) struct Steps;

#[workflow_methods]
impl Steps {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<u32>> {
        let mut done = Vec::new();
        for number in 0..8 {
            done.push(step::execute(ctx, number).task_queue(ctx.task_queue()).await?);
        }
        Ok(done)
    }
}

/// Computes for ever, whatever else there is to do.
#[workflow(queue = "serving")]
#[derive(Default)]
pub(crate) struct Spinning;

#[workflow_methods]
impl Spinning {
    #[run]
    async fn run(_: &mut WorkflowContext<Self>) -> WorkflowResult<u64> {
        Ok((0_u64..u64::MAX).fold(0, |sum, number| std::hint::black_box(sum ^ number)))
    }
}

/// Gives back what it was given. With an id that begins with [`POISON`] its worker dies of it.
#[workflow(queue = "serving")]
#[derive(Default)]
pub(crate) struct Echo;

#[workflow_methods]
impl Echo {
    #[run]
    async fn run(_: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        Ok(text)
    }
}

/// The begin of the ids that a worker with a [`fragile`] interceptor dies of.
pub(crate) const POISON: &str = "poison";

/// An interceptor whose constructor panics so many times when it is given a workflow of [`POISON`]. The
/// SDK calls constructors outside of its guards, so the worker dies if it is added to the SDK's options.
pub(crate) fn fragile(times: u32) -> WorkflowInterceptorConstructor {
    let left = AtomicU32::new(times);
    WorkflowInterceptorConstructor::new(move |view: &WorkflowContextView| {
        if view.workflow_id().starts_with(POISON)
            && let Ok(left) =
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
        {
            panic!("the interceptor choked; {} more", left - 1);
        }
        Harmless
    })
}

struct Harmless;

impl WorkflowInterceptor for Harmless {}
