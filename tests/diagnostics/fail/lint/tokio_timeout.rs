//! A timeout that is not in the history.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let _ = tokio::time::timeout(Duration::from_secs(1), ctx.sleep(Duration::from_secs(2))).await;
        Ok(())
    }
}

fn main() {}
