//! The clock of the machine.

use std::time::SystemTime;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<SystemTime> {
        let now = SystemTime::now();
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(now)
    }
}

fn main() {}
