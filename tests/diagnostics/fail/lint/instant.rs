//! A clock that stands still in tests of Tokio, and nowhere else.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let _began = tokio::time::Instant::now();
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(())
    }
}

fn main() {}
