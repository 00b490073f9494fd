//! A file of the machine, and one that is written.

use std::fs::File;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        let rate = std::fs::read_to_string("rate.txt").unwrap_or_default();
        let _log = File::create("log.txt");
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(rate)
    }
}

fn main() {}
