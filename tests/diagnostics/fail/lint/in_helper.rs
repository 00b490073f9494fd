//! A clock in a method that is no handler, and in the one that makes the state.

use std::time::Instant;

use durable::prelude::*;

#[workflow(queue = "orders")]
struct Order {
    began: Instant,
}

#[workflow_methods]
impl Order {
    #[init]
    fn new() -> Self {
        Self { began: Instant::now() }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Self::nap(ctx).await;
        Ok(())
    }

    async fn nap(_ctx: &WorkflowContext<Self>) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn main() {}
