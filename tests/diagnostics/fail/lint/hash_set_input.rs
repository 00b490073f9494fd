//! A hash set as input, whose values are taken in any order.

use std::collections::HashSet;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, names: HashSet<String>) -> WorkflowResult<Vec<String>> {
        let names: Vec<String> = names.into_iter().collect();
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(names)
    }
}

fn main() {}
