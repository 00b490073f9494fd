//! The workflows of the screens: one is stuck, one fails, one waits for a child, one for an activity.

use durable::prelude::*;

/// Fails its workflow task again and again.
#[workflow(queue = "cli-screens")]
#[derive(Default)]
struct StuckWorkflow;

#[workflow_methods]
impl StuckWorkflow {
    #[run]
    async fn run(order: String) -> WorkflowResult<String> {
        assert!(order.is_empty(), "the order has no customer");
        Ok(order)
    }
}

/// Charges an order. The attempts fail.
#[workflow(queue = "cli-screens")]
#[derive(Default)]
struct ChargeWorkflow;

#[workflow_methods]
impl ChargeWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, cents: u32) -> WorkflowResult<u32> {
        ctx.set_current_details("charges the order");
        Ok(charge::execute(ctx, cents).await?)
    }
}

#[activity(
    queue = "cli-screens",
    start_to_close_timeout = "10s",
    retry(initial_interval = "1h", maximum_attempts = 5)
)]
async fn charge(ctx: ActivityContext, cents: u32) -> Result<u32, ActivityError> {
    ctx.heartbeat(&cents).await?;
    let failure = ApplicationFailure::builder("the bank is closed".to_owned());
    Err(failure.type_name("BankClosed".to_owned()).non_retryable(cents == 0).build().into())
}

/// Waits for a child that waits for a timer.
#[workflow(queue = "cli-screens")]
#[derive(Default)]
struct ParentWorkflow;

#[workflow_methods]
impl ParentWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, child: String) -> WorkflowResult<()> {
        Ok(NapWorkflow::execute_child(ctx).id(child).await?)
    }
}

/// Waits for a timer.
#[workflow(queue = "cli-screens")]
#[derive(Default)]
struct NapWorkflow;

#[workflow_methods]
impl NapWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        ctx.sleep(std::time::Duration::from_secs(36_000)).summary("the night").await?;
        Ok(())
    }
}

/// Waits for workers, which nobody starts.
#[workflow(queue = "cli-nobody")]
#[derive(Default)]
struct LonelyWorkflow;

#[workflow_methods]
impl LonelyWorkflow {
    #[run]
    async fn run() -> WorkflowResult<()> {
        Ok(())
    }
}
