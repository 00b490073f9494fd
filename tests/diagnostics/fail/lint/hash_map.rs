//! A hash map, one entry after the other.

use std::collections::HashMap;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let mut prices = HashMap::new();
        prices.insert("tea".to_owned(), 3);
        prices.insert("milk".to_owned(), 1);
        for (_article, price) in &prices {
            ctx.sleep(Duration::from_secs(*price)).await?;
        }
        Ok(())
    }
}

fn main() {}
