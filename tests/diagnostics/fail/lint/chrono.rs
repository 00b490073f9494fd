//! The clock of the machine, as another crate tells it.

use durable::prelude::*;

/// Stands for the crate `chrono`.
struct Utc;

impl Utc {
    fn now() -> u64 {
        0
    }
}

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u64> {
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(Utc::now())
    }
}

fn main() {}
