//! Futures that are polled in turns.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let (first, second) =
            tokio::join!(ctx.sleep(Duration::from_secs(1)), ctx.sleep(Duration::from_secs(2)));
        first?;
        second?;
        Ok(())
    }
}

fn main() {}
