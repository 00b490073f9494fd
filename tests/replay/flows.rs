//! The workflows behind the recorded histories: small, and not to be changed.
//!
//! Each shows one thing that a history can hold. Whoever changes one records it anew, see
//! CONTRIBUTING.md.

use durable::options::RetryOptions;
use durable::prelude::*;
use durable::sdk::temporalio_sdk::ChildWorkflowOptions;
use durable::workflow::{ContinueAsNewOptions, join_all};

#[activity(queue = "flows")]
pub(crate) async fn double(number: u32) -> u32 {
    number * 2
}

/// Fails as often as it is told to.
#[activity(queue = "flows", retry(initial_interval = "10ms", maximum_interval = "20ms"))]
pub(crate) async fn flaky(ctx: ActivityContext, failures: u32) -> Result<u32, ActivityError> {
    let attempt = ctx.info().attempt;
    if attempt > failures {
        return Ok(attempt);
    }
    Err(ActivityError::application(ApplicationFailure::new(format!("attempt {attempt}"))))
}

/// The goods to buy: an input with several fields.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Purchase {
    pub(crate) article: String,
    pub(crate) pieces: u32,
    pub(crate) price: Option<f64>,
    pub(crate) labels: Vec<String>,
}

#[workflow(queue = "flows")]
#[derive(Default)]
pub(crate) struct TimerFlow;

#[workflow_methods]
impl TimerFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, milliseconds: u64) -> WorkflowResult<()> {
        Ok(ctx.sleep(Duration::from_millis(milliseconds)).await?)
    }
}

#[workflow(queue = "flows")]
#[derive(Default)]
pub(crate) struct ActivityFlow;

#[workflow_methods]
impl ActivityFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, purchase: Purchase) -> WorkflowResult<u32> {
        Ok(double::execute(ctx, purchase.pieces).await?)
    }
}

#[workflow(queue = "flows")]
#[derive(Default)]
pub(crate) struct LocalActivityFlow;

#[workflow_methods]
impl LocalActivityFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, number: u32) -> WorkflowResult<u32> {
        let doubled = double::execute_local(ctx, number).await?;
        Ok(double::execute(ctx, doubled).await?)
    }
}

#[workflow(queue = "flows")]
#[derive(Default)]
pub(crate) struct RetriesFlow;

#[workflow_methods]
impl RetriesFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, failures: u32) -> WorkflowResult<u32> {
        Ok(flaky::execute(ctx, failures).await?)
    }
}

#[workflow(queue = "flows")]
#[derive(Default)]
pub(crate) struct ParallelFlow;

#[workflow_methods]
impl ParallelFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, numbers: Vec<u32>) -> WorkflowResult<u32> {
        let doubled = join_all(numbers.into_iter().map(|number| double::execute(ctx, number)));
        Ok(doubled.await.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().sum())
    }
}

/// Takes items until it is closed, or until nobody has closed it for too long.
#[workflow(queue = "flows")]
#[derive(Default)]
pub(crate) struct BasketFlow {
    items: Vec<String>,
    closed: bool,
}

#[workflow_methods]
impl BasketFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, patience_ms: u64) -> WorkflowResult<Vec<String>> {
        let patience = Duration::from_millis(patience_ms);
        let closed = ctx.wait_condition_timeout(|state| state.closed, patience).await?;
        if !closed {
            ctx.state_mut(|state| state.items.push("nothing more".to_owned()));
        }
        Ok(ctx.state(|state| state.items.clone()))
    }

    #[signal]
    fn add(&mut self, item: String) {
        self.items.push(item);
    }

    #[update]
    fn close(&mut self, last: String) -> usize {
        self.items.push(last);
        self.closed = true;
        self.items.len()
    }

    #[update_validator(close)]
    fn check_close(&self, last: &str) -> Result<(), String> {
        if last.is_empty() { Err("the last item has no name".to_owned()) } else { Ok(()) }
    }

    #[query]
    fn items(&self) -> Vec<String> {
        self.items.clone()
    }
}

#[workflow(queue = "flows")]
#[derive(Default)]
pub(crate) struct CountdownFlow;

#[workflow_methods]
impl CountdownFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, left: u32) -> WorkflowResult<()> {
        if left > 0 {
            ctx.continue_as_new(left - 1, ContinueAsNewOptions::default())?;
        }
        Ok(())
    }
}

#[workflow(queue = "flows")]
#[derive(Default)]
pub(crate) struct ParentFlow;

#[workflow_methods]
impl ParentFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, milliseconds: u64) -> WorkflowResult<()> {
        let child =
            ctx.start_child_workflow(TimerFlow, milliseconds, ChildWorkflowOptions::default());
        Ok(child.await?.result().await?)
    }
}

#[workflow(queue = "flows")]
#[derive(Default)]
pub(crate) struct FailingFlow;

#[workflow_methods]
impl FailingFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, failures: u32) -> WorkflowResult<u32> {
        Ok(flaky::execute(ctx, failures).retry(RetryOptions::default().maximum_attempts(1)).await?)
    }
}

/// Its second timer came with a patch.
#[workflow(queue = "flows")]
#[derive(Default)]
pub(crate) struct PatchedFlow;

#[workflow_methods]
impl PatchedFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        if ctx.patched("rest") {
            ctx.sleep(Duration::from_millis(10)).await?;
        }
        Ok(double::execute(ctx, 21).await?)
    }
}

/// [`PatchedFlow`] before the patch.
#[workflow(queue = "flows-before", name = "PatchedFlow")]
#[derive(Default)]
pub(crate) struct UnpatchedFlow;

#[workflow_methods]
impl UnpatchedFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        Ok(double::execute(ctx, 21).await?)
    }
}

/// Panics in its second workflow task.
#[workflow(queue = "flows")]
#[derive(Default)]
pub(crate) struct PanickingFlow;

#[workflow_methods]
impl PanickingFlow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        ctx.sleep(Duration::from_millis(10)).await?;
        panic!("never mended");
    }
}
