//! Branches that are polled in random order.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        tokio::select! {
            first = ctx.sleep(Duration::from_secs(1)) => first?,
            second = ctx.sleep(Duration::from_secs(2)) => second?,
        }
        Ok(())
    }
}

fn main() {}
