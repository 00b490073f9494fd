//! The workflows and activities that are tested here.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use durable::prelude::*;
use durable::sdk::temporalio_sdk::{ChildWorkflowOptions, ContinueAsNewOptions};

/// One day, in seconds.
pub const DAY: u64 = 86_400;

/// Sleeps, and returns for how many seconds.
#[workflow(queue = "time")]
#[derive(Default)]
pub struct Sleeper;

#[workflow_methods]
impl Sleeper {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, seconds: u64) -> WorkflowResult<u64> {
        let began = ctx.now();
        ctx.sleep(Duration::from_secs(seconds)).await?;
        Ok(ctx.now().duration_since(began).unwrap_or_default().as_secs())
    }
}

/// Waits for an approval, at the longest for 7 days.
#[workflow(queue = "approvals", id = "approval-{}")]
#[derive(Default)]
pub struct Approval {
    approved: bool,
}

#[workflow_methods]
impl Approval {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, _order: String) -> WorkflowResult<String> {
        let week = Duration::from_secs(7 * DAY);
        let approved = ctx.wait_condition_timeout(|state| state.approved, week).await?;
        Ok(if approved { "approved" } else { "expired" }.to_owned())
    }

    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }

    #[query]
    fn approved(&self) -> bool {
        self.approved
    }
}

/// Waits for a signal without a timeout of its own.
#[workflow(queue = "approvals")]
#[derive(Default)]
pub struct Waiting {
    done: bool,
}

#[workflow_methods]
impl Waiting {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        ctx.wait_condition(|state| state.done).await?;
        Ok(())
    }

    #[signal]
    fn finish(&mut self) {
        self.done = true;
    }
}

/// Charges a customer; the real one cannot, and says so.
#[activity(queue = "payments", start_to_close_timeout = "30s", retry(maximum_attempts = 4))]
pub async fn charge(order: String, amount: f64) -> Result<String, ActivityError> {
    Ok(format!("really charged {amount} for {order}"))
}

/// The number of customers; an activity without inputs.
#[activity(queue = "payments", start_to_close_timeout = "30s")]
pub fn customers() -> u32 {
    12
}

/// Charges an order.
#[workflow(queue = "orders")]
#[derive(Default)]
pub struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: String) -> WorkflowResult<String> {
        Ok(charge::execute(ctx, order, 12.5).await?)
    }
}

/// Asks for the number of customers, locally.
#[workflow(queue = "payments")]
#[derive(Default)]
pub struct Counting;

#[workflow_methods]
impl Counting {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        Ok(customers::execute_local(ctx).await?)
    }
}

/// Works until it is cancelled.
#[activity(queue = "payments", heartbeat_timeout = "10s", start_to_close_timeout = "1h")]
pub async fn work(ctx: ActivityContext) -> Result<(), ActivityError> {
    loop {
        ctx.record_heartbeat(()).await?;
        tokio::select! {
            () = ctx.cancelled() => return Err(ActivityError::cancelled()),
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
    }
}

/// Lets an activity work for a day, and then cancels it.
#[workflow(queue = "orders")]
#[derive(Default)]
pub struct Cancelling {
    stop: bool,
}

#[workflow_methods]
impl Cancelling {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<bool> {
        let working = work::start(ctx);
        ctx.wait_condition(|state| state.stop).await?;
        working.cancel();
        Ok(working.await.is_err())
    }

    #[signal]
    fn stop(&mut self) {
        self.stop = true;
    }
}

/// Fails twice, with a backoff of hours.
#[activity(
    queue = "payments",
    start_to_close_timeout = "30s",
    schedule_to_close_timeout = "0s",
    retry(initial_interval = "5h", maximum_interval = "100h", maximum_attempts = 3)
)]
pub async fn flaky(ctx: ActivityContext) -> Result<u32, ActivityError> {
    let attempt = ctx.info().attempt;
    if attempt < 3 {
        return Err(ApplicationFailure::builder("not yet").build().into());
    }
    Ok(attempt)
}

/// Calls an activity that fails twice, and returns after how many hours it succeeded.
#[workflow(queue = "orders")]
#[derive(Default)]
pub struct Retrying;

#[workflow_methods]
impl Retrying {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u64> {
        let began = ctx.now();
        flaky::execute(ctx).await?;
        Ok(ctx.now().duration_since(began).unwrap_or_default().as_secs() / 3600)
    }
}

/// Takes a moment of real time.
#[activity(queue = "payments", start_to_close_timeout = "30s")]
pub async fn slow(milliseconds: u64) -> Result<(), ActivityError> {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    Ok(())
}

/// Waits for a slow activity, and returns how many seconds passed.
#[workflow(queue = "orders")]
#[derive(Default)]
pub struct Slow;

