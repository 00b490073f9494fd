//! Dice that are rolled later.

use durable::prelude::*;

/// Stands for that of the crate `rand`.
fn thread_rng() -> u64 {
    4
}

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let _dice = thread_rng();
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(())
    }
}

fn main() {}
