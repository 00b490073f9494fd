//! Another program.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let _status = std::process::Command::new("make").status();
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(())
    }
}

fn main() {}
