//! A bare name, whose import stands in the body.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        use tokio::time::{sleep as nap};

        nap(Duration::from_secs(1)).await;
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(())
    }
}

fn main() {}
