//! A thread.

use std::thread;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        let thread = thread::spawn(|| 1);
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(thread.join().unwrap_or_default())
    }
}

fn main() {}
