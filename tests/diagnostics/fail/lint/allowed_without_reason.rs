//! Allowed, and nobody knows why.

use std::time::SystemTime;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        #[allow_nondeterministic]
        let _began = SystemTime::now();
        #[allow_nondeterministic("")]
        let _again = SystemTime::now();
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(())
    }
}

fn main() {}
