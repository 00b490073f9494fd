//! A counter of the process.

use std::sync::atomic::{AtomicU32, Ordering};

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(RUNS.fetch_add(1, Ordering::Relaxed))
    }
}

fn main() {}
