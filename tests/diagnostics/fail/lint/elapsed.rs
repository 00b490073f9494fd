//! The workflow's time, compared with the clock of the machine.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Duration> {
        let began = ctx.now();
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(began.elapsed().unwrap_or_default())
    }
}

fn main() {}
