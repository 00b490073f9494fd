//! A clock in a closure, and one that is handed on.

use std::time::SystemTime;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<SystemTime> {
        let stamp = || async move { SystemTime::now() };
        let stamped = stamp().await;
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(Some(stamped).unwrap_or_else(SystemTime::now))
    }
}

fn main() {}
