//! A clock that ticks outside of the history.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        ticks.tick().await;
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(())
    }
}

fn main() {}