#[workflow_methods]
impl Slow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, milliseconds: u64) -> WorkflowResult<u64> {
        let began = ctx.now();
        slow::execute(ctx, milliseconds).await?;
        Ok(ctx.now().duration_since(began).unwrap_or_default().as_secs())
    }
}

/// Lets a child sleep, and returns what it says.
#[workflow(queue = "time")]
#[derive(Default)]
pub struct Parent;

#[workflow_methods]
impl Parent {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, seconds: u64) -> WorkflowResult<u64> {
        let child = ctx.start_child_workflow(Sleeper, seconds, ChildWorkflowOptions::default());
        let child = child.await?;
        Ok(child.result().await?)
    }
}

/// Sleeps for a day in each of several runs.
#[workflow(queue = "time")]
#[derive(Default)]
pub struct Continuing;

#[workflow_methods]
impl Continuing {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, runs: u32) -> WorkflowResult<String> {
        ctx.sleep(Duration::from_secs(DAY)).await?;
        if runs > 1 {
            ctx.continue_as_new(runs - 1, ContinueAsNewOptions::default())?;
        }
        Ok("done".to_owned())
    }
}

/// The notes of an activity.
#[derive(Default, Clone)]
pub struct Ledger(pub Arc<Mutex<Vec<String>>>);

/// Writes a line.
#[activity(queue = "ledger", start_to_close_timeout = "10s", retry(initial_interval = "10ms"))]
pub async fn write(ledger: State<Ledger>, line: String) -> Result<usize, ActivityError> {
    let mut lines =
        ledger.0.0.lock().map_err(|error| ApplicationFailure::new(error.to_string()))?;
    lines.push(line);
    Ok(lines.len())
}

/// Writes some lines, one after the other, with a nap between them.
#[workflow(queue = "ledger")]
#[derive(Default)]
pub struct Writing {
    written: u32,
}

#[workflow_methods]
impl Writing {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, lines: u32) -> WorkflowResult<u32> {
        for line in 0..lines {
            write::execute(ctx, format!("line {line}")).await?;
            ctx.sleep(Duration::from_secs(1)).await?;
            ctx.state_mut(|state| state.written += 1);
        }
        Ok(ctx.state(|state| state.written))
    }
}

/// Writes a line after a moment, on the worker of the workflow.
#[activity(queue = "ledger", start_to_close_timeout = "10s")]
pub async fn write_slowly(ledger: State<Ledger>, line: String) -> Result<usize, ActivityError> {
    tokio::time::sleep(Duration::from_millis(10)).await;
    write(ledger, line).await
}

/// Writes a line by a local activity.
#[workflow(queue = "ledger")]
#[derive(Default)]
pub struct WritingLocally;

#[workflow_methods]
impl WritingLocally {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, line: String) -> WorkflowResult<usize> {
        Ok(write_slowly::execute_local(ctx, line).await?)
    }
}

/// Says each time something else, as no workflow may.
static RUNS: AtomicU32 = AtomicU32::new(0);

/// Decides by something that is not in its history.
#[workflow(queue = "time")]
#[derive(Default)]
pub struct Fickle;

#[workflow_methods]
impl Fickle {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        if run.is_multiple_of(2) {
            ctx.sleep(Duration::from_millis(1)).await?;
        }
        customers::execute(ctx).await?;
        Ok(run)
    }
}

/// The time from which [`ByTheClock`] takes the other way, in milliseconds since 1970. It never comes by
/// itself; a test sets it.
pub static DEADLINE: AtomicU64 = AtomicU64::new(u64::MAX);

/// Takes one way before a deadline by the system's clock, and the other after it.
#[workflow(queue = "time")]
#[derive(Default)]
pub struct ByTheClock;

#[workflow_methods]
impl ByTheClock {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        #[allow_nondeterministic("what a replay finds is what is tested")]
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let deadline = u128::from(DEADLINE.load(Ordering::SeqCst));
        if now.is_ok_and(|now| now.as_millis() < deadline) {
            ctx.sleep(Duration::from_millis(1)).await?;
        } else {
            customers::execute(ctx).await?;
        }
        Ok(())
    }
}

/// Panics, so that its task is tried again and again.
#[workflow(queue = "time")]
#[derive(Default)]
pub struct Panicking;

#[workflow_methods]
impl Panicking {
    #[run]
    async fn run() -> WorkflowResult<()> {
        panic!("out of luck")
    }
}

/// Takes its input when its state is made.
#[workflow(queue = "time")]
pub struct Prepared {
    seconds: u64,
}

#[workflow_methods]
impl Prepared {
    #[init]
    fn new(seconds: u64) -> Self {
        Self { seconds }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u64> {
        let seconds = ctx.state(|state| state.seconds);
        ctx.sleep(Duration::from_secs(seconds)).await?;
        Ok(seconds)
    }
}
