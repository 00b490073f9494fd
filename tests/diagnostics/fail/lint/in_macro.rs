//! A clock among the arguments of a macro.

use std::time::SystemTime;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(format!("it is {:?}", SystemTime::now()))
    }
}

fn main() {}
