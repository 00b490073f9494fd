//! A counter of the thread.

use std::cell::Cell;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        thread_local! {
            static RUNS: Cell<u32> = const { Cell::new(0) };
        }
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(RUNS.get())
    }
}

fn main() {}
