//! A reason for nothing.

use std::time::SystemTime;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<SystemTime> {
        #[allow_nondeterministic("measures, and decides nothing")]
        let began = ctx.now();
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(began)
    }
}

fn main() {}
