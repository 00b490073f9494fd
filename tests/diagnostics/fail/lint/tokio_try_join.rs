//! Futures that are polled in turns, until one fails.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        tokio::try_join!(ctx.sleep(Duration::from_secs(1)), ctx.sleep(Duration::from_secs(2)))?;
        Ok(())
    }
}

fn main() {}
